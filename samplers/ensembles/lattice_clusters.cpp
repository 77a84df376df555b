#include "samplers/ensembles/lattice_clusters.hpp"

#include <omp.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <map>
#include <optional>

#include "samplers/ensembles/grown_cluster.hpp"
#include "samplers/ensembles/ising_observables.hpp"
#include "samplers/ensembles/raster_clusters.hpp"
#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {
namespace {

constexpr std::uint32_t draw_unit = 1U << 31;  // of random words

/// Thresholds at one beta, where |J| differ.
struct CoinsAt {
  CoinsAt(const BondRaster& raster, const SignedBonds& bonds, double beta)
      : of_sweeps(raster, beta), of_growth(bonds.thresholds(beta)) {}
  static std::size_t bytes(const BondRaster& raster, const SignedBonds& bonds) noexcept {
    return BondCoins::bytes(raster) + bonds.neighbour.size() * sizeof(std::uint32_t);
  }
  BondCoins of_sweeps;
  std::vector<std::uint32_t> of_growth;  // as SignedBonds has its bonds
};

struct Scratch {
  RasterClusters clusters;
  std::vector<std::uint32_t> cluster;
  std::vector<std::uint64_t> packed;
  std::optional<CoinsAt> coins = {};
};

class LatticeClusters final : public Ensemble {
 public:
  LatticeClusters(std::shared_ptr<const Ising> model, ClusterMove move, Key key, Layout layout,
                  const simd::CoinKernels& kernels)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        move_(move),
        key_(key),
        kernels_(kernels),
        raster_(model_->graph()),
        strength_(model_->graph().common_strength().value_or(raster_.grid())),
        fields_(model_->graph()),
        stride_(64 * raster_.words()),
        s_(this->layout().replicas * stride_),
        energy_(this->layout().replicas),
        up_(this->layout().replicas) {
    const auto coupling = model_->graph().common_coupling();
    if (move_ == ClusterMove::wolff && !(coupling && *coupling > 0)) {
      bonds_ = SignedBonds(model_->graph(), raster_.grid());
    } else if (const LatticeRows* rows = model_->graph().rows(); rows != nullptr && move_ == ClusterMove::wolff) {
      kinds_.resize(raster_.sites());
      for (std::uint32_t i = 0; i < raster_.sites(); ++i) kinds_[i] = rows->kind(i);
    }
    std::vector<std::int8_t> x(raster_.sites());
    model_->set_ordered(x);
    for (std::size_t r = 0; r < this->layout().replicas; ++r) load(r, std::as_bytes(std::span(x)));
  }

