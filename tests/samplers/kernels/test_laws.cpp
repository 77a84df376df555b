// Every kernel leaves its distribution invariant, converges to it from every start, and has the time reversal it
// claims: by exact transition matrices, for every small model; and mutants break these laws.
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "physics/lattice.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/locally_balanced.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

struct Named {
  std::string name;
  Graph graph;
};

std::vector<Named> small_graphs() {
  std::vector<Named> graphs;
  const auto add = [&](std::string name, Graph graph) { graphs.push_back({std::move(name), std::move(graph)}); };
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
  return graphs;
}

/// Calls see(name, kernel, stride) for every kernel that may move the model, as long as its outcomes can be listed.
template <class M, class See>
void for_each_kernel(const M& model, See see) {
  const Graph& graph = model.graph();
  const std::size_t n = graph.sites();
  const double states = count_states(model);
  const std::pair<ScanOrder, std::string> orders[] = {
      {ScanOrder::sequential, "sequential"}, {ScanOrder::checkerboard, "checkerboard"}, {ScanOrder::random, "random"}};
  for (const auto& [order, name] : orders) {
    if (order == ScanOrder::checkerboard && !graph.two_colouring()) continue;
    const double paths = std::pow(static_cast<double>(n), static_cast<double>(n)) * states * states;
    if (order == ScanOrder::random && paths > 65536) continue;
    if constexpr (Conditionals<M>) see("heat bath, " + name, HeatBath(Scan(order, graph)), 1.0);
    if constexpr (LocalMoves<M>) see("Metropolis, " + name, Metropolis(Scan(order, graph)), 1.0);
  }
  if constexpr (Kernel<LocallyBalanced, M>)
    if (n <= 3) {
      see("locally balanced, root", LocallyBalanced(Balance::root), 1.0);
      see("locally balanced, barker", LocallyBalanced(Balance::barker), 1.0);
    }
  if constexpr (Bonds<M>) {
    if (states > 256) return;
    see("Swendsen-Wang", SwendsenWang(), 1.0);
    const double most = states <= 8 ? 3 : states <= 32 ? 2 : 1;
    for (double clusters = 1; clusters <= most; ++clusters)
      see("Wolff, " + std::to_string(static_cast<int>(clusters)) + " clusters", Wolff(), clusters);
  }
}

// Mutants: kernels with a plausible bug.

/// Wolff whose sweep ends as soon as N spins are turned over.
struct WolffUntilN : Wolff {
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<typename M::Unit> s, double, Direction order, C& chance,
             Tally& tally, Workspace& scratch) const {
    Tally turned;
    while (turned.accepted < static_cast<double>(model.units()))
      Wolff::sweep(model, bonds, s, 1, order, chance, turned, scratch);
    tally.accepted += turned.accepted;
  }
};

/// Swendsen-Wang that turns the ghost's cluster over as any other.
struct FreeGhost : SwendsenWang {
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<typename M::Unit> s, double, Direction order, C& chance,
             Tally& tally, Workspace& scratch) const {
    SwendsenWang::sweep(model, bonds, s, 1, order, chance, tally, scratch);
    const auto turn = model.draw_turn(chance);
    if (chance.coin(Coin(0.5)))  // the ghost's cluster and all others: the same as a fair coin for each
      for (std::size_t i = 0; i < s.size(); ++i) model.apply(turn, s, i);
  }
};

/// Metropolis that first visits the units that are in their last state (spins up), then the others.
struct UpFirst : Metropolis {
  using Metropolis::Metropolis;
  template <class M, class P, class C>
  void sweep(const M& model, const P& moves, std::span<typename M::Unit> s, double, Direction, C& chance, Tally&,
             Workspace&) const {
    std::vector<std::size_t> order;
    std::vector<typename M::Unit> last(model.units());
    for (std::size_t i = 0; i < model.units(); ++i) model.set_state(last, i, model.states(i) - 1);
    for (const bool wanted : {true, false})
      for (std::size_t i = 0; i < model.units(); ++i)
        if ((s[i] == last[i]) == wanted) order.push_back(i);
    for (const std::size_t i : order) moves.attempt(s, i, chance);
  }
};

