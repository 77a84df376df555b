/// Replicas in bit lanes move as replicas one by one do: transitions have the exact probabilities, every lane at its
/// own lambda; energies, observables and overlaps are the model's; a trajectory is the same bits on any processor.
/// Tests that draw raise false alarms at a rate of 1e-6 in all.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>

#include "physics/lattice.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "samplers/simd/bits/targets.hpp"
#include "samplers/simd/replicas/replica_kernels.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using trajectories::state_of;

namespace {

const std::vector<double> lambdas_of_lanes = {0, 0.05, 0.2, 0.44, 0.7, 1.1, 2.5};  // of lanes, in turn

struct Small {
  std::string name;
  std::shared_ptr<const Ising> model;
  LocalMove kernel = LocalMove::heat_bath;
  ScanOrder order = ScanOrder::sequential;
};
std::vector<Small> small_systems() {
  const auto model = [](const Lattice& lattice) { return std::make_shared<const Ising>(build(lattice)); };
  const auto star = [](std::size_t leaves, double field) {  // every degree that there is
    std::vector<Bond> bonds;
    for (std::uint32_t k = 0; k < leaves; ++k) bonds.push_back({k, 3, k % 3 == 1 ? -0.5 : 0.5});
    for (std::uint32_t k = 0; k < leaves; ++k) bonds[k].i = k % 3;  // parallel bonds count
    return std::make_shared<const Ising>(Graph(std::move(bonds), std::vector<double>(4, field)));
  };
  std::vector<Small> all = {
      {"2 x 2 torus, bonds doubled", model({.geometry = Geometry::square, .size = {2, 2}})},
      {"+-J 2 x 3 open", model({.geometry = Geometry::square,
                                .size = {2, 3},
                                .boundary = Boundary::open,
                                .disorder = Disorder::bimodal,
                                .disorder_seed = 3})},
      {"triangular 2 x 2 open in a field",
       model({.geometry = Geometry::triangular, .size = {2, 2}, .boundary = Boundary::open, .field = -0.3})},
      {"antiferromagnetic chain, checkerboard", model({.geometry = Geometry::chain, .size = {4}, .coupling = -1}),
       LocalMove::heat_bath, ScanOrder::checkerboard},
      {"+-J 2 x 3 open, Metropolis",
       model({.geometry = Geometry::square,
              .size = {2, 3},
              .boundary = Boundary::open,
              .disorder = Disorder::bimodal,
              .disorder_seed = 3}),
       LocalMove::metropolis, ScanOrder::sequential},
      {"a bond beside two free sites in a field",
       std::make_shared<const Ising>(Graph({{0, 1, -1}}, {0.4, 0.4, 0.4, 0.4}))},
      {"2 x 3 open in a random field +-h",
       std::make_shared<const Ising>(
           Graph({{0, 1, 0.5}, {1, 2, 0.5}, {3, 4, 0.5}, {4, 5, 0.5}, {0, 3, 0.5}, {1, 4, 0.5}, {2, 5, 0.5}},
                 {0.3, -0.3, -0.3, 0.3, 0.3, -0.3}))},
      {"a glass in a random field +-h",
       std::make_shared<const Ising>(
           Graph({{0, 1, 0.5}, {1, 2, -0.5}, {2, 3, 0.5}, {0, 3, -0.5}}, {-0.7, 0.7, -0.7, -0.7}))},
      {"a bond beside two free sites", std::make_shared<const Ising>(Graph({{0, 1, -1}}, {0, 0, 0, 0}))}};
  for (std::size_t leaves = 3; leaves <= 8; ++leaves) {
    const std::string name = "star of degree " + std::to_string(leaves);
    all.push_back({name, star(leaves, 0)});
    all.push_back({name + " in a field", star(leaves, 0.25)});
    all.push_back({name + ", Metropolis", star(leaves, 0), LocalMove::metropolis});
  }
  return all;
}

/// P of one sweep, by the kernels that visit one site after the other.
laws::Matrix transitions(const Small& it, double beta, Direction order) {
  const Scan scan(it.order, it.model->graph());
  if (it.kernel == LocalMove::metropolis && beta > 0)
    return laws::transition_matrix(*it.model, Metropolis(scan), beta, 1, order);
  return laws::transition_matrix(*it.model, HeatBath(scan), beta, 1, order);
}

std::vector<std::byte> bytes_of(std::size_t state, std::size_t n) {
  std::vector<std::byte> bytes;
  for (const std::int8_t s : laws::spins_of(state, n)) bytes.push_back(static_cast<std::byte>(s));
  return bytes;
}

/// [lambda][from][to]
using Counts = std::vector<std::vector<std::vector<double>>>;
constexpr std::size_t replicas_in_lanes = 640, sweeps_in_lanes = 40;

Counts count_transitions(const Small& it, Packing packing, Direction order) {
  const std::size_t n = it.model->units(), states = std::size_t{1} << n;
  const auto ensemble = make_packed_replicas(it.model, it.kernel, it.order, Key(5),
                                             {512, replicas_in_lanes, 512 + replicas_in_lanes}, packing);
  std::vector<Setting> setting(replicas_in_lanes);
  for (std::size_t r = 0; r < replicas_in_lanes; ++r) setting[r].lambda = lambdas_of_lanes[r % lambdas_of_lanes.size()];
  std::vector<Tally> tally(replicas_in_lanes);
  Counts count(lambdas_of_lanes.size(), std::vector(states, std::vector<double>(states)));
  for (std::uint64_t time = 0; time < sweeps_in_lanes; ++time) {
    const auto from = [&](std::size_t r) { return (r * 7 + time * 11) % states; };
    for (std::size_t r = 0; r < replicas_in_lanes; ++r) ensemble->load(r, bytes_of(from(r), n));
    ensemble->sweep(setting, {.time = 100 + time, .order = order}, tally);
    for (std::size_t r = 0; r < replicas_in_lanes; ++r)
      count[r % lambdas_of_lanes.size()][from(r)][laws::number_of(state_of(*ensemble, r))] += 1;
  }
  return count;
}
double p_value(const Counts& count, const std::vector<laws::Matrix>& P) {
  statistics::ChiSquare chi2;
  for (std::size_t k = 0; k < count.size(); ++k)
    for (std::size_t from = 0; from < count[k].size(); ++from) {
      double total = 0;
      for (const double c : count[k][from]) total += c;
      if (total > 0) chi2.add(count[k][from], P[k].row(laws::at(from)), total);
    }
  return chi2.p_value();
}

}  // namespace

