#include "samplers/ensembles/quartets.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "physics/chance.hpp"
#include "samplers/ensembles/packed_replicas_layout.hpp"
#include "samplers/ensembles/quartet_places.hpp"
#include "samplers/simd/replicas/replica_plan.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/loop.hpp"

namespace gibbsite {
namespace {

using simd::quartet;

class QuartetsEnsemble final : public Ensemble {
 public:
  QuartetsEnsemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key, Layout layout, WholeCouplings whole,
                   const simd::QuartetKernels& kernels)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        how_(how),
        key_(key),
        kernels_(kernels),
        whole_(std::move(whole)),
        places_(model_->graph(), whole_, how.scan),
        couplings_(places_.couplings()),
        known_(this->layout().replicas) {
    for (std::size_t begin = 0; begin < this->layout().replicas; begin += quartet)
      quartets_.push_back({simd::Buffer<std::uint32_t>(places_.size()),
                           simd::Buffer<std::int32_t>(quartet * simd::most_classes),
                           simd::Buffer<std::int32_t>(quartet * simd::most_classes),
                           {-1, -1, -1, -1}});
    std::vector<std::int8_t> ordered(model_->units());
    model_->set_ordered(ordered);
    for (std::size_t r = 0; r < known_.size(); ++r) load(r, std::as_bytes(std::span(ordered)));
  }

  void draw_reference(std::uint64_t time) override {
    const simd::Cipher cipher = simd::cipher_of(key_, Purpose::reference, time, 0);
    over_quartets(1, [&](std::size_t q) { toss(q, cipher, ~std::uint32_t{0}); });
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override;

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < known_.size(); ++r) out[r] = -lambda[r] * energy(r);
  }
  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    for (std::size_t r = 0; r < known_.size(); ++r)
      model_->observe_sum(total_of(whole_.sign.empty() ? known_[r].ups : known_[r].real_ups), energy(r),
                          out.subspan(r * components, components));
  }
  void turning(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < known_.size(); ++r)
      out[r] = -lambda[r] * 2 * whole_.field * static_cast<double>(total_of(known_[r].ups));
  }
  void turn(std::span<const std::uint8_t> turned) override;
  void resample(std::span<const std::size_t> parent) override;

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    for (std::size_t i = 0; i < layout().units; ++i) bytes[i] = static_cast<std::byte>(spin(replica, i) * sign(i));
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    std::uint32_t* const up = quartets_[replica / quartet].up.data();
    for (std::size_t i = 0; i < layout().units; ++i) {
      std::uint32_t& word = up[places_.place(i)];
      const bool is_up = static_cast<std::int8_t>(bytes[i]) * sign(i) > 0;
      word = is_up ? word | byte_of(replica) : word & ~byte_of(replica);
    }
    weigh(replica);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override;

 private:
  struct Quartet {
    simd::Buffer<std::uint32_t> up;         // [place], see QuartetKernels
    simd::Buffer<std::int32_t> high, low;   // [replica][class]
    std::array<double, quartet> of_lambda;  // for which these are
  };
  /// A pure function of the spins.
  struct Known {
    std::int64_t sum = 0;                // sum_i t_i f_i / unit, bonds only
    std::int64_t ups = 0, real_ups = 0;  // of t and of s
  };

  static std::uint32_t byte_of(std::size_t replica) { return 0xFFU << (8 * (replica % quartet)); }
  int sign(std::size_t site) const noexcept { return whole_.sign.empty() ? 1 : whole_.sign[site]; }
  /// t of a site.
  int spin(std::size_t replica, std::size_t site) const noexcept {
    return (quartets_[replica / quartet].up[places_.place(site)] & byte_of(replica)) != 0 ? 1 : -1;
  }
  std::int64_t total_of(std::int64_t ups) const { return 2 * ups - static_cast<std::int64_t>(layout().units); }
  double energy(std::size_t r) const {  // as Ising::energy
    return -whole_.unit * static_cast<double>(known_[r].sum / 2) -
           whole_.field * static_cast<double>(total_of(known_[r].ups));
  }
  std::size_t replicas_of(std::size_t q) const { return std::min(quartet, known_.size() - q * quartet); }
  template <class Act>
  void over_quartets(std::uint32_t sweeps, Act&& act) const {
    threads_.run(static_cast<double>(quartets_.size() * layout().units) * sweeps,
                 [&](bool parallel) { for_each(quartets_.size(), parallel, act); });
  }
  void set_tables(std::size_t q, std::span<const Setting> setting);
  /// Fresh spins of the replicas whose bytes are set.
  void toss(std::size_t q, const simd::Cipher& cipher, std::uint32_t which) {
    kernels_.toss(couplings_, cipher, number_of(q), which, quartets_[q].up.data());
    for (std::size_t r = q * quartet; r < q * quartet + replicas_of(q); ++r)
      if ((which & byte_of(r)) != 0) weigh(r);
  }
  std::uint64_t number_of(std::size_t q) const { return layout().first / quartet + q; }
  void weigh(std::size_t replica);

  std::shared_ptr<const Ising> model_;
  RealCouplings how_;
  Key key_;
  const simd::QuartetKernels& kernels_;
  WholeCouplings whole_;
  QuartetPlaces places_;
  simd::QuartetCouplings couplings_;
  std::vector<Quartet> quartets_;
  std::vector<Known> known_;  // [replica]
  mutable AdaptiveThreads threads_;
};