  void draw_reference(std::uint64_t time) override {
    Scratch scratch;
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      draw(r, Purpose::reference, time);
      measure(r, scratch);
    }
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    const std::size_t replicas = layout().replicas;
    if (raster_.grid() != 0) remember_coins(setting);
    threads_.run(static_cast<double>(replicas * raster_.sites()) * step.count, [&](bool parallel) {
      const auto threads = static_cast<std::size_t>(parallel ? omp_get_max_threads() : 1);
      const std::size_t each = replicas < threads && move_ == ClusterMove::swendsen_wang ? threads : 1;
      if (scratch_.size() < threads) scratch_.resize(threads);
      const auto one = [&](std::size_t r, Scratch& scratch) {
        go(r, setting[r], step, tally[r], scratch, each);
        measure(r, scratch);
      };
      if (!parallel || each > 1) {  // not within a parallel region, not even of one thread: threads would be made anew
        for (std::size_t r = 0; r < replicas; ++r) one(r, scratch_[0]);
        return;
      }
#pragma omp parallel for schedule(dynamic)
      for (std::size_t r = 0; r < replicas; ++r) one(r, scratch_[static_cast<std::size_t>(omp_get_thread_num())]);
    });
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -lambda[r] * energy_[r];
  }
  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      observe_ising(energy_[r], up_[r], raster_.sites(), out.subspan(r * components, components));
  }
  void resample(std::span<const std::size_t> parent) override {
    const auto before = s_;
    const auto energy = energy_;
    const auto up = up_;
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(parent[r] * stride_), stride_, spins(r).begin());
      energy_[r] = energy[parent[r]];
      up_[r] = up[parent[r]];
    }
  }
  void turning(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -lambda[r] * 2 * field_sum(r);
  }
  void turn(std::span<const std::uint8_t> turned) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      if (turned[r] == 0) continue;
      energy_[r] += 2 * field_sum(r);
      for (std::size_t i = 0; i < raster_.sites(); ++i) spins(r)[i] ^= 1;
      up_[r] = static_cast<std::int64_t>(raster_.sites()) - up_[r];
    }
  }
  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    const std::uint8_t* s = s_.data() + replica * stride_;
    for (std::size_t i = 0; i < raster_.sites(); ++i) bytes[i] = static_cast<std::byte>(2 * s[i] - 1);
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    for (std::size_t i = 0; i < raster_.sites(); ++i) spins(replica)[i] = static_cast<std::int8_t>(bytes[i]) > 0;
    Scratch scratch;
    measure(replica, scratch);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    const std::size_t sites = raster_.sites();
    const auto n = static_cast<double>(sites);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const std::uint8_t *x = s_.data() + pairs[k].first * stride_, *y = s_.data() + pairs[k].second * stride_;
      std::size_t different = 0;
      for (std::size_t i = 0; i < sites; ++i) different += x[i] ^ y[i];  // 0 or 1 each
      out[k] = (n - 2 * static_cast<double>(different)) / n;
    }
  }

 private:
  /// Of every lambda of a sweep, if they fit; else each replica makes its own anew.
  void remember_coins(std::span<const Setting> setting) {
    constexpr std::size_t most = std::size_t{1} << 26;  // bytes
    const std::size_t fit = std::max<std::size_t>(1, most / std::max<std::size_t>(1, CoinsAt::bytes(raster_, bonds_)));
    const auto in_use = [&](double lambda) {
      return std::any_of(setting.begin(), setting.end(), [&](const Setting& s) { return s.lambda == lambda; });
    };
    bool tidy = false;
    for (const Setting& s : setting) {
      if (s.lambda == 0 || coins_.contains(s.lambda)) continue;
      if (coins_.size() >= fit && !tidy) std::erase_if(coins_, [&](const auto& known) { return !in_use(known.first); });
      tidy = tidy || coins_.size() >= fit;
      if (coins_.size() < fit) coins_.emplace(s.lambda, CoinsAt(raster_, bonds_, s.lambda));
    }
  }
  const CoinsAt* coins_of(double lambda, Scratch& scratch) const {
    if (raster_.grid() == 0) return nullptr;
    if (const auto known = coins_.find(lambda); known != coins_.end()) return &known->second;
    if (!scratch.coins || scratch.coins->of_sweeps.beta != lambda) scratch.coins.emplace(raster_, bonds_, lambda);
    return &*scratch.coins;
  }
  std::span<std::uint8_t> spins(std::size_t r) { return std::span(s_).subspan(r * stride_, stride_); }

  void draw(std::size_t r, Purpose purpose, std::uint64_t time) {
    const simd::Cipher cipher = simd::cipher_of(key_, purpose, time, layout().first + r);
    constexpr std::size_t lanes = simd::lanes;
    std::uint32_t words[lanes];
    const auto s = spins(r);
    for (std::size_t i = 0; i < raster_.sites(); ++i) {
      if (i % (32 * lanes) == 0) kernels_.words(cipher, draw_unit, i / (32 * lanes), 1, words);
      s[i] = static_cast<std::uint8_t>(words[i / 32 % lanes] >> (i % 32) & 1);
    }
  }
  void measure(std::size_t r, Scratch& scratch) {
    raster_.pack(spins(r), scratch.packed);
    energy_[r] = -strength_ * static_cast<double>(raster_.satisfaction(scratch.packed, kernels_));
    up_[r] = 0;
    for (const std::uint64_t word : scratch.packed) up_[r] += std::popcount(word);
    if (fields_.any()) energy_[r] -= field_sum(r);
  }
  /// sum_i h_i s_i.
  double field_sum(std::size_t r) const {
    if (const auto h = model_->graph().common_field())
      return *h * static_cast<double>(2 * up_[r] - static_cast<std::int64_t>(raster_.sites()));
    const std::uint8_t* s = s_.data() + r * stride_;
    double sum = 0;
    for (std::size_t i = 0; i < raster_.sites(); ++i) sum += s[i] != 0 ? fields_[i] : -fields_[i];
    return sum;
  }
  void go(std::size_t r, const Setting& setting, const Step& step, Tally& tally, Scratch& scratch, std::size_t threads);
  void grow(std::size_t r, const Setting& setting, const simd::Cipher& cipher, const std::uint32_t* each, Tally& tally,
            Scratch& scratch);

  std::shared_ptr<const Ising> model_;
  ClusterMove move_;
  Key key_;
  const simd::CoinKernels& kernels_;
  BondRaster raster_;
  double strength_;  // |J|, or the grid where they differ
  SiteFields fields_;
  std::size_t stride_;
  SignedBonds bonds_;                // for Wolff, where they are not all alike and positive
  std::vector<std::uint8_t> kinds_;  // of sites, as LatticeRows has them; for Wolff
  std::vector<std::uint8_t> s_;      // [replica][site], 0 or 1, filled up to whole words of bits with zeros
  std::vector<double> energy_;
  std::vector<std::int64_t> up_;
  std::map<double, CoinsAt> coins_;  // of each lambda, where |J| differ
  std::vector<Scratch> scratch_;     // [thread]
  AdaptiveThreads threads_;
};

