/// Clusters from bulk random words are those of cluster.hpp: transitions have the exact probabilities, energies meet
/// Kaufman's, and a trajectory is the same bits on any processor and for any number of threads. Tests that draw raise
/// false alarms at a rate of 1e-6 in all.
#include <omp.h>

#include <bit>
#include <catch2/catch.hpp>

#include "physics/exact/kaufman.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/lattice_clusters.hpp"
#include "samplers/ensembles/raster_clusters.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using trajectories::hash;
using trajectories::state_of;

namespace {

std::shared_ptr<const Ising> shared(Graph graph) { return std::make_shared<const Ising>(std::move(graph)); }

const std::vector<double> lambdas_of_clusters = {0.3, 0.8};

Ising without_fields(const Ising& model) {
  const auto bonds = model.graph().bonds();
  return Ising(Graph({bonds.begin(), bonds.end()}, std::vector<double>(model.units())));
}

/// With a diagonal, a parallel bond, and others; the first J may be exchanged with a J of 0.5.
Graph real_strengths(double J) {
  return Graph({{0, 1, J}, {1, 2, -0.8}, {2, 3, 1.7 - J}, {3, 4, 0.1}, {0, 1, 0.4}, {4, 1, -0.6}},
               std::vector<double>(5));
}

std::vector<laws::Matrix> exact(const Ising& model, ClusterMove move, double stride, double factor = 1) {
  std::vector<laws::Matrix> P;
  for (const double lambda : lambdas_of_clusters)
    P.push_back(move == ClusterMove::wolff ? laws::transition_matrix(model, Wolff(), factor * lambda, stride)
                                           : laws::transition_matrix(model, SwendsenWang(), factor * lambda));
  return P;
}
std::vector<laws::Matrix> transitions(const std::shared_ptr<const Ising>& model, ClusterMove move, double stride,
                                      const simd::CoinKernels& kernels) {
  const std::size_t n = model->units(), states = std::size_t{1} << n, replicas = 2 * states;
  std::vector<laws::Matrix> count(lambdas_of_clusters.size(), laws::Matrix::Zero(laws::at(states), laws::at(states)));
  const auto ensemble = make_lattice_clusters_ensemble(model, move, Key(4), replicas, kernels);
  std::vector<Setting> setting(replicas);
  std::vector<Tally> tally(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r] = {lambdas_of_clusters[r % 2], stride};
  for (std::uint64_t time = 0; time < 600; ++time) {
    for (std::size_t r = 0; r < replicas; ++r) {
      const std::vector<std::int8_t> s = laws::spins_of(r / 2, n);
      ensemble->load(r, std::as_bytes(std::span(s)));
    }
    ensemble->sweep(setting, {.time = time}, tally);
    for (std::size_t r = 0; r < replicas; ++r)
      count[r % 2](laws::at(r / 2), laws::at(laws::number_of(state_of(*ensemble, r)))) += 1;
  }
  return count;
}

}  // namespace

TEST_CASE("transitions of bulk clusters have the probabilities of the plain kernels") {
  const auto kernels = simd::coin_kernels();
  const std::vector<std::shared_ptr<const Ising>> models = {
      shared(build({.geometry = Geometry::square, .size = {2, 2}})),  // every bond twice
      shared(build({.geometry = Geometry::square, .size = {2, 3}, .boundary = Boundary::open, .coupling = 0.7})),
      shared(build({.geometry = Geometry::triangular,
                    .size = {2, 3},
                    .boundary = Boundary::open,
                    .disorder = Disorder::bimodal,
                    .disorder_seed = 3})),
      shared(Graph({{0, 4, 1}, {4, 2, 1}, {1, 3, 1}, {0, 1, 1}}, std::vector<double>(5))),
      shared(Graph({{0, 4, 1}, {4, 2, 1}, {1, 3, 1}, {0, 1, 1}}, {0.3, -0.2, 0, 0.5, -0.6})),
      shared(build({.geometry = Geometry::square, .size = {2, 2}, .coupling = -0.3, .field = 0.4})),
      shared(real_strengths(1.2)),
      shared(Graph({{0, 4, 1.1}, {4, 2, -0.3}, {1, 3, 0.4}, {0, 1, 0.7}}, {0.3, 0, -0.5, 0, 0}))};
  const double least = statistics::sidak(4e-7, 3 * kernels.size() * models.size());
  for (const auto& model : models)
    for (const double stride : {0.0, 1.0, 2.0}) {
      const ClusterMove move = stride == 0 ? ClusterMove::swendsen_wang : ClusterMove::wolff;
      if (!lattice_clusters_supported(model->graph()) || (stride == 2 && model->units() > 5)) continue;
      const auto P = exact(*model, move, stride), wrong = exact(*model, move, stride, 1.2);
      for (const simd::CoinKernels* k : kernels) {
        INFO(k->name << ", " << model->units() << " spins, stride " << stride);
        const auto count = transitions(model, move, stride, *k);
        CHECK(statistics::p_value(count, P) > least);
        CHECK(statistics::p_value(count, wrong) < least);  // mutants: lambda a fifth off; fields forgotten
        if (model->graph().bonds()[0].J == 1.2)            // another: two strengths exchanged
          CHECK(statistics::p_value(count, exact(Ising(real_strengths(0.5)), move, stride)) < least);
        if (model->in_field()) CHECK(statistics::p_value(count, exact(without_fields(*model), move, stride)) < least);
      }
    }
}