void QuartetsEnsemble::weigh(std::size_t replica) {
  const Graph& graph = model_->graph();
  Known known;
  for (std::size_t i = 0; i < layout().units; ++i) {
    const int t = spin(replica, i);
    int f = 0;
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e)
      f += whole_.k[e] * spin(replica, graph.neighbour()[e]);
    known.sum += t * f;
    known.ups += t > 0;
    known.real_ups += t * sign(i) > 0;
  }
  known_[replica] = known;
}

void QuartetsEnsemble::set_tables(std::size_t q, std::span<const Setting> setting) {
  Quartet& mine = quartets_[q];
  for (std::size_t r = 0; r < replicas_of(q); ++r) {
    const double lambda = setting[q * quartet + r].lambda;
    if (lambda == mine.of_lambda[r]) continue;
    mine.of_lambda[r] = lambda;
    for (std::size_t c = 0; c < whole_.classes(); ++c) {
      const double f = whole_.local_field(c);
      double p = 0.5;  // where f or lambda is 0
      if (how_.move == LocalMove::heat_bath)
        p = 1 / (1 + std::exp(-2 * lambda * f));
      else if (f != 0 && lambda != 0)
        p = std::exp(std::min(0.0, 2 * lambda * f));
      const std::uint64_t threshold = Coin(p).threshold;
      mine.high[r * simd::most_classes + c] = static_cast<std::int32_t>(threshold >> 33);
      mine.low[r * simd::most_classes + c] = static_cast<std::int32_t>(threshold >> 2 & 0x7FFFFFFF);
    }
  }
}

void QuartetsEnsemble::sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) {
  assert(setting.size() == layout().replicas && tally.size() == layout().replicas && step.count > 0);
  const bool heat = how_.move == LocalMove::heat_bath, at_random = how_.scan == ScanOrder::random;
  const auto move = at_random ? (heat ? kernels_.random_heat_bath : kernels_.random_metropolis)
                              : (heat ? kernels_.heat_bath : kernels_.metropolis);
  over_quartets(step.count, [&](std::size_t q) {
    set_tables(q, setting);
    const std::size_t begin = q * quartet, count = replicas_of(q);
    simd::QuartetSweep one;
    one.number = number_of(q);
    one.reversed = step.order == Direction::reversed;
    one.replicas = count;
    one.high = quartets_[q].high.data();
    one.low = quartets_[q].low.data();
    simd::QuartetSums sums;
    std::uint32_t fresh = 0;  // a random order leaves out sites
    for (std::size_t r = begin; r < begin + count; ++r)
      if (at_random && setting[r].lambda == 0) fresh |= byte_of(r);
    simd::Cipher cipher;
    for (std::uint32_t t = 0; t < step.count; ++t) {
      cipher = simd::cipher_of(key_, Purpose::sweep, step.time + t, 0);
      one.cipher = &cipher;
      move(couplings_, one, quartets_[q].up.data(), sums);
    }
    for (std::size_t k = 0; k < count; ++k) {
      Known& known = known_[begin + k];
      const auto flips = static_cast<std::int64_t>(sums.flips[k]);
      known.sum -= 4 * (2 * static_cast<std::int64_t>(sums.classes[k]) / whole_.step - whole_.most * flips);
      known.ups += flips - 2 * static_cast<std::int64_t>(sums.ups[k]);
      known.real_ups += flips - 2 * static_cast<std::int64_t>(sums.real_ups[k]);
      const double tried = static_cast<double>(layout().units) * step.count;
      tally[begin + k].tried += tried;
      tally[begin + k].accepted += setting[begin + k].lambda == 0 ? tried : static_cast<double>(flips);
    }
    if (fresh != 0) toss(q, cipher, fresh);
  });
}