void LatticeClusters::go(std::size_t r, const Setting& setting, const Step& step, Tally& tally, Scratch& scratch,
                         std::size_t threads) {
  const auto n = static_cast<double>(raster_.sites());
  tally.tried += n * step.count;
  if (setting.lambda == 0) {
    draw(r, Purpose::sweep, step.time + step.count - 1);
    tally.accepted += n * step.count;
    return;
  }
  const std::uint64_t threshold = Coin(-std::expm1(-2 * setting.lambda * strength_)).threshold;
  const CoinsAt* const each = coins_of(setting.lambda, scratch);
  for (std::uint32_t k = 0; k < step.count; ++k) {
    const simd::Cipher cipher = simd::cipher_of(key_, Purpose::sweep, step.time + k, layout().first + r);
    if (move_ == ClusterMove::swendsen_wang || setting.stride == 0) {
      const std::size_t turned = scratch.clusters.sweep(
          raster_, spins(r),
          {&kernels_, &cipher, threshold, setting.lambda, fields_, each == nullptr ? nullptr : &each->of_sweeps},
          threads);
      tally.accepted +=
          move_ == ClusterMove::wolff ? scratch.clusters.mean_cluster() : static_cast<double>(turned);  // a survey
      continue;
    }
    grow(r, setting, cipher, each == nullptr ? nullptr : each->of_growth.data(), tally, scratch);
  }
}

/// The clusters of one sweep of Wolff; each: thresholds of bonds, where |J| differ.
void LatticeClusters::grow(std::size_t r, const Setting& setting, const simd::Cipher& cipher, const std::uint32_t* each,
                           Tally& tally, Scratch& scratch) {
  const std::uint64_t threshold = Coin(-std::expm1(-2 * setting.lambda * strength_)).threshold;
  WordQueue words(kernels_, cipher, model_->graph().max_degree());
  const auto clusters = std::max<long long>(1, std::llround(setting.stride));
  const auto grow_by = [&](const auto& rows) {
    for (long long c = 0; c < clusters; ++c)
      tally.accepted += static_cast<double>(
          grow_cluster(rows, spins(r), raster_.sites(), fields_, words, threshold, setting.lambda, scratch.cluster));
  };
  if (!bonds_.first.empty()) {
    grow_by(SignedRows(bonds_, each));
  } else if (const LatticeRows* rows = model_->graph().rows()) {
    grow_by(RuledRows(*rows, kinds_));
  } else {
    grow_by(ListedRows(model_->graph()));
  }
}

}  // namespace

bool lattice_clusters_supported(const Graph& graph, std::string* why) {
  const auto no = [&](const char* reason) {
    if (why != nullptr) *why = reason;
    return false;
  };
  const auto strength = graph.common_strength();
  if (simd::coin_kernels().empty()) return no("no instruction set of this processor fits");
  const bool any_strength = !strength && real_couplings_supported(graph, {});
  if (!any_strength && (!strength || *strength <= 0)) return no("couplings are of very different size");
  return true;
}

std::unique_ptr<Ensemble> make_lattice_clusters_ensemble(std::shared_ptr<const Ising> model, ClusterMove move, Key key,
                                                         Slice slice) {
  assert(!simd::coin_kernels().empty());
  return make_lattice_clusters_ensemble(std::move(model), move, key, slice, *simd::coin_kernels().front());
}

std::unique_ptr<Ensemble> make_lattice_clusters_ensemble(std::shared_ptr<const Ising> model, ClusterMove move, Key key,
                                                         Slice slice, const simd::CoinKernels& kernels) {
  assert(lattice_clusters_supported(model->graph()));
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.stride = move == ClusterMove::wolff ? Stride::clusters : Stride::unused;
  layout.canonical = true;
  layout.turns = model->in_field();
  layout.observables = model->observables();
  layout.name = std::string(move == ClusterMove::wolff ? "coins in bulk, " : "raster, ") + kernels.name;
  return std::make_unique<LatticeClusters>(std::move(model), move, key, std::move(layout), kernels);
}

}  // namespace gibbsite
