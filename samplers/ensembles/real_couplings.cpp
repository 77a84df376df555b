#include "samplers/ensembles/real_couplings.hpp"

#include <omp.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

#include "samplers/ensembles/ising_observables.hpp"
#include "samplers/simd/couplings/field_blocks.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/loop.hpp"

namespace gibbsite {
namespace {

using simd::lanes;

class RealCouplingsEnsemble final : public Ensemble {
 public:
  RealCouplingsEnsemble(std::shared_ptr<const Ising> model, LocalMove move, Key key, Layout layout,
                        std::unique_ptr<const simd::DyadicGraph> graph, std::unique_ptr<const simd::FieldWork> work,
                        const simd::FieldKernels& kernels)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        move_(move),
        key_(key),
        kernels_(kernels),
        graph_(std::move(graph)),
        work_(std::move(work)) {
    const std::size_t vectors = (this->layout().replicas + lanes - 1) / lanes;
    const auto team = static_cast<std::size_t>(omp_get_max_threads());
    const std::size_t pieces =
        std::max((vectors + work_->most_vectors() - 1) / work_->most_vectors(), std::min(vectors, team));
    for (std::size_t b = 0; b < pieces; ++b) {
      const std::size_t begin = b * vectors / pieces, end = (b + 1) * vectors / pieces;
      blocks_.push_back(work_->block(begin, end - begin));
      block_of_.insert(block_of_.end(), end - begin, b);
    }
    scale_ = simd::Buffer<float>(vectors * lanes);
    top_ = simd::Buffer<float>(vectors * lanes);
    turned_ = simd::Buffer<std::uint32_t>(vectors * lanes);
    sum_.resize(vectors * lanes);
    up_.resize(vectors * lanes);
    field_sum_.resize(vectors * lanes);
    std::vector<std::int8_t> x(layout_units());
    model_->set_ordered(x);
    for (std::size_t r = 0; r < this->layout().replicas; ++r) load(r, std::as_bytes(std::span(x)));
  }

  void draw_reference(std::uint64_t time) override {
    const std::vector<Setting> setting(layout().replicas);
    go(setting, {.time = time}, Purpose::reference, {});
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    go(setting, step, Purpose::sweep, tally);
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    measure();
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -lambda[r] * energy(r);
  }

  void observe(std::span<double> out) const override {
    measure();
    const std::size_t components = layout().observables.size();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      observe_ising(energy(r), up_[r], layout_units(), out.subspan(r * components, components));
  }

  void turning(std::span<const double> lambda, std::span<double> out) const override {
    measure();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = -lambda[r] * 2 * graph_->grid * static_cast<double>(field_sum_[r]);
  }
  void turn(std::span<const std::uint8_t> turned) override {
    std::vector<std::uint8_t> of_lanes(sum_.size(), 0);
    std::copy(turned.begin(), turned.end(), of_lanes.begin());
    share(work(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t b = begin; b < end; ++b) work_->turn(blocks_[b], of_lanes.data());
    });
    if (!measured_) return;
    for (std::size_t r = 0; r < layout().replicas; ++r)
      if (turned[r] != 0) {  // s (f + h) = s (others + 2 h)
        sum_[r] -= 4 * field_sum_[r];
        field_sum_[r] = -field_sum_[r];
        up_[r] = static_cast<std::int64_t>(layout_units()) - up_[r];
      }
  }

  void resample(std::span<const std::size_t> parent) override {
    const std::vector<std::byte> before = save_all(*this);
    for (std::size_t r = 0; r < layout().replicas; ++r)
      if (parent[r] != r) load(r, std::span(before).subspan(parent[r] * layout_units(), layout_units()));
  }

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    const simd::FieldBlock& block = blocks_[block_of_[replica / lanes]];
    const std::size_t lane = replica - block.first * lanes;
    for (std::size_t i = 0; i < layout_units(); ++i)
      bytes[i] = static_cast<std::byte>(work_->up(block, i, lane) ? 1 : -1);
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    simd::FieldBlock& block = blocks_[block_of_[replica / lanes]];
    const std::size_t lane = replica - block.first * lanes;
    for (std::size_t i = 0; i < layout_units(); ++i) work_->set(block, i, lane, static_cast<std::int8_t>(bytes[i]) > 0);
    work_->renew(block, lane);
    measured_ = false;
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override;

 private:
  std::size_t layout_units() const { return graph_->sites(); }
  double energy(std::size_t r) const { return -graph_->grid / 2 * static_cast<double>(sum_[r]); }
  /// Of a sweep, in updates of a spin by a plain loop.
  double work() const { return static_cast<double>(block_of_.size() * layout_units()); }

  /// Calls act(blocks) for the blocks of each thread.
  template <class Act>
  void share(double work, Act&& act) const {
    threads_.run(work, [&](bool parallel) {
      const std::size_t team = parallel ? static_cast<std::size_t>(omp_get_max_threads()) : 1;
      for_each(team, parallel, [&](std::size_t t) { act(t * blocks_.size() / team, (t + 1) * blocks_.size() / team); });
    });
  }

  void set(std::span<const Setting> setting);
  void go(std::span<const Setting> setting, const Step& step, Purpose purpose, std::span<Tally> tally);
  void measure() const;

