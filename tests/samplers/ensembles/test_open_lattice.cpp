// Open lattices and fields at 512 spins to a word: their energies are exact ones, or those of the plain layout.
#include <catch2/catch.hpp>

#include "physics/exact/exact.hpp"
#include "physics/ising.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/kac_ward.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;

namespace {

std::string name_of(LocalMove move) { return move == LocalMove::heat_bath ? ", heat bath" : ", metropolis"; }

struct Run {
  std::size_t replicas = 32;
  std::uint32_t sweeps = 10000, every = 20;
};
/// Means of energy and magnetization per site, one for each replica: of sweeps after as many to forget the start.
struct Means {
  std::vector<double> energy, magnetization;
};
Means means(Ensemble& ensemble, double beta, const Run& run) {
  const std::vector<Setting> setting(run.replicas, {beta});
  std::vector<Tally> tally(run.replicas);
  const std::size_t components = ensemble.layout().observables.size();
  std::vector<double> observed(run.replicas * components);
  Means mean{std::vector<double>(run.replicas, 0), std::vector<double>(run.replicas, 0)};
  ensemble.draw_reference(0);
  ensemble.sweep(setting, {.time = 1, .count = run.sweeps}, tally);
  for (std::uint32_t t = 0; t < run.sweeps; t += run.every) {
    ensemble.sweep(setting, {.time = 1 + run.sweeps + t, .count = run.every}, tally);
    ensemble.observe(observed);
    for (std::size_t r = 0; r < run.replicas; ++r) {
      mean.energy[r] += observed[r * components + 1] * run.every / run.sweeps;
      mean.magnetization[r] += observed[r * components + 2] * run.every / run.sweeps;
    }
  }
  return mean;
}

/// p-value of: two samples have the same mean (Welch's t with the fewer degrees of freedom, so on the safe side).
double same(std::span<const double> a, std::span<const double> b) {
  const auto x = statistics::mean_of(a), y = statistics::mean_of(b);
  return statistics::student((x.value - y.value) / std::hypot(x.error, y.error),
                             static_cast<double>(std::min(a.size(), b.size()) - 1));
}
std::string report(std::span<const double> x) {
  const auto mean = statistics::mean_of(x);
  return std::to_string(mean.value) + " +- " + std::to_string(mean.error);
}

}  // namespace

TEST_CASE("Kac and Ward's determinant gives the energies of small open lattices") {
  for (const Geometry geometry : {Geometry::square, Geometry::triangular, Geometry::honeycomb})
    for (const Disorder disorder : {Disorder::none, Disorder::bimodal}) {
      const Lattice lattice{.geometry = geometry,
                            .size = {geometry == Geometry::honeycomb ? 2UL : 5UL, 4},
                            .boundary = Boundary::open,
                            .coupling = 1.5,
                            .disorder = disorder};
      const Graph graph = build(lattice);
      const auto exact = std::get<ExactAnswers>(exact_answers(lattice, graph, std::vector{0.4}));
      CHECK(kac_ward_energy(lattice, graph, 0.4) == Approx(exact.at[0].values.at("energy_density")).margin(1e-7));
    }
}

TEST_CASE("energies of packed open lattices are Kac and Ward's") {
  if (simd::lattice_kernels().empty()) return;
  struct Case {
    std::string name;
    Lattice lattice;
    double beta;
  };
  const std::vector<Case> cases = {
      {"square", {.size = {64, 32}}, 0.4},
      {"square, +-J", {.size = {64, 64}, .coupling = -1, .disorder = Disorder::bimodal}, 0.6},
      {"triangular", {.geometry = Geometry::triangular, .size = {96, 48}}, 0.24},
      {"honeycomb", {.geometry = Geometry::honeycomb, .size = {32, 16}, .coupling = -1}, 0.6}};
  const double threshold = statistics::sidak(1e-3, 2 * cases.size());
  for (Case it : cases) {
    it.lattice.boundary = Boundary::open;
    const auto model = std::make_shared<const Ising>(build(it.lattice));
    const double exact = kac_ward_energy(it.lattice, model->graph(), it.beta);
    for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
      const Run run;
      const auto ensemble = make_packed_lattice_ensemble(model, it.lattice, move, Key(11), run.replicas);
      const auto energy = means(*ensemble, it.beta, run).energy;
      INFO(it.name << name_of(move) << ": " << report(energy) << ", exact " << exact);
      CHECK(statistics::agrees(energy, exact) > threshold);
      CHECK(statistics::mean_of(energy).error < 6e-4);
      CHECK(statistics::agrees(energy, exact + 4e-3) < threshold);  // the mutant
    }
  }
}

TEST_CASE("energies and magnetizations of packed lattices in a field, and of open cubic ones, are the plain layout's") {
  if (simd::lattice_kernels().empty()) return;
  struct Case {
    std::string name;
    Lattice lattice;
    double beta;
  };
  const std::vector<Case> cases = {
      {"square in a field, tied fields", {.size = {64, 32}, .coupling = -1, .field = 2}, 0.4},
      {"open square in a field", {.size = {64, 32}, .boundary = Boundary::open, .field = 0.1}, 0.35},
      {"open cubic", {.geometry = Geometry::cubic, .size = {16, 16, 16}, .boundary = Boundary::open}, 0.15},
      {"open cubic +-J in a field",
       {.geometry = Geometry::cubic,
        .size = {16, 16, 16},
        .boundary = Boundary::open,
        .disorder = Disorder::bimodal,
        .field = -0.5},
       0.4},
      {"open triangular in a field",
       {.geometry = Geometry::triangular, .size = {96, 48}, .boundary = Boundary::open, .coupling = -1, .field = 1},
       0.4},
      {"honeycomb in a field", {.geometry = Geometry::honeycomb, .size = {32, 16}, .field = -0.2}, 0.5}};
  const double threshold = statistics::sidak(1e-3, 4 * cases.size());
  for (const Case& it : cases) {
    const auto model = std::make_shared<const Ising>(build(it.lattice));
    const Run slow{.replicas = 16, .sweeps = 400, .every = 4}, run{.replicas = 32, .sweeps = 1200};
    ArrayEnsemble plain(model, HeatBath(Scan(ScanOrder::sequential, model->graph())), Key(12), slow.replicas);
    const Means expected = means(plain, it.beta, slow);
    for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
      const auto packed = make_packed_lattice_ensemble(model, it.lattice, move, Key(13), run.replicas);
      const Means seen = means(*packed, it.beta, run);
      const auto packed_too_hot = make_packed_lattice_ensemble(model, it.lattice, move, Key(14), run.replicas);
      const Means wrong = means(*packed_too_hot, 0.96 * it.beta, run);
      INFO(it.name << name_of(move) << ": " << report(seen.energy) << ", " << report(seen.magnetization) << "; plain "
                   << report(expected.energy) << ", " << report(expected.magnetization));
      CHECK(same(seen.energy, expected.energy) > threshold);
      CHECK(same(seen.magnetization, expected.magnetization) > threshold);
      CHECK(same(wrong.energy, expected.energy) < threshold);  // the mutant
    }
  }
}
