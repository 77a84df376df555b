// Every kernel leaves its distribution invariant, converges to it from every start, and has the time reversal it
// claims: by exact transition matrices, for every small model; and mutants break these laws.
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "physics/lattice.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

struct Named {
  std::string name;
  Ising model;
};

std::vector<Named> small_models() {
  std::vector<Named> models;
  const auto add = [&](std::string name, Graph graph) { models.push_back({std::move(name), Ising(std::move(graph))}); };
  add("periodic chain of 4", build({.geometry = Geometry::chain, .size = {4}}));
  add("periodic chain of 5", build({.geometry = Geometry::chain, .size = {5}}));
  add("open chain of 4 in a field",
      build({.geometry = Geometry::chain, .size = {4}, .boundary = Boundary::open, .field = 0.3}));
  add("antiferromagnetic chain of 4 in a field of 2",
      build({.geometry = Geometry::chain, .size = {4}, .coupling = -1, .field = 2}));
  add("2 x 2 torus, bonds doubled", build({.geometry = Geometry::square, .size = {2, 2}}));
  add("2 x 3 open", build({.geometry = Geometry::square, .size = {2, 3}, .boundary = Boundary::open}));
  add("triangular 2 x 3 open in a field",
      build({.geometry = Geometry::triangular, .size = {2, 3}, .boundary = Boundary::open, .field = -0.2}));
  add("honeycomb 2 x 2 open", build({.geometry = Geometry::honeycomb, .size = {2, 2}, .boundary = Boundary::open}));
  add("complete graph of 4 in a field", build({.geometry = Geometry::complete, .size = {4}, .field = 0.25}));
  add("frustrated graph of 5, real couplings and fields",
      Graph({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}, {3, 4, -0.35}, {4, 0, 0.6}, {1, 4, -0.8}},
            {0.2, -0.5, 0.15, 0.0, -0.3}));
  add("frustrated graph of 6, real couplings and fields", Graph({{0, 1, -0.7},
                                                                 {1, 2, -1.1},
                                                                 {2, 0, -0.45},
                                                                 {2, 3, 0.9},
                                                                 {3, 4, -0.35},
                                                                 {4, 5, 0.6},
                                                                 {5, 3, 1.3},
                                                                 {0, 5, 0.1}},
                                                                {-0.4, 0.25, 0.0, 0.8, 0.0, -0.1}));
  add("+-J 3 x 3 torus",
      build({.geometry = Geometry::square, .size = {3, 3}, .disorder = Disorder::bimodal, .disorder_seed = 5}));
  add("one site in a field", Graph({}, {0.6}));
  add("a bond beside an isolated site in a field", Graph({{0, 1, 1}}, {0, 0, -0.6}));
  add("parallel bonds of opposite sign", Graph({{0, 1, 1.0}, {0, 1, -0.4}, {1, 2, 0.5}, {1, 2, -0.5}}, {0, 0.3, 0.2}));
  return models;
}

/// Calls see(name, kernel, stride) for every kernel that may move the model, as long as its outcomes can be listed.
template <class See>
void for_each_kernel(const Ising& model, See see) {
  const Graph& graph = model.graph();
  const std::size_t n = graph.sites();
  const std::pair<ScanOrder, std::string> orders[] = {
      {ScanOrder::sequential, "sequential"}, {ScanOrder::checkerboard, "checkerboard"}, {ScanOrder::random, "random"}};
  for (const auto& [order, name] : orders) {
    if (order == ScanOrder::checkerboard && !graph.two_colouring()) continue;
    if (order == ScanOrder::random && n > 4) continue;  // N^N 2^N outcomes
    see("heat bath, " + name, HeatBath(Scan(order, graph)), 1.0);
    see("Metropolis, " + name, Metropolis(Scan(order, graph)), 1.0);
  }
  if (n > 8) return;
  see("Swendsen-Wang", SwendsenWang(), 1.0);
  const double most = n <= 3 ? 3 : n <= 5 ? 2 : 1;
  for (double clusters = 1; clusters <= most; ++clusters)
    see("Wolff, " + std::to_string(static_cast<int>(clusters)) + " clusters", Wolff(), clusters);
}

// Mutants: kernels with a plausible bug.

/// Wolff whose sweep ends as soon as N spins are turned over.
struct WolffUntilN : Wolff {
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<std::int8_t> s, double, Direction order, C& chance, Tally& tally,
             Workspace& scratch) const {
    Tally turned;
    while (turned.accepted < static_cast<double>(model.units()))
      Wolff::sweep(model, bonds, s, 1, order, chance, turned, scratch);
    tally.accepted += turned.accepted;
  }
};