/// Heat bath that claims a reversed sweep and makes a forward one.
struct NeverBackwards : HeatBath {
  using HeatBath::HeatBath;
  template <class M, class P, class C>
  void sweep(const M& model, const P& conditionals, std::span<typename M::Unit> s, double, Direction, C& chance,
             Tally& tally, Workspace& scratch) const {
    HeatBath::sweep(model, conditionals, s, 1, Direction::forward, chance, tally, scratch);
  }
};

/// Heat bath of all spins at once, each given what the others were before.
struct AllAtOnce : HeatBath {
  using HeatBath::HeatBath;
  template <class M, class P, class C>
  void sweep(const M& model, const P& conditionals, std::span<typename M::Unit> s, double, Direction, C& chance, Tally&,
             Workspace&) const {
    const std::vector<typename M::Unit> before(s.begin(), s.end());
    for (std::size_t i = 0; i < model.units(); ++i) {
      auto rest = before;
      conditionals.resample(std::span(rest), i, chance);
      s[i] = rest[i];
    }
  }
};

/// Wolff that asks the ghost only for the site where a cluster starts.
struct GhostAtSeed : Wolff {
  template <class P>
  struct Moves {
    P bonds;
    mutable bool asked = false;
    template <class Turn, class S>
    Coin join(Turn turn, const S& s, std::size_t i, std::size_t e, bool wanted) const {
      return bonds.join(turn, s, i, e, wanted);
    }
    bool has_ghost() const { return bonds.has_ghost(); }
    template <class Turn, class S>
    Coin ghost(Turn turn, const S& s, std::size_t i) const {
      return std::exchange(asked, true) ? Coin() : bonds.ghost(turn, s, i);
    }
  };
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<typename M::Unit> s, double, Direction order, C& chance,
             Tally& tally, Workspace& scratch) const {
    Wolff::sweep(model, Moves<P>{bonds}, s, 1, order, chance, tally, scratch);
  }
};

/// Wolff that meets a site it has already refused again through another bond, and does not ask again.
struct RefusesOnce : Wolff {
  template <class M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<typename M::Unit> s, double, Direction, C& chance, Tally&,
             Workspace&) const {
    const auto turn = model.draw_turn(chance);
    std::vector<std::size_t> cluster = {chance.pick(model.units())};
    std::vector<bool> met(model.units());
    met[cluster[0]] = true;
    for (std::size_t k = 0; k < cluster.size(); ++k)
      for (std::size_t e = model.graph().first()[cluster[k]]; e < model.graph().first()[cluster[k] + 1]; ++e) {
        const std::size_t j = model.graph().neighbour()[e];
        if (met[j]) continue;
        met[j] = true;
        if (chance.coin(bonds.join(turn, s, cluster[k], e, true))) cluster.push_back(j);
      }
    for (const std::size_t i : cluster) model.apply(turn, s, i);
  }
};

}  // namespace