TEST_CASE("energies of bulk clusters are Ising's, and meet Kaufman's") {
  if (simd::coin_kernels().empty()) return;
  constexpr std::size_t L = 64, replicas = 32;
  const auto model = shared(build({.geometry = Geometry::square, .size = {L, L}}));
  for (const ClusterMove move : {ClusterMove::swendsen_wang, ClusterMove::wolff})
    for (const double beta : {0.40, 0.4406868, 0.46}) {
      const auto ensemble = make_lattice_clusters_ensemble(model, move, Key(8), replicas);
      const double stride = beta < 0.43 ? 16 : beta < 0.45 ? 3 : 2;
      std::vector<Setting> setting(replicas, {beta, stride});
      std::vector<Tally> tally(replicas);
      std::vector<double> energy(replicas), mean(replicas, 0.0), minus(replicas, -1.0);
      ensemble->sweep(setting, {.time = 0, .count = 50}, tally);
      constexpr std::size_t sweeps = 100;
      for (std::uint64_t time = 50; time < 50 + sweeps; ++time) {
        ensemble->sweep(setting, {.time = time}, tally);
        ensemble->log_weight(minus, energy);
        for (std::size_t r = 0; r < replicas; ++r) mean[r] += energy[r] / sweeps;
      }
      std::vector<double> observed(replicas * 5), expected(5);
      ensemble->observe(observed);
      const auto s = state_of(*ensemble, 3);
      CHECK(energy[3] == model->energy(s));
      model->observe(s, energy[3], expected);
      CHECK(std::equal(expected.begin(), expected.end(), observed.begin() + 15));
      const auto kaufman = [&](double K) { return solve_torus(L, L, std::vector<double>{K})[0].energy; };
      INFO("beta " << beta << (move == ClusterMove::wolff ? ", Wolff" : ", Swendsen-Wang"));
      CHECK(statistics::agrees(mean, kaufman(beta)) > statistics::sidak(4e-7, 6));
      CHECK(statistics::agrees(mean, kaufman(beta + 0.01)) < statistics::sidak(4e-7, 6));  // mutant
    }
}

TEST_CASE("a trajectory of bulk clusters is the same on every instruction set, split, interrupted, with any threads") {
  const Lattice square = {.geometry = Geometry::square, .size = {130, 141}};
  const Lattice glass = {.geometry = Geometry::cubic, .size = {24, 25, 26}, .disorder = Disorder::bimodal};
  const Lattice honeycomb = {.geometry = Geometry::honeycomb, .size = {90, 91}, .boundary = Boundary::open};
  const int before = omp_get_max_threads();
  const auto trajectory = [&](const std::shared_ptr<const Ising>& model, ClusterMove move, double beta,
                              std::uint64_t expected) {
    for (const simd::CoinKernels* k : simd::coin_kernels())
      for (const int team : {1, 2, 3}) {
        omp_set_num_threads(team);
        std::vector<Setting> setting(3, {beta, 2});
        std::vector<Tally> tally(3);
        const auto make = [&](std::size_t n, std::size_t first) {
          return make_lattice_clusters_ensemble(model, move, Key(2), {first, n, first + n}, *k);
        };
        const auto whole = make(3, 0);
        whole->draw_reference(0);
        whole->sweep(setting, {.time = 1, .count = 4}, tally);
        const auto resumed = make(3, 0), part = make(1, 2);
        load_all(*resumed, save_all(*whole));
        const std::vector<std::int8_t> third = state_of(*whole, 2);
        part->load(0, std::as_bytes(std::span(third)));
        for (std::uint64_t time = 5; time < 10; ++time) {
          whole->sweep(setting, {.time = time}, tally);
          part->sweep(std::span(setting).first(1), {.time = time}, std::span(tally).first(1));  // in stripes
        }
        resumed->sweep(setting, {.time = 5, .count = 5}, tally);
        INFO(k->name << ", " << team << " threads");
        CHECK(hash(*whole) == expected);
        CHECK(hash(*resumed) == expected);
        CHECK(state_of(*part, 0) == state_of(*whole, 2));
      }
  };
  // Hashes of the version that these draws belong to.
  trajectory(shared(build(square)), ClusterMove::swendsen_wang, 0.44, 0x677ecb1bcdf7be8fULL);
  trajectory(shared(build(square)), ClusterMove::wolff, 0.44, 0xc9600dc68f09d375ULL);
  trajectory(shared(build(glass)), ClusterMove::swendsen_wang, 0.3, 0xde3d3e311163851fULL);
  Lattice in_field = square;
  in_field.field = 0.02;
  trajectory(shared(build(in_field)), ClusterMove::swendsen_wang, 0.44, 0x7538dbc4fee2421ULL);
  trajectory(shared(build(in_field)), ClusterMove::wolff, 0.44, 0x5344d521e8a4c5c9ULL);
  trajectory(shared(build(honeycomb)), ClusterMove::swendsen_wang, 0.65, 0xa8fdeaed7258723ULL);
  Lattice gaussian = glass;
  gaussian.disorder = Disorder::gaussian;
  trajectory(shared(build(gaussian)), ClusterMove::swendsen_wang, 0.3, 0xc50f5fd8526022dULL);
  trajectory(shared(build(glass)), ClusterMove::wolff, 0.3, 0xe077182487a42a1bULL);
  gaussian.field = 0.02;
  trajectory(shared(build(gaussian)), ClusterMove::wolff, 0.3, 0xfde3a9114f182d3ULL);
  omp_set_num_threads(before);
}