/// Swendsen-Wang that turns the ghost's cluster over as any other.
struct FreeGhost : SwendsenWang {
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<std::int8_t> s, double, Direction order, C& chance, Tally& tally,
             Workspace& scratch) const {
    SwendsenWang::sweep(model, bonds, s, 1, order, chance, tally, scratch);
    if (chance.coin(Coin(0.5)))  // the ghost's cluster and all others: the same as a fair coin for each
      for (std::int8_t& spin : s) spin = static_cast<std::int8_t>(-spin);
  }
};

/// Metropolis that first visits the spins that are up, then those that are down.
struct UpFirst : Metropolis {
  using Metropolis::Metropolis;
  template <class M, class P, class C>
  void sweep(const M& model, const P& moves, std::span<std::int8_t> s, double, Direction, C& chance, Tally&,
             Workspace&) const {
    std::vector<std::size_t> order;
    for (const int wanted : {1, -1})
      for (std::size_t i = 0; i < model.units(); ++i)
        if (s[i] == wanted) order.push_back(i);
    for (const std::size_t i : order) moves.attempt(s, i, chance);
  }
};

/// Heat bath that claims a reversed sweep and makes a forward one.
struct NeverBackwards : HeatBath {
  using HeatBath::HeatBath;
  template <class M, class P, class C>
  void sweep(const M& model, const P& conditionals, std::span<std::int8_t> s, double, Direction, C& chance,
             Tally& tally, Workspace& scratch) const {
    HeatBath::sweep(model, conditionals, s, 1, Direction::forward, chance, tally, scratch);
  }
};

/// Heat bath of all spins at once, each given what the others were before.
struct AllAtOnce : HeatBath {
  using HeatBath::HeatBath;
  template <class M, class P, class C>
  void sweep(const M& model, const P& conditionals, std::span<std::int8_t> s, double, Direction, C& chance, Tally&,
             Workspace&) const {
    const std::vector<std::int8_t> before(s.begin(), s.end());
    for (std::size_t i = 0; i < model.units(); ++i) {
      auto rest = before;
      conditionals.resample(std::span(rest), i, chance);
      s[i] = rest[i];
    }
  }
};

/// Wolff that asks the ghost only for the site where a cluster starts.
struct GhostAtSeed : Wolff {
  struct Moves {
    Ising::Clusters bonds;
    mutable bool asked = false;
    Coin join(Ising::ConstState s, std::size_t i, std::size_t e, bool wanted) const {
      return bonds.join(s, i, e, wanted);
    }
    bool has_ghost() const { return bonds.has_ghost(); }
    Coin ghost(Ising::ConstState s, std::size_t i) const {
      return std::exchange(asked, true) ? Coin() : bonds.ghost(s, i);
    }
  };
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<std::int8_t> s, double, Direction order, C& chance, Tally& tally,
             Workspace& scratch) const {
    Wolff::sweep(model, Moves{bonds}, s, 1, order, chance, tally, scratch);
  }
};

/// Wolff that meets a site it has already refused again through another bond, and does not ask again.
struct RefusesOnce : Wolff {
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<std::int8_t> s, double, Direction, C& chance, Tally&,
             Workspace&) const {
    std::vector<std::size_t> cluster = {chance.pick(model.units())};
    std::vector<bool> met(model.units());
    met[cluster[0]] = true;
    for (std::size_t k = 0; k < cluster.size(); ++k)
      for (std::size_t e = model.graph().first()[cluster[k]]; e < model.graph().first()[cluster[k] + 1]; ++e) {
        const std::size_t j = model.graph().neighbour()[e];
        if (met[j]) continue;
        met[j] = true;
        if (chance.coin(bonds.join(s, cluster[k], e, true))) cluster.push_back(j);
      }
    for (const std::size_t i : cluster) model.flip(s, i);
  }
};

}  // namespace

TEST_CASE("the energy of every model is the sum over bonds and fields") {
  for (const Named& it : small_models()) {
    const auto energy = laws::energies(it.model.graph());
    for (std::size_t k = 0; k < static_cast<std::size_t>(energy.size()); ++k) {
      const auto s = laws::spins_of(k, it.model.units());
      INFO(it.name << ", state " << k);
      CHECK(std::abs(it.model.energy(s) - energy[laws::at(k)]) < 1e-12);
      for (std::size_t i = 0; i < s.size(); ++i)
        CHECK(std::abs(2 * it.model.local_field(s, i) * s[i] -
                       (energy[laws::at(k ^ std::size_t{1} << i)] - energy[laws::at(k)])) < 1e-12);
    }
  }
}

TEST_CASE("an enumerator walks every outcome once, and the probabilities add up") {
  double total = 0;
  std::size_t outcomes = 0;
  std::vector<double> of_sum(8, 0.0);
  std::size_t sum = 0;
  for_each_outcome(
      [&](Enumerator& chance) {
        sum = chance.pick(3);
        if (chance.coin(Coin(0.25))) sum += 3 + chance.pick(2);
        sum += chance.coin(Coin(0)) ? 100 : 0;
        sum += chance.coin(Coin(1)) ? 0 : 100;
      },
      [&](double probability) {
        total += probability;
        of_sum[sum] += probability;
        ++outcomes;
      });
  CHECK(outcomes == 3 * (1 + 2));
  CHECK(total == Approx(1).epsilon(1e-15));
  CHECK(of_sum[0] == Approx(0.25));
  CHECK(of_sum[4] == Approx(1. / 12));
}