TEST_CASE("the energy of every model is the sum over bonds and fields") {
  for (const Named& it : small_graphs()) {
    const Ising model(it.graph);
    const auto energy = laws::energies(it.graph);
    for (std::size_t k = 0; k < static_cast<std::size_t>(energy.size()); ++k) {
      const auto s = laws::spins_of(k, model.units());
      INFO(it.name << ", state " << k);
      CHECK(std::abs(model.energy(s) - energy[laws::at(k)]) < 1e-12);
      for (std::size_t i = 0; i < s.size(); ++i)
        CHECK(std::abs(2 * model.local_field(s, i) * s[i] -
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

/// All models on all graphs that give them states in a range.
void try_all_kernels(double fewest, double most, std::initializer_list<double> betas) {
  test::for_each_model([&](const auto& row) {
    for (const Named& it : small_graphs()) {
      const auto model = row.of(it.graph);
      if (const double states = count_states(model); states < fewest || states > most) continue;
      const laws::Vector energy = laws::energies(row, model);
      for (const double beta : betas)
        for_each_kernel(model, [&](const std::string& name, const auto& kernel, double stride) {
          INFO(row.name << ", " << it.name << ", " << name << ", beta = " << beta);
          const laws::Verdicts verdict = laws::judge_kernel(model, energy, kernel, beta, stride);
          CHECK(verdict.rows);
          CHECK(verdict.invariance);
          CHECK(verdict.convergence);
          CHECK(verdict.time_reversal);
        });
    }
  });
}

}  // namespace

TEST_CASE("every kernel leaves p invariant, converges to it, and has the time reversal it claims") {
  try_all_kernels(0, 128, {0.15, 0.44, 1.1});
  try_all_kernels(129, 256, {0.6});
}

TEST_CASE("every kernel obeys the laws on nine spins", "[long]") { try_all_kernels(257, 512, {0.3, 0.6}); }

TEST_CASE("Metropolis that goes in circles breaks the laws") {
  using namespace laws;
  const Ising ring(build({.geometry = Geometry::chain, .size = {4}}));
  const Ising field(build({.geometry = Geometry::chain, .size = {3}, .boundary = Boundary::open, .field = 0.4}));
  SECTION("Metropolis that always accepts what costs nothing: on the periodic chain invariant, and never converges") {
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::checkerboard}) {
      const Verdicts verdict = judge_kernel(ring, AlwaysFree(Scan(order, ring.graph())), 0.5);
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
}

namespace {

template <class M>
void try_mutants(const test::ModelCase<M>& row) {
  using laws::AtHalfBeta;
  using laws::Verdicts;
  const Graph ring = build({.geometry = Geometry::chain, .size = {4}});
  const Graph triangle = build({.geometry = Geometry::chain, .size = {3}});
  const Graph field = build({.geometry = Geometry::chain, .size = {3}, .boundary = Boundary::open, .field = 0.4});
  if (count_states(row.of(triangle)) > 64) return;  // too many outcomes to list
  const auto judge = [&](const Graph& graph, const auto& kernel) {
    const M model = row.of(graph);
    return laws::judge_kernel(model, laws::energies(row, model), kernel, 0.5);
  };
  const auto sequential = [](const Graph& graph) { return Scan(ScanOrder::sequential, graph); };

  if constexpr (Bonds<M>) {
    DYNAMIC_SECTION(row.name << ": Wolff until N spins are turned over") {
      const Verdicts verdict = judge(triangle, WolffUntilN());
      CHECK(verdict.rows);
      CHECK_FALSE(verdict.invariance);
      CHECK_FALSE(verdict.convergence);
    }
    DYNAMIC_SECTION(row.name << ": Wolff with 1 - exp(-beta J)") {
      CHECK_FALSE(judge(triangle, AtHalfBeta<Wolff>()).invariance);
    }
    DYNAMIC_SECTION(row.name << ": Wolff that asks a neighbour only once") {
      CHECK_FALSE(judge(triangle, RefusesOnce()).invariance);
    }
    DYNAMIC_SECTION(row.name << ": Wolff that asks the ghost only once") {
      CHECK_FALSE(judge(field, GhostAtSeed()).invariance);
    }
    DYNAMIC_SECTION(row.name << ": Swendsen-Wang with 1 - exp(-beta J)") {
      CHECK_FALSE(judge(triangle, AtHalfBeta<SwendsenWang>()).invariance);
    }
    DYNAMIC_SECTION(row.name << ": Swendsen-Wang that turns the ghost's cluster over") {
      CHECK_FALSE(judge(field, FreeGhost()).invariance);
    }
  }
  if constexpr (LocalMoves<M>) {
    DYNAMIC_SECTION(row.name << ": Metropolis with half the energy change") {
      CHECK_FALSE(judge(field, AtHalfBeta<Metropolis>(sequential(field))).invariance);
    }
    DYNAMIC_SECTION(row.name << ": Metropolis in an order that depends on the state") {
      CHECK_FALSE(judge(field, UpFirst(sequential(field))).invariance);
    }
  }
  if constexpr (Conditionals<M>) {
    DYNAMIC_SECTION(row.name << ": heat bath with exp(-beta f)") {
      CHECK_FALSE(judge(ring, AtHalfBeta<HeatBath>(sequential(ring))).invariance);
    }
    DYNAMIC_SECTION(row.name << ": heat bath of all spins at once") {
      CHECK_FALSE(judge(triangle, AllAtOnce(sequential(triangle))).invariance);
    }
    DYNAMIC_SECTION(row.name << ": heat bath that claims a reversed sweep and makes a forward one") {
      const Verdicts verdict = judge(field, NeverBackwards(sequential(field)));
      CHECK(verdict.invariance);
      CHECK(verdict.convergence);
      CHECK_FALSE(verdict.time_reversal);
    }
  }
}

}  // namespace

TEST_CASE("mutants break the laws, of every model") {
  test::for_each_model([](const auto& row) { try_mutants(row); });
}
