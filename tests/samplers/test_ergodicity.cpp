// why_not_ergodic() refuses exactly the Metropolis scans that do not converge: its verdict on hundreds of small graphs
// against the exact transition matrix, and what it says of larger ones.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "laws.hpp"
#include "physics/lattice.hpp"
#include "samplers/metropolis.hpp"

using namespace gibbsite;

namespace {

/// Whether some power of P is positive everywhere: one class (a walk forward and one backward from state 0 see all),
/// and no period (the greatest common divisor of all depth(i) + 1 - depth(j) is 1).
bool is_primitive(const laws::Matrix& P) {
  const auto states = static_cast<std::size_t>(P.rows());
  std::vector<long> depth;
  for (const bool backwards : {true, false}) {
    depth.assign(states, -1);
    depth[0] = 0;
    std::vector<std::size_t> queue = {0};
    for (std::size_t k = 0; k < queue.size(); ++k)
      for (std::size_t j = 0; j < states; ++j) {
        const double p = backwards ? P(laws::at(j), laws::at(queue[k])) : P(laws::at(queue[k]), laws::at(j));
        if (p == 0 || depth[j] >= 0) continue;
        depth[j] = depth[queue[k]] + 1;
        queue.push_back(j);
      }
    if (queue.size() < states) return false;
  }
  long period = 0;
  for (std::size_t i = 0; i < states; ++i)
    for (std::size_t j = 0; j < states; ++j)
      if (P(laws::at(i), laws::at(j)) > 0) period = std::gcd(period, depth[i] + 1 - depth[j]);
  return period == 1;
}

enum class Values { signs, integers, real };

/// A random graph: each pair is bonded with probability 1/2, some pairs twice; couplings and fields of the kinds asked
/// for, zero now and then.
Graph random_graph(std::size_t n, Values couplings, Values fields, bool bipartite, Chance& chance) {
  const auto value = [&](Values kind) {
    if (kind == Values::signs) return chance.coin(Coin(0.5)) ? 1.0 : -1.0;
    if (kind == Values::integers) return static_cast<double>(chance.pick(5)) - 2;
    return 2 * chance.uniform() - 1;
  };
  std::vector<Bond> bonds;
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t j = i + 1; j < n; ++j) {
      if (bipartite && (i + j) % 2 == 0) continue;
      while (chance.coin(Coin(0.45))) bonds.push_back({i, j, value(couplings)});
    }
  std::vector<double> h(n, 0.0);
  const bool any = chance.coin(Coin(0.6));
  for (double& field : h)
    if (any && chance.coin(Coin(0.7))) field = value(fields);
  return Graph(std::move(bonds), std::move(h));
}

bool accepted(const Graph& graph, ScanOrder order, bool extended = false) {
  return !why_not_ergodic(graph, order, extended);
}

laws::Matrix matrix(const Graph& graph, ScanOrder order, double beta) {
  return laws::transition_matrix(Ising(graph), Metropolis(Scan(order, graph)), beta);
}

/// The same system in other units: ties of local fields that were exact may now miss zero by rounding.
Graph scaled(const Graph& graph, double unit) {
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  std::vector<double> h(graph.fields().begin(), graph.fields().end());
  for (Bond& bond : bonds) bond.J *= unit;
  for (double& field : h) field *= unit;
  return Graph(std::move(bonds), std::move(h));
}

/// Tries `count` random graphs of n spins; counts the verdicts of both kinds.
void compare(std::size_t n, int count, int& yes, int& no) {
  for (int k = 0; k < count; ++k) {
    Chance chance(Stream(Key(3, n), Purpose::test, static_cast<std::uint64_t>(k), 0));
    const auto couplings = static_cast<Values>(chance.pick(3)), fields = static_cast<Values>(chance.pick(3));
    const bool bipartite = chance.coin(Coin(0.5));
    const Graph graph = random_graph(n, couplings, fields, bipartite, chance);
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::checkerboard}) {
      if (order == ScanOrder::checkerboard && !graph.two_colouring()) continue;
      const laws::Matrix P = matrix(graph, order, 0.4);
      const bool converges = is_primitive(P);
      INFO(n << " spins, graph " << k << (order == ScanOrder::sequential ? ", sequential" : ", checkerboard"));
      CHECK(accepted(graph, order) == converges);
      CHECK(accepted(scaled(graph, 0.1), order) == converges);
      CHECK(accepted(scaled(graph, 1. / 3), order) == converges);
      if (n <= 5) CHECK(static_cast<bool>(laws::convergence(P, laws::boltzmann(graph, 0.4))) == converges);
      (converges ? yes : no) += 1;
    }
  }
}

}  // namespace