namespace {

void try_all_kernels(const Named& it, std::initializer_list<double> betas) {
  for (const double beta : betas)
    for_each_kernel(it.model, [&](const std::string& name, const auto& kernel, double stride) {
      INFO(it.name << ", " << name << ", beta = " << beta);
      const laws::Verdicts verdict = laws::judge_kernel(it.model, kernel, beta, stride);
      CHECK(verdict.rows);
      CHECK(verdict.invariance);
      CHECK(verdict.convergence);
      CHECK(verdict.time_reversal);
    });
}

}  // namespace

TEST_CASE("every kernel leaves p invariant, converges to it, and has the time reversal it claims") {
  for (const Named& it : small_models())
    if (it.model.units() < 8)
      try_all_kernels(it, {0.15, 0.44, 1.1});
    else if (it.model.units() == 8)
      try_all_kernels(it, {0.6});
}

TEST_CASE("every kernel obeys the laws on nine spins", "[long]") {
  for (const Named& it : small_models())
    if (it.model.units() == 9) try_all_kernels(it, {0.3, 0.6});
}

TEST_CASE("mutants break the laws") {
  using namespace laws;
  const Ising ring(build({.geometry = Geometry::chain, .size = {4}}));
  const Ising triangle(build({.geometry = Geometry::chain, .size = {3}}));
  const Ising field(build({.geometry = Geometry::chain, .size = {3}, .boundary = Boundary::open, .field = 0.4}));
  const auto sequential = [](const Ising& model) { return Scan(ScanOrder::sequential, model.graph()); };
  const double beta = 0.5;

  SECTION("Metropolis that always accepts what costs nothing: on the periodic chain invariant, and never converges") {
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::checkerboard}) {
      const Verdicts verdict = judge_kernel(ring, AlwaysFree(Scan(order, ring.graph())), beta);
      CHECK(verdict.invariance);
      CHECK(verdict.time_reversal);
      CHECK_FALSE(verdict.convergence);
    }
  }
  SECTION("Metropolis at beta = 0 only negates") {
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::checkerboard, ScanOrder::random}) {
      const Verdicts verdict = judge_kernel(field, Metropolis(Scan(order, field.graph())), 0);
      CHECK(verdict.invariance);
      CHECK_FALSE(verdict.convergence);
    }
  }
  SECTION("Wolff until N spins are turned over") {
    const Verdicts verdict = judge_kernel(triangle, WolffUntilN(), beta);
    CHECK(verdict.rows);
    CHECK_FALSE(verdict.invariance);
    CHECK_FALSE(verdict.convergence);
  }
  SECTION("Wolff with 1 - exp(-beta J)") { CHECK_FALSE(judge_kernel(triangle, AtHalfBeta<Wolff>(), beta).invariance); }
  SECTION("Wolff that asks a neighbour only once") {
    CHECK_FALSE(judge_kernel(triangle, RefusesOnce(), beta).invariance);
  }
  SECTION("Wolff that asks the ghost only once") { CHECK_FALSE(judge_kernel(field, GhostAtSeed(), beta).invariance); }
  SECTION("Swendsen-Wang with 1 - exp(-beta J)") {
    CHECK_FALSE(judge_kernel(triangle, AtHalfBeta<SwendsenWang>(), beta).invariance);
  }
  SECTION("Swendsen-Wang that turns the ghost's cluster over") {
    CHECK_FALSE(judge_kernel(field, FreeGhost(), beta).invariance);
  }
  SECTION("heat bath with exp(-beta f)") {
    CHECK_FALSE(judge_kernel(ring, AtHalfBeta<HeatBath>(sequential(ring)), beta).invariance);
  }
  SECTION("Metropolis with half the energy change") {
    CHECK_FALSE(judge_kernel(field, AtHalfBeta<Metropolis>(sequential(field)), beta).invariance);
  }
  SECTION("Metropolis in an order that depends on the state") {
    CHECK_FALSE(judge_kernel(field, UpFirst(sequential(field)), beta).invariance);
  }
  SECTION("heat bath of all spins at once") {
    CHECK_FALSE(judge_kernel(triangle, AllAtOnce(sequential(triangle)), beta).invariance);
  }
  SECTION("heat bath that claims a reversed sweep and makes a forward one") {
    const Verdicts verdict = judge_kernel(field, NeverBackwards(sequential(field)), beta);
    CHECK(verdict.invariance);
    CHECK(verdict.convergence);
    CHECK_FALSE(verdict.time_reversal);
  }
}