TEST_CASE("transitions of packed replicas have the kernels' probabilities, every lane at its own lambda") {
  const std::vector<Small> systems = small_systems();
  const auto kernels = simd::replica_kernels();
  const double least = statistics::sidak(5e-7, systems.size() * (kernels.size() + 1));
  const std::size_t widths[] = {512, 64, 256, 128};
  for (std::size_t k = 0; k < systems.size(); ++k) {
    const Small& it = systems[k];
    for (std::size_t t = 0; t <= kernels.size(); ++t) {
      const Direction order = t == kernels.size() ? Direction::reversed : Direction::forward;
      std::vector<laws::Matrix> exact, mutant;  // a lane that takes its neighbour's lambda
      for (const double lambda : lambdas_of_lanes) exact.push_back(transitions(it, lambda, order));
      for (std::size_t l = 0; l < lambdas_of_lanes.size(); ++l)
        mutant.push_back(exact[(l + 1) % lambdas_of_lanes.size()]);
      const Packing packing{widths[(k + t) % 4], kernels[t % kernels.size()]};
      INFO(it.name << ", " << packing.kernels->name << ", " << packing.width << " lanes"
                   << (order == Direction::reversed ? ", reversed" : ""));
      const Counts count = count_transitions(it, packing, order);
      CHECK(p_value(count, exact) > least);
      CHECK(p_value(count, mutant) < least);
    }
  }
}