void QuartetsEnsemble::turn(std::span<const std::uint8_t> turned) {
  for (std::size_t r = 0; r < known_.size(); ++r) {
    if (turned[r] == 0) continue;
    for (std::size_t i = 0; i < layout().units; ++i) quartets_[r / quartet].up[places_.place(i)] ^= byte_of(r);
    const auto n = static_cast<std::int64_t>(layout().units);
    known_[r].ups = n - known_[r].ups;
    known_[r].real_ups = n - known_[r].real_ups;
  }
}

void QuartetsEnsemble::resample(std::span<const std::size_t> parent) {
  std::vector<std::vector<std::uint32_t>> before;
  for (const Quartet& q : quartets_) before.emplace_back(q.up.data(), q.up.data() + q.up.size());
  const std::vector<Known> known = known_;
  for (std::size_t r = 0; r < parent.size(); ++r) {
    known_[r] = known[parent[r]];
    const std::vector<std::uint32_t>& from = before[parent[r] / quartet];
    std::uint32_t* const to = quartets_[r / quartet].up.data();
    for (std::size_t p = 0; p < from.size(); ++p)
      to[p] = (to[p] & ~byte_of(r)) | (from[p] >> (8 * (parent[r] % quartet)) & 0xFFU) << (8 * (r % quartet));
  }
}

void QuartetsEnsemble::overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs,
                               std::span<double> out) const {
  const auto n = static_cast<double>(layout().units);
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const auto [a, b] = pairs[k];
    const std::uint32_t *x = quartets_[a / quartet].up.data(), *y = quartets_[b / quartet].up.data();
    std::uint32_t different = 0;
    for (std::size_t p = 0; p < places_.size(); ++p)
      different += (x[p] >> (8 * (a % quartet)) ^ y[p] >> (8 * (b % quartet))) & 1U;
    out[k] = (n - 2 * static_cast<double>(different)) / n;
  }
}

}  // namespace

bool quartets_supported(const Graph& graph, RealCouplings how) {
  if (simd::quartet_kernels().empty() || graph.bond_count() == 0) return false;
  if (how.move == LocalMove::metropolis && graph.common_field() != 0) return false;
  return WholeCouplings::of(graph).has_value();
}

bool quartets_are_faster(const Graph& graph, RealCouplings how, std::size_t replicas) {
  if (how.scan == ScanOrder::random) return field_layout(graph) == FieldLayout::kept && quartets_supported(graph, how);
  constexpr std::size_t most = 8;  // beyond, sixteen side by side or 64 bit lanes cost less
  if (replicas == 1 || replicas > most || (graph.common_strength() && graph.common_field())) return false;
  if (!quartets_supported(graph, how)) return false;
  constexpr std::size_t least = 4;  // sites of a vector, in the mean
  return simd::independent_batches(graph, visits_of(graph, how.scan), simd::lanes).size() * least <= graph.sites();
}

std::unique_ptr<Ensemble> make_quartets_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                 Slice slice) {
  return make_quartets_ensemble(std::move(model), how, key, slice, *simd::quartet_kernels().front());
}

std::unique_ptr<Ensemble> make_quartets_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                 Slice slice, const simd::QuartetKernels& kernels) {
  assert(quartets_supported(model->graph(), how) && slice.first % quartet == 0);
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.grain = quartet;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.turns = model->in_field();
  layout.canonical = true;
  layout.observables = model->observables();
  layout.name = std::string("four replicas a word, ") + kernels.name;
  WholeCouplings whole = WholeCouplings::of(model->graph()).value();
  return std::make_unique<QuartetsEnsemble>(std::move(model), how, key, std::move(layout), std::move(whole), kernels);
}

}  // namespace gibbsite