  std::shared_ptr<const Ising> model_;
  LocalMove move_;
  Key key_;
  const simd::FieldKernels& kernels_;
  std::unique_ptr<const simd::DyadicGraph> graph_;
  std::unique_ptr<const simd::FieldWork> work_;
  std::vector<simd::FieldBlock> blocks_;
  std::vector<std::size_t> block_of_;                       // [vector]
  simd::Buffer<float> scale_, top_;                         // [lane]
  simd::Buffer<std::uint32_t> turned_;                      // [lane]
  mutable std::vector<std::int64_t> sum_, up_, field_sum_;  // [lane], of the present spins if measured_
  mutable bool measured_ = false;
  mutable AdaptiveThreads threads_;
};

void RealCouplingsEnsemble::set(std::span<const Setting> setting) {
  constexpr double most = 1e28;  // so that a field's float stays finite
  for (std::size_t r = 0; r < setting.size(); ++r) {
    const double scale = 2 * setting[r].lambda * graph_->grid * std::numbers::log2e;
    scale_[r] = static_cast<float>(std::min(scale, most));
    top_[r] = setting[r].lambda == 0 ? 0.5F : 2.0F;  // Metropolis at 0: a coin
  }
}

void RealCouplingsEnsemble::go(std::span<const Setting> setting, const Step& step, Purpose purpose,
                               std::span<Tally> tally) {
  set(setting);
  measured_ = false;
  simd::FieldSetting shared;
  shared.vector = layout().first / lanes;
  shared.scale = scale_.data();
  shared.top = top_.data();
  shared.turned = turned_.data();
  shared.move =
      move_ == LocalMove::heat_bath || purpose == Purpose::reference ? kernels_.heat_bath : kernels_.metropolis;
  shared.reversed = step.order == Direction::reversed;
  const auto units = static_cast<double>(layout_units());
  share(work() * 4 * step.count, [&](std::size_t begin, std::size_t end) {
    if (begin == end) return;
    const std::size_t from = blocks_[begin].first * lanes;
    const std::size_t to = std::min((blocks_[end - 1].first + blocks_[end - 1].vectors) * lanes, layout().replicas);
    simd::FieldSetting mine = shared;
    for (std::uint32_t k = 0; k < step.count; ++k) {
      // One key for all replicas: the counter tells them apart.
      const simd::Cipher cipher = simd::cipher_of(key_, purpose, step.time + k, 0);
      mine.cipher = &cipher;
      work_->sweep(std::span(blocks_).subspan(begin, end - begin), mine);
      for (std::size_t r = from; r < to; ++r) {
        if (!tally.empty()) {
          tally[r].tried += units;
          tally[r].accepted += setting[r].lambda == 0 ? units : turned_[r];
        }
        turned_[r] = 0;
      }
    }
  });
}

void RealCouplingsEnsemble::overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs,
                                    std::span<double> out) const {
  const std::size_t words = work_->column_words();
  std::vector<std::uint64_t> spins(block_of_.size() * lanes * words);  // [lane][word]
  share(work() / 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b)
      work_->columns(blocks_[b],
                     std::span(spins).subspan(blocks_[b].first * lanes * words, blocks_[b].vectors * lanes * words));
  });
  const auto n = static_cast<double>(layout_units());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const std::uint64_t *x = spins.data() + pairs[k].first * words, *y = spins.data() + pairs[k].second * words;
    std::int64_t different = 0;
    for (std::size_t w = 0; w < words; ++w) different += std::popcount(x[w] ^ y[w]);
    out[k] = (n - 2 * static_cast<double>(different)) / n;
  }
}

void RealCouplingsEnsemble::measure() const {
  if (measured_) return;
  std::fill(sum_.begin(), sum_.end(), 0);
  std::fill(up_.begin(), up_.end(), 0);
  std::fill(field_sum_.begin(), field_sum_.end(), 0);
  share(work(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      work_->measure(blocks_[b], sum_.data(), up_.data());
      if (layout().turns) work_->weigh_fields(blocks_[b], field_sum_.data());
    }
  });
  measured_ = true;
}

}  // namespace

std::unique_ptr<Ensemble> make_real_couplings_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                       Slice slice) {
  const FieldLayout layout = how.scan == ScanOrder::sequential ? field_layout(model->graph()) : FieldLayout::kept;
  return make_real_couplings_ensemble(std::move(model), how, key, slice, layout, *simd::field_kernels().front(),
                                      *simd::kernels().front());
}

std::unique_ptr<Ensemble> make_real_couplings_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                       Slice slice, FieldLayout fields,
                                                       const simd::FieldKernels& kernels,
                                                       const simd::Kernels& products) {
  assert(slice.first % lanes == 0 && how.scan != ScanOrder::random);
  auto graph = std::make_unique<const simd::DyadicGraph>(model->graph());
  std::unique_ptr<const simd::FieldWork> work;
  if (fields == FieldLayout::made_anew && how.scan == ScanOrder::sequential) {
    work = std::make_unique<simd::ProductFields>(*graph, kernels, products);
  } else {
    struct NoChance {
      std::size_t pick(std::size_t) { return 0; }
    } none;
    std::vector<std::uint32_t> order;
    Scan(how.scan, model->graph()).sweep(Direction::forward, none, [&](std::size_t i) {
      order.push_back(static_cast<std::uint32_t>(i));
    });
    work = std::make_unique<simd::KeptFields>(*graph, kernels, std::move(order));
  }
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.grain = lanes;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.turns = model->in_field();
  layout.canonical = true;
  layout.observables = model->observables();
  layout.name = fields == FieldLayout::kept
                    ? std::string("fields kept, 16 lanes, ") + kernels.name
                    : std::string("fields by ") + products.layout + ", 16 lanes, " + products.name;
  return std::make_unique<RealCouplingsEnsemble>(std::move(model), how.move, key, std::move(layout), std::move(graph),
                                                 std::move(work), kernels);
}

}  // namespace gibbsite