TEST_CASE("replicas in a random field +-h have the energies, magnetizations and turns of their states") {
  if (simd::replica_kernels().empty()) return;
  constexpr std::size_t replicas = 70;
  Graph cube = build({.geometry = Geometry::cubic, .size = {3, 3, 4}, .boundary = Boundary::open});
  std::vector<double> h(cube.sites());
  for (std::size_t i = 0; i < h.size(); ++i) h[i] = i * i % 7 < 3 ? -0.75 : 0.75;
  const auto model = std::make_shared<const Ising>(Graph({cube.bonds().begin(), cube.bonds().end()}, h));
  const auto ensemble = make_packed_replicas(model, LocalMove::heat_bath, ScanOrder::sequential, Key(9), replicas);
  CHECK(ensemble->layout().turns);
  const std::vector<double> lambda(replicas, 0.3);
  const auto check = [&] {
    const std::size_t components = ensemble->layout().observables.size();
    std::vector<double> observed(replicas * components), turning(replicas), weight(replicas);
    ensemble->observe(observed);
    ensemble->turning(lambda, turning);
    ensemble->log_weight(lambda, weight);
    for (std::size_t r = 0; r < replicas; ++r) {
      std::vector<std::int8_t> spins;
      std::vector<std::byte> bytes(model->units());
      ensemble->save(r, bytes);
      for (const std::byte b : bytes) spins.push_back(static_cast<std::int8_t>(b));
      std::vector<double> expected(components);
      model->observe(spins, model->energy(spins), expected);
      for (std::size_t k = 0; k < components; ++k)
        CHECK(observed[r * components + k] == Approx(expected[k]).margin(1e-12));
      CHECK(turning[r] == Approx(-0.3 * model->turning_energy(spins)).margin(1e-12));
      CHECK(weight[r] == Approx(-0.3 * model->energy(spins)));
    }
  };
  check();  // the ordered state
  std::vector<Setting> setting(replicas, Setting{0.3});
  std::vector<Tally> tally(replicas);
  ensemble->sweep(setting, {.time = 1, .count = 3}, tally);
  check();
  std::vector<std::uint8_t> turned(replicas);
  for (std::size_t r = 0; r < replicas; r += 3) turned[r] = 1;
  const auto before = save_all(*ensemble);
  ensemble->turn(turned);
  check();
  const auto after = save_all(*ensemble);
  for (std::size_t k = 0; k < before.size(); ++k)
    CHECK(static_cast<std::int8_t>(after[k]) ==
          (turned[k / model->units()] != 0 ? -1 : 1) * static_cast<std::int8_t>(before[k]));
  std::vector<std::size_t> parent(replicas);
  for (std::size_t r = 0; r < replicas; ++r) parent[r] = (r * 5 + 3) % replicas;
  ensemble->resample(parent);
  check();
  load_all(*ensemble, before);
  CHECK(save_all(*ensemble) == before);
  check();
}

TEST_CASE("batches visit neighbours in the order of the scan") {
  for (const Lattice& lattice : {Lattice{.geometry = Geometry::triangular, .size = {7, 5}},
                                 Lattice{.geometry = Geometry::cubic, .size = {4, 4, 3}, .boundary = Boundary::open},
                                 Lattice{.geometry = Geometry::chain, .size = {9}}}) {
    const Graph graph = build(lattice);
    std::vector<std::uint32_t> order(graph.sites()), batch(graph.sites());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = (i * 5 + 2) % static_cast<std::uint32_t>(order.size());
    if (graph.sites() % 5 == 0) std::iota(order.begin(), order.end(), 0U);
    const auto batches = simd::independent_batches(graph, order, 8);
    std::size_t visited = 0;
    for (std::uint32_t b = 0; b < batches.size(); ++b) {
      CHECK(batches[b].size() <= 8);
      visited += batches[b].size();
      for (const std::uint32_t i : batches[b]) {
        batch[i] = b;
        CHECK(graph.degree(i) == graph.degree(batches[b][0]));
      }
    }
    CHECK(visited == graph.sites());
    std::vector<std::size_t> turn(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) turn[order[k]] = k;
    for (const Bond& bond : graph.bonds()) CHECK((turn[bond.i] < turn[bond.j]) == (batch[bond.i] < batch[bond.j]));
  }
}

