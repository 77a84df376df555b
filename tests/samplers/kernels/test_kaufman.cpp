/// Long enough runs of fast layouts on tori of 64 and 128 sites a side have Kaufman's energy and specific heat:
/// clusters at and next to the critical point, packed lattices on both sides of it. False alarms: 1e-6 in all.
///
/// Replicas are independent and each gives one number, so that the errors of their mean know no autocorrelation time:
/// E averaged over sweeps, and beta^2 (E - <E>)^2 / N with the exact <E>, which is unbiased.
#include <catch2/catch.hpp>

#include "physics/exact/kaufman.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/lattice_clusters.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;

namespace {

constexpr std::size_t replicas_on_torus = 40;

struct Length {
  std::uint32_t thermalization, draws, every;  // sweeps
};

/// p-values of both means against Kaufman at beta; and of mutants, samplers whose beta is off: E by a hundredth, C by
/// the factor `wrong`.
struct Verdict {
  double energy, specific_heat, mutant_energy, mutant_specific_heat;
};
Verdict judge(Ensemble& ensemble, std::size_t side, double beta, double stride, Length length, double wrong) {
  const double sites = static_cast<double>(side * side);
  const std::vector<Thermal> exact = solve_torus(side, side, std::vector<double>{beta, 0.99 * beta, wrong * beta});
  const std::vector<Setting> setting(replicas_on_torus, {beta, stride});
  std::vector<Tally> tally(replicas_on_torus);
  std::vector<double> minus(replicas_on_torus, -1.0), energy(replicas_on_torus), mean(replicas_on_torus, 0.0),
      square(replicas_on_torus, 0.0);
  ensemble.sweep(setting, {.time = 1, .count = length.thermalization}, tally);
  for (std::uint64_t k = 0; k < length.draws; ++k) {
    ensemble.sweep(setting, {.time = 1 + length.thermalization + k * length.every, .count = length.every}, tally);
    ensemble.log_weight(minus, energy);
    for (std::size_t r = 0; r < replicas_on_torus; ++r) {
      const double off = energy[r] - exact[0].energy;
      mean[r] += energy[r] / length.draws;
      square[r] += beta * beta * off * off / (sites * length.draws);
    }
  }
  const auto heat = [&](std::size_t k) { return beta * beta * exact[k].energy_variance / sites; };
  const auto z = [](const statistics::Mean& m, double expected) { return (m.value - expected) / m.error; };
  const statistics::Mean e = statistics::mean_of(mean), c = statistics::mean_of(square);
  UNSCOPED_INFO(ensemble.layout().name << ", L = " << side << ", beta = " << beta << ": z of E "
                                       << z(e, exact[0].energy) << ", of C " << z(c, heat(0)) << ", error of C "
                                       << c.error / heat(0) << "; mutant " << z(e, exact[1].energy) << ", "
                                       << z(c, heat(2)));
  return {statistics::agrees(mean, exact[0].energy), statistics::agrees(square, heat(0)),
          statistics::agrees(mean, exact[1].energy), statistics::agrees(square, heat(2))};
}

std::shared_ptr<const Ising> torus(std::size_t side) {
  return std::make_shared<const Ising>(build({.size = {side, side}}));
}

}  // namespace

TEST_CASE("clusters have Kaufman's energy and specific heat at and next to the critical point") {
  if (simd::coin_kernels().empty()) return;
  const double least = statistics::sidak(5e-7, 2 * 2 * 2 * 2);
  for (const std::size_t side : {64, 128})
    for (const double beta : {0.432, 0.44068679350977151})
      for (const ClusterMove move : {ClusterMove::swendsen_wang, ClusterMove::wolff}) {
        const auto ensemble = make_lattice_clusters_ensemble(torus(side), move, Key(12), replicas_on_torus);
        const double stride = beta < 0.44 ? 6 : 3;
        const Verdict p = judge(*ensemble, side, beta, stride, {50, side == 64 ? 100U : 60U, 1}, 0.9);
        CHECK(p.energy > least);
        CHECK(p.specific_heat > least);
        CHECK(p.mutant_energy < least);
        CHECK(p.mutant_specific_heat < least);
      }
}

TEST_CASE("packed lattices have Kaufman's energy and specific heat on both sides of the critical point") {
  if (simd::lattice_kernels().empty()) return;
  const double least = statistics::sidak(5e-7, 2 * 2 * 2 * 2);
  for (const std::size_t side : {64, 128})
    for (const double beta : {0.42, 0.46})
      for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
        const Lattice lattice{.size = {side, side}};
        const auto ensemble = make_packed_lattice_ensemble(torus(side), lattice, move, Key(13), replicas_on_torus);
        if (beta < 0.44) ensemble->draw_reference(0);  // else from the ordered state: stripes live long
        const Verdict p = judge(*ensemble, side, beta, 1, {2000, 400, 20}, 1.05);
        CHECK(p.energy > least);
        CHECK(p.specific_heat > least);
        CHECK(p.mutant_energy < least);
        CHECK(p.mutant_specific_heat < least);
      }
}
