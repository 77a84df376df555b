#include "samplers/ensembles/boltzmann_vectors.hpp"

#include <algorithm>
#include <functional>
#include <numbers>
#include <numeric>

#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/ensembles/site_replicas.hpp"
#include "samplers/ensembles/site_vectors.hpp"
#include "samplers/kernels/boltzmann_heat_bath.hpp"

namespace gibbsite {
namespace {

class BoltzmannVectors final : public SiteEnsemble {
 public:
  BoltzmannVectors(BoltzmannHeatBath law, Key key, Layout layout, SiteReplicas replicas,
                   const simd::SiteKernels& kernels, std::span<const double> start)
      : SiteEnsemble(std::move(layout), key, std::move(replicas)),
        law_(std::move(law)),
        kernels_(kernels),
        spins_(law_.machine().kind() == UnitKind::spin),
        sum_of_zeros_(spins_ ? 0 : replicas_.places().sum_of_all_down()),
        reference_(replicas_.places().size()) {
    constexpr double most = 1e28;  // a float, also when scaled
    for (std::size_t i = 0; i < this->layout().units; ++i) {
      reference_[i] = static_cast<float>(std::clamp(law_.reference()[i], -most, most));
      tilted_ = tilted_ || law_.reference()[i] != 0;
    }
    std::vector<std::int8_t> x(start.begin(), start.end());
    load_everywhere(x);
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = (1 - lambda[r]) * reference_weight(r) - lambda[r] * energy(r);
  }

  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    replicas_.over_replicas(1, [&](std::size_t r) {
      law_.machine().observe(state(r), energy(r), out.subspan(r * components, components));
    });
  }

  void turning(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      const double of_bias = replicas_.places().grid() * static_cast<double>(replicas_.state(r).field_sum);
      out[r] = -2 * (lambda[r] * of_bias + (1 - lambda[r]) * reference_weight(r));
    }
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    for (std::size_t k = 0; k < pairs.size(); ++k)
      out[k] = likeness(layout().units - replicas_.different(pairs[k].first, pairs[k].second));
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return likeness(static_cast<std::size_t>(
        std::inner_product(x.begin(), x.end(), y.begin(), std::ptrdiff_t{0}, std::plus<>(), std::equal_to<>())));
  }

 private:
  SiteMove move_of(double lambda) const override {
    constexpr double most = 1e9;  // so that its product with a reference stays finite
    SiteMove move{.kernel = kernels_.dense_heat_bath, .scale = replicas_.places().scale(lambda)};
    move.forgets = lambda == 0;
    if (!tilted_) return move;
    move.kernel = kernels_.reference_heat_bath;
    move.reference = reference_.data();
    move.tilt = static_cast<float>(std::max((1 - lambda) * (spins_ ? 2 : 1) * std::numbers::log2e, -most));
    return move;
  }
  double energy(std::size_t r) const {
    return replicas_.places().grid() / 2 * static_cast<double>(sum_of_zeros_ - replicas_.state(r).sum);
  }
  /// a . x.
  double reference_weight(std::size_t r) const { return tilted_ ? law_.reference_weight(state(r)) : 0; }
  std::vector<double> state(std::size_t r) const {
    std::vector<double> x(layout().units);
    const std::int32_t* const up = replicas_.state(r).up;  // places are those of the units
    const double down = spins_ ? -1 : 0;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = up[i] != 0 ? 1 : down;
    return x;
  }
  double likeness(std::size_t alike) const {
    return 2 * static_cast<double>(alike) / static_cast<double>(layout().units) - 1;
  }

  BoltzmannHeatBath law_;
  const simd::SiteKernels& kernels_;
  bool spins_, tilted_ = false;    // units are spins; some a is not zero
  std::int64_t sum_of_zeros_;      // of binary units that all are 0, as simd::SiteState::sum
  simd::Buffer<float> reference_;  // a, [place]
};

}  // namespace

Graph spins_of(const BoltzmannMachine& machine) {
  const bool spins = machine.kind() == UnitKind::spin;
  const auto n = static_cast<std::uint32_t>(machine.units());
  std::vector<Bond> bonds;
  bonds.reserve(machine.units() * (machine.units() - 1) / 2);
  std::vector<double> fields(machine.bias().begin(), machine.bias().end());
  for (double& h : fields) h /= spins ? 1 : 2;
  for (std::uint32_t j = 0; j < n; ++j)
    for (std::uint32_t i = 0; i < j; ++i) {
      const double w = machine.weights()(i, j), J = spins ? w : w / 4;
      if (w == 0) continue;
      bonds.push_back({i, j, J});
      if (spins) continue;
      fields[i] += J;
      fields[j] += J;
    }
  return Graph(std::move(bonds), std::move(fields));
}

bool boltzmann_vectors_supported(const BoltzmannMachine& machine) {
  constexpr std::size_t most = 8192;  // units whose pairs still fit memory with ease
  return machine.kind() != UnitKind::categorical && machine.units() <= most && !simd::site_kernels().empty() &&
         site_vectors_supported(spins_of(machine), {});
}

std::unique_ptr<Ensemble> make_boltzmann_vectors_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                          const IndependentUnits& visible_reference, Key key,
                                                          Slice slice, double noise) {
  return make_boltzmann_vectors_ensemble(std::move(machine), visible_reference, key, slice, noise,
                                         *simd::site_kernels().front());
}

std::unique_ptr<Ensemble> make_boltzmann_vectors_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                          const IndependentUnits& visible_reference, Key key,
                                                          Slice slice, double noise, const simd::SiteKernels& kernels) {
  const std::vector<double> start = boltzmann_start(*machine, noise, key);
  BoltzmannHeatBath law(std::move(machine), visible_reference);
  Layout layout = boltzmann_layout(law, slice);
  layout.name = std::string("fields kept, 16 units a vector, ") + kernels.name;
  std::vector<std::uint32_t> visits(layout.units);
  std::iota(visits.begin(), visits.end(), 0U);
  SiteReplicas replicas(SitePlaces::dense(simd::DyadicGraph(spins_of(law.machine())), visits), slice.first, slice.count,
                        law.machine().kind() == UnitKind::spin ? -1 : 0);
  return std::make_unique<BoltzmannVectors>(std::move(law), key, std::move(layout), std::move(replicas), kernels,
                                            start);
}

}  // namespace gibbsite