namespace {

/// The batches as they are defined: of all sites that wait for no neighbour, those of the degree that most have, first
/// what most visits must follow, then in the order of visits.
std::vector<std::vector<std::uint32_t>> batches_as_defined(const Graph& graph, std::span<const std::uint32_t> order,
                                                           std::size_t most) {
  const std::size_t n = graph.sites();
  std::vector<std::size_t> turn(n), height(n, 0);
  for (std::size_t k = 0; k < n; ++k) turn[order[k]] = k;
  const auto neighbours = [&](std::size_t i) { return graph.neighbour().subspan(graph.first()[i], graph.degree(i)); };
  for (std::size_t k = n; k-- > 0;)
    for (const std::uint32_t j : neighbours(order[k]))
      if (turn[j] > k) height[order[k]] = std::max(height[order[k]], height[j] + 1);
  std::vector<bool> done(n);
  std::vector<std::vector<std::uint32_t>> batches;
  for (std::size_t visited = 0; visited < n; visited += batches.back().size()) {
    std::map<std::size_t, std::vector<std::uint32_t>> ready;
    for (std::uint32_t i = 0; i < n; ++i) {
      const auto others = neighbours(i);
      if (!done[i] &&
          std::all_of(others.begin(), others.end(), [&](std::uint32_t j) { return turn[j] > turn[i] || done[j]; }))
        ready[graph.degree(i)].push_back(i);
    }
    auto& fullest = std::max_element(ready.begin(), ready.end(), [](const auto& a, const auto& b) {
                      return a.second.size() < b.second.size();
                    })->second;
    std::sort(fullest.begin(), fullest.end(), [&](std::uint32_t a, std::uint32_t b) {
      return height[a] != height[b] ? height[a] > height[b] : turn[a] < turn[b];
    });
    if (fullest.size() > most) fullest.resize(most);
    for (const std::uint32_t i : fullest) done[i] = true;
    batches.push_back(fullest);
  }
  return batches;
}

}  // namespace

TEST_CASE("batches of independent sites are those of their definition, however they are found") {
  for (const Lattice& lattice :
       {Lattice{.size = {9, 6}}, Lattice{.geometry = Geometry::triangular, .size = {7, 5}},
        Lattice{.geometry = Geometry::cubic, .size = {4, 4, 3}, .boundary = Boundary::open},
        Lattice{.geometry = Geometry::honeycomb, .size = {5, 3}, .boundary = Boundary::open}}) {
    const Graph graph = build(lattice);
    std::vector<std::uint32_t> order(graph.sites());
    std::iota(order.begin(), order.end(), 0U);
    for (const std::size_t most : {1U, 8U, 64U})
      for (int k = 0; k < 3; ++k) {
        CHECK(simd::independent_batches(graph, order, most) == batches_as_defined(graph, order, most));
        std::rotate(order.begin(), order.begin() + 5, order.end());
        std::reverse(order.begin() + 2, order.begin() + 11);
      }
  }
}

TEST_CASE("packed replicas take bounded degrees with one |J|, and say how they are laid out") {
  const auto fits = [](const Lattice& lattice, LocalMove kernel = LocalMove::heat_bath,
                       ScanOrder order = ScanOrder::sequential) {
    return packed_replicas_supported(build(lattice), kernel, order);
  };
  if (simd::replica_kernels().empty()) return;
  CHECK(fits({.geometry = Geometry::cubic, .size = {4, 4, 4}, .disorder = Disorder::bimodal}));
  CHECK(fits({.size = {4, 4}, .field = 1}));
  CHECK_FALSE(fits({.size = {4, 4}, .field = 1}, LocalMove::metropolis));
  const auto in_fields = [](double a, double b) {
    return packed_replicas_supported(Graph({{0, 1, 1}}, {a, b}), LocalMove::heat_bath, ScanOrder::sequential);
  };
  CHECK(in_fields(0.5, -0.5));
  CHECK_FALSE(in_fields(0.5, 0));
  CHECK_FALSE(in_fields(0.5, -0.25));
  CHECK_FALSE(fits({.size = {4, 4}}, LocalMove::heat_bath, ScanOrder::random));
  CHECK_FALSE(fits({.size = {4, 4}, .disorder = Disorder::gaussian}));
  CHECK_FALSE(fits({.geometry = Geometry::hypercubic, .size = {3, 3, 3, 3, 3}}));
  CHECK(packed_replicas_are_faster(build({.size = {8, 8}}), LocalMove::heat_bath, ScanOrder::sequential, 64));
  CHECK_FALSE(packed_replicas_are_faster(build({.size = {8, 8}}), LocalMove::heat_bath, ScanOrder::sequential, 1));
  const auto name = [](std::size_t n) {
    const auto model = std::make_shared<const Ising>(build({.size = {4, 4}}));
    const std::string all =
        make_packed_replicas(model, LocalMove::heat_bath, ScanOrder::sequential, Key(1), n)->layout().name;
    return all.substr(0, all.rfind(','));
  };
  CHECK(name(512) == "replica-packed, 512 lanes");
  CHECK(name(1024) == "replica-packed, 512 lanes");
  CHECK(name(60) == "replica-packed, 64 lanes");
  simd::pretend_targets(HWY_SCALAR);
  CHECK_FALSE(fits({.size = {4, 4}}));
  simd::pretend_targets(0);
}
