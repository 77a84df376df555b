// Metropolis converges in every order, and soon, though many flips cost nothing: by exact transition matrices on
// hundreds of small graphs.
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/lattice.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

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

template <class K>
laws::Matrix matrix(const Graph& graph, ScanOrder order, double beta) {
  return laws::transition_matrix(Ising(graph), K(Scan(order, graph)), beta);
}

/// The same system in other units: ties of local fields that were exact may now miss zero by rounding.
Graph scaled(const Graph& graph, double unit) {
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  std::vector<double> h(graph.fields().begin(), graph.fields().end());
  for (Bond& bond : bonds) bond.J *= unit;
  for (double& field : h) field *= unit;
  return Graph(std::move(bonds), std::move(h));
}

/// Tries `count` random graphs of n spins; how often the mutant did not converge.
int compare(std::size_t n, int count) {
  int circles = 0;
  for (int k = 0; k < count; ++k) {
    Chance chance(Stream(Key(3, n), Purpose::test, static_cast<std::uint64_t>(k), 0));
    const auto couplings = static_cast<Values>(chance.pick(3)), fields = static_cast<Values>(chance.pick(3));
    const bool bipartite = chance.coin(Coin(0.5));
    const Graph graph = random_graph(n, couplings, fields, bipartite, chance);
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::checkerboard, ScanOrder::random}) {
      if (order == ScanOrder::checkerboard && !graph.two_colouring()) continue;
      if (order == ScanOrder::random && n > 4) continue;
      INFO(n << " spins, graph " << k << ", order " << static_cast<int>(order));
      const laws::Vector p = laws::boltzmann(graph, 0.4);
      const laws::Matrix P = matrix<Metropolis>(graph, order, 0.4);
      CHECK(laws::invariance(P, p));
      CHECK(laws::convergence(P, p));
      CHECK(laws::convergence(matrix<Metropolis>(scaled(graph, 1. / 3), order, 0.4),
                              laws::boltzmann(scaled(graph, 1. / 3), 0.4)));
      circles += !laws::convergence(matrix<laws::AlwaysFree>(graph, order, 0.4), p);
    }
  }
  return circles;
}

/// How far P^n is from p at worst, n = 64.
double after_64_sweeps(laws::Matrix P, const laws::Vector& p) {
  for (int doubling = 0; doubling < 6; ++doubling) P = (P * P).eval();
  return 0.5 * (P.rowwise() - p).cwiseAbs().rowwise().sum().maxCoeff();
}

}  // namespace

TEST_CASE("Metropolis converges on random graphs in every order; what always accepts a free flip does not") {
  int circles = 0;
  for (std::size_t n = 1; n <= 5; ++n) circles += compare(n, n < 5 ? 100 : 40);
  CHECK(circles > 200);
}

TEST_CASE("Metropolis in a fixed order is not slow where many flips are free") {
  for (const auto& [lattice, beta] :
       {std::pair(Lattice{.geometry = Geometry::triangular, .size = {3, 3}, .coupling = -1}, 1.0),
        std::pair(Lattice{.size = {3, 3}, .coupling = -1}, 0.6),
        std::pair(Lattice{.geometry = Geometry::chain, .size = {8}}, 0.3)}) {
    const Graph graph = build(lattice);
    const laws::Vector p = laws::boltzmann(graph, beta);
    CHECK(after_64_sweeps(matrix<Metropolis>(graph, ScanOrder::sequential, beta), p) < 1e-3);
    CHECK(after_64_sweeps(matrix<laws::AlwaysFree>(graph, ScanOrder::sequential, beta), p) > 0.3);
  }
}