TEST_CASE("most bonds of lattices are diagonals, each bond counted once; couplings that do not fit are refused") {
  if (simd::coin_kernels().empty()) return;
  for (const Lattice& lattice : {Lattice{.geometry = Geometry::square, .size = {100, 90}},
                                 Lattice{.geometry = Geometry::triangular, .size = {96, 101}},
                                 Lattice{.geometry = Geometry::honeycomb, .size = {64, 70}},
                                 Lattice{.geometry = Geometry::cubic, .size = {20, 21, 22}}}) {
    const BondRaster raster(build(lattice));
    std::size_t bonds = raster.others().size();
    CHECK(bonds < raster.sites() / 4);
    for (const auto& diagonal : raster.diagonals())
      for (const std::uint64_t word : diagonal.has) bonds += static_cast<std::size_t>(std::popcount(word));
    CHECK(bonds == build(lattice).bonds().size());
  }
  CHECK(lattice_clusters_supported(build({.field = 0.1})));
  CHECK(lattice_clusters_supported(build({.coupling = -1})));
  CHECK(lattice_clusters_supported(build({.disorder = Disorder::gaussian})));
  CHECK_FALSE(lattice_clusters_supported(Graph({{0, 1, 1}, {1, 2, 1e-9}}, {0, 0, 0})));
}

TEST_CASE("energies of clusters of real couplings are those of the rounded ones, and thresholds are kept by beta") {
  if (simd::coin_kernels().empty()) return;
  for (const Lattice& lattice :
       {Lattice{.geometry = Geometry::square, .size = {13, 12}, .disorder = Disorder::gaussian},
        Lattice{.geometry = Geometry::cubic, .size = {5, 4, 6}, .disorder = Disorder::gaussian, .field = 0.1}}) {
    const auto model = shared(build(lattice));
    const Graph whole = simd::DyadicGraph(model->graph()).rounded();
    const auto fields = model->graph().fields();  // as they are
    const Ising rounded(Graph({whole.bonds().begin(), whole.bonds().end()}, {fields.begin(), fields.end()}));
    constexpr std::size_t replicas = 6;
    std::vector<Setting> setting(replicas);
    std::vector<Tally> tally(replicas);
    std::vector<double> energy(replicas), minus(replicas, -1.0);
    for (const ClusterMove move : {ClusterMove::swendsen_wang, ClusterMove::wolff}) {
      const auto ensemble = make_lattice_clusters_ensemble(model, move, Key(3), replicas);
      std::vector<std::vector<std::int8_t>> last(replicas);
      for (std::uint64_t time = 0; time < 3; ++time) {
        for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 0.2 * static_cast<double>((r + time) % 6);
        ensemble->sweep(setting, {.time = time, .count = 5}, tally);
        ensemble->log_weight(minus, energy);
        for (std::size_t r = 0; r < replicas; ++r) {
          const auto s = state_of(*ensemble, r);
          CHECK(energy[r] == Approx(rounded.energy(s)).epsilon(1e-13));
          if (setting[r].lambda < 0.7) CHECK(s != last[r]);  // beyond, nearly all spins are one cluster
          last[r] = s;
        }
      }
    }
  }
}