TEST_CASE("why_not_ergodic agrees with the exact matrix on random graphs") {
  int yes = 0, no = 0;
  for (std::size_t n = 1; n <= 5; ++n) compare(n, 150, yes, no);
  for (std::size_t n = 6; n <= 7; ++n) compare(n, 60, yes, no);
  compare(8, 30, yes, no);
  CHECK(yes > 200);  // both verdicts were tried
  CHECK(no > 200);
}

TEST_CASE("why_not_ergodic agrees with the exact matrix on graphs of 9 and 10 spins", "[long]") {
  int yes = 0, no = 0;
  compare(9, 60, yes, no);
  compare(10, 40, yes, no);
  CHECK(yes > 20);
  CHECK(no > 20);
}

TEST_CASE("the random scan converges where there is any energy, and only there") {
  for (std::size_t n = 1; n <= 4; ++n)
    for (int k = 0; k < 25; ++k) {
      Chance chance(Stream(Key(4, n), Purpose::test, static_cast<std::uint64_t>(k), 0));
      const Graph graph = random_graph(n, Values::signs, Values::signs, false, chance);
      INFO(n << " spins, graph " << k);
      CHECK(accepted(graph, ScanOrder::random) == is_primitive(matrix(graph, ScanOrder::random, 0.4)));
    }
}

TEST_CASE("sites without energy and bonds that cancel") {
  const Graph nothing({}, {0, 0}), dead_bond({{0, 1, 0}}, {0, 0}), cancel({{0, 1, 1}, {0, 1, -1}}, {0, 0});
  const Graph tenths({{0, 1, 0.1}, {0, 1, 0.2}, {0, 1, -0.3}}, {0, 0});  // 0.1 + 0.2 - 0.3 = 6e-17 in double
  for (const Graph* graph : {&nothing, &dead_bond, &cancel, &tenths})
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::checkerboard, ScanOrder::random}) {
      CHECK_FALSE(accepted(*graph, order));
      CHECK_FALSE(laws::convergence(matrix(*graph, order, 0.5), laws::boltzmann(*graph, 0.5)));
    }
  const Graph isolated({{0, 1, 1}}, {0.3, 0.3, 0}), isolated_in_field({{0, 1, 1}}, {0.3, 0.3, 0.3});
  CHECK_FALSE(accepted(isolated, ScanOrder::sequential));
  CHECK(accepted(isolated, ScanOrder::random));
  CHECK(accepted(isolated_in_field, ScanOrder::sequential));
  std::vector<Bond> open;  // a chain too long to decide exactly, and one site by itself
  for (std::uint32_t i = 0; i + 1 < 40; ++i) open.push_back({i, i + 1, 1});
  std::vector<double> h(41, 0.3);
  CHECK(accepted(Graph(open, h), ScanOrder::sequential));
  h[40] = 0;
  CHECK_FALSE(accepted(Graph(open, h), ScanOrder::sequential));
}

TEST_CASE("lattices that people ask for") {
  const auto lattice = [](Geometry geometry, std::vector<std::size_t> size, double field = 0) {
    return build({.geometry = geometry, .size = std::move(size), .field = field});
  };
  CHECK_FALSE(accepted(lattice(Geometry::cubic, {4, 2, 2}), ScanOrder::checkerboard));  // 8 pairs {s, -s} are closed
  CHECK(accepted(lattice(Geometry::cubic, {4, 2, 2}), ScanOrder::sequential));
  CHECK_FALSE(accepted(lattice(Geometry::chain, {100}), ScanOrder::sequential));
  CHECK_FALSE(accepted(lattice(Geometry::chain, {100}), ScanOrder::checkerboard));
  CHECK(accepted(lattice(Geometry::chain, {100}), ScanOrder::random));
  CHECK(accepted(lattice(Geometry::chain, {100}, 0.3), ScanOrder::sequential));
  CHECK_FALSE(accepted(lattice(Geometry::chain, {100}, 2), ScanOrder::sequential));
  CHECK(accepted(lattice(Geometry::square, {32, 32}), ScanOrder::sequential, true));
  CHECK(accepted(lattice(Geometry::square, {32, 32}), ScanOrder::checkerboard, true));
  CHECK_FALSE(accepted(lattice(Geometry::square, {32, 32}), ScanOrder::sequential, false));
  CHECK_FALSE(accepted(lattice(Geometry::square, {32, 32}, 0), ScanOrder::checkerboard, false));
  CHECK(accepted(lattice(Geometry::honeycomb, {10, 10}), ScanOrder::sequential));  // three bonds never cancel
  CHECK(accepted(build({.geometry = Geometry::cubic, .size = {6, 6, 6}, .disorder = Disorder::gaussian}),
                 ScanOrder::sequential));
  CHECK_FALSE(
      accepted(build({.geometry = Geometry::square, .size = {32, 32}, .coupling = 0}), ScanOrder::random, true));
}
