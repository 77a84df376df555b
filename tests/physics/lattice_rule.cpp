// Lattices by rule: what they know without lists, and lists that are those made bond by bond.
#include "physics/lattice_rule.hpp"

#include <catch2/catch.hpp>
#include <latch>
#include <thread>

#include "physics/ising.hpp"
#include "physics/lattice_rows.hpp"

using namespace gibbsite;

namespace {

/// The bonds of a lattice, one after the other from its cells' coordinates.
std::vector<Bond> bonds_by_hand(const Lattice& lattice) {
  std::vector<Bond> bonds;
  std::size_t cells = 1;
  for (const std::size_t side : lattice.size) cells *= side;
  if (lattice.geometry == Geometry::complete) {
    for (std::uint32_t i = 0; i < cells; ++i)
      for (std::uint32_t j = i + 1; j < cells; ++j)
        bonds.push_back({i, j, lattice.coupling * (1 / static_cast<double>(cells))});
    return bonds;
  }
  const bool honeycomb = lattice.geometry == Geometry::honeycomb;
  std::vector<std::vector<std::size_t>> steps;
  if (honeycomb) steps.emplace_back(2, 0);
  for (std::size_t d = 0; d < lattice.size.size(); ++d) steps.emplace_back(lattice.size.size(), 0)[d] = 1;
  if (lattice.geometry == Geometry::triangular) steps.push_back({1, 1});
  for (std::size_t cell = 0; cell < cells; ++cell)
    for (const auto& step : steps) {
      std::size_t to = 0, stride = 1, rest = cell;
      bool inside = true;
      for (std::size_t d = 0; d < step.size(); ++d) {
        const std::size_t x = rest % lattice.size[d] + step[d];
        inside = inside && (x < lattice.size[d] || lattice.boundary == Boundary::periodic);
        to += x % lattice.size[d] * stride;
        rest /= lattice.size[d];
        stride *= lattice.size[d];
      }
      if (!inside) continue;
      const auto i = static_cast<std::uint32_t>(honeycomb ? 2 * cell + 1 : cell);
      bonds.push_back({i, static_cast<std::uint32_t>(honeycomb ? 2 * to : to), lattice.coupling});
    }
  return bonds;
}

Graph graph_by_hand(const Lattice& lattice) {
  std::size_t sites = lattice.geometry == Geometry::honeycomb ? 2 : 1;
  for (const std::size_t side : lattice.size) sites *= side;
  return Graph(bonds_by_hand(lattice), std::vector<double>(sites, lattice.field));
}

/// Every kind of lattice with every choice of sides from 1 (open ones) or 2 to 5, and both signs of J.
template <class Visit>
void for_small_lattices(Visit&& visit) {
  for (const LatticeKind& kind : lattice_kinds())
    for (const Boundary boundary : {Boundary::periodic, Boundary::open})
      for (const std::size_t dimensions :
           kind.sides == 0 ? std::vector<std::size_t>{1, 2, 3, 4} : std::vector{kind.sides}) {
        const std::size_t least = boundary == Boundary::open || kind.geometry == Geometry::complete ? 1 : 2;
        const std::size_t most = dimensions > 3 ? 3 : 5;
        std::vector<std::size_t> size(dimensions, least);
        for (std::size_t d = 0; d < dimensions;) {
          for (const double J : {1.0, -0.75})
            visit(Lattice{.geometry = kind.geometry, .size = size, .boundary = boundary, .coupling = J, .field = 0.25});
          for (d = 0; d < dimensions && ++size[d] > most; ++d) size[d] = least;
        }
      }
}

bool same(const Bond& a, const Bond& b) { return a.i == b.i && a.j == b.j && a.J == b.J; }

template <class T>
bool same(std::span<const T> a, std::span<const T> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("a lattice knows by rule what its lists show, and lists the bonds made one by one, in their order") {
  std::size_t seen = 0;
  for_small_lattices([&](const Lattice& lattice) {
    CAPTURE(kind_of(lattice.geometry).name, lattice.size, lattice.boundary == Boundary::open, lattice.coupling);
    const Graph rule = build(lattice), listed = graph_by_hand(lattice);
    bool all = rule.sites() == listed.sites() && rule.bond_count() == listed.bonds().size() &&
               rule.max_degree() == listed.max_degree() && rule.any_alone() == listed.any_alone() &&
               rule.common_coupling() == listed.common_coupling() &&
               rule.common_strength() == listed.common_strength() && rule.common_field() == listed.common_field() &&
               rule.bipartite() == listed.bipartite() && rule.two_colouring() == listed.two_colouring() &&
               rule.frustrated() == listed.frustrated();
    std::vector<Bond> visited;
    rule.visit_bonds([&](std::span<const Bond> some) { visited.insert(visited.end(), some.begin(), some.end()); });
    const auto equal = [](const Bond& a, const Bond& b) { return same(a, b); };
    all = all && std::equal(visited.begin(), visited.end(), listed.bonds().begin(), listed.bonds().end(), equal);
    CHECK((all && !rule.built()));  // so far without a list
    CHECK(std::equal(rule.bonds().begin(), rule.bonds().end(), visited.begin(), visited.end(), equal));
    CHECK((same(rule.fields(), listed.fields()) && same(rule.first(), listed.first()) &&
           same(rule.neighbour(), listed.neighbour()) && same(rule.coupling(), listed.coupling())));
    CHECK(rule.built());
    ++seen;
  });
  CHECK(seen > 1000);
}

TEST_CASE("rows of neighbours by arithmetic are those of the lists, in their order") {
  for_small_lattices([](const Lattice& lattice) {
    CAPTURE(kind_of(lattice.geometry).name, lattice.size, lattice.boundary == Boundary::open);
    const Graph graph = build(lattice);
    const bool by_arithmetic = lattice.geometry != Geometry::complete && lattice.size.size() <= LatticeRows::most_sides;
    REQUIRE((graph.rows() != nullptr) == by_arithmetic);
    if (!by_arithmetic) return;
    std::vector<std::uint32_t> first = {0}, neighbour;
    for (std::uint32_t i = 0; i < graph.sites(); ++i) {
      const LatticeRows::Row& row = (*graph.rows())[i];
      for (std::uint32_t k = 0; k < row.count; ++k) neighbour.push_back(i + static_cast<std::uint32_t>(row.away[k]));
      first.push_back(static_cast<std::uint32_t>(neighbour.size()));
    }
    CHECK(!graph.built());
    CHECK(same<std::uint32_t>(first, graph.first()));
    CHECK(same<std::uint32_t>(neighbour, graph.neighbour()));
  });
}

TEST_CASE("rows by arithmetic hold at the largest numbers of sites") {
  // A reciprocal that is off by one would show at multiples of a side, and just before them.
  for (const std::size_t side : {3U, 7U, 641U, 31'622U, 31'621U}) {
    const auto last = static_cast<std::uint32_t>(1'000'000'000 / side);
    const LatticeRows rows(std::vector<std::size_t>{side, last}, {{1, 0}, {0, 1}}, 1, true);
    const auto L = static_cast<std::int32_t>(side);
    for (const std::uint32_t y : {2U, last / 3, last / 2, last - 2}) {
      const auto begin = static_cast<std::uint32_t>(side) * y;
      const std::array<std::int32_t, 4> at_first = {-L, 1, L, L - 1}, inside = {-L, -1, 1, L},
                                        at_last = {-L, -1, 1 - L, L};
      const auto is = [&](std::uint32_t site, const std::array<std::int32_t, 4>& away) {
        return rows[site].count == 4 && std::equal(away.begin(), away.end(), rows[site].away.begin());
      };
      CHECK(is(begin - 1, at_last));
      CHECK(is(begin, at_first));
      CHECK(is(begin + 1, inside));
    }
  }
}

TEST_CASE("lattices of 10^8 sites and more are described without a list of their bonds") {
  for (const Lattice& lattice :
       {Lattice{.geometry = Geometry::square, .size = {10'000, 10'000}},
        Lattice{.geometry = Geometry::square, .size = {31'000, 32'000}, .boundary = Boundary::open, .coupling = -1},
        Lattice{.geometry = Geometry::cubic, .size = {500, 500, 400}, .field = 0.1},
        Lattice{.geometry = Geometry::triangular, .size = {9'999, 10'002}, .coupling = -1},
        Lattice{.geometry = Geometry::honeycomb, .size = {8'000, 8'000}},
        Lattice{.geometry = Geometry::hypercubic, .size = {100, 100, 100, 100}}}) {
    const Graph graph = build(lattice);
    const bool triangles = lattice.geometry == Geometry::triangular;
    CHECK(graph.sites() >= 100'000'000);
    CHECK(graph.common_coupling() == lattice.coupling);
    CHECK(graph.common_strength() == 1.0);
    CHECK(graph.common_field() == lattice.field);
    CHECK(graph.bipartite() == !triangles);
    CHECK(graph.frustrated() == triangles);
    const Ising ising(graph);
    CHECK(ising.in_field() == (lattice.field != 0));
    CHECK(ising.units() == graph.sites());
    CHECK(!graph.built());
    CHECK(!ising.graph().built());
  }
}

TEST_CASE("threads may ask a lattice for its lists at once, and copies share them") {
  for (int trial = 0; trial < 50; ++trial) {
    const Graph graph = build({.geometry = Geometry::triangular, .size = {6, 4}});
    const auto copy = std::make_unique<Graph>(graph);
    constexpr int threads = 4;
    std::latch together(threads);
    std::vector<std::thread> all;
    std::vector<const std::uint32_t*> seen(threads);
    for (std::size_t t = 0; t < threads; ++t)
      all.emplace_back([&, t] {
        together.arrive_and_wait();
        seen[t] = (t % 2 == 0 ? graph : *copy).neighbour().data();
      });
    for (std::thread& thread : all) thread.join();
    CHECK(seen == std::vector(threads, graph.neighbour().data()));
  }
  Graph kept = build({.size = {3, 3}});
  {
    const Graph first = kept;
    CHECK(first.bonds().size() == 18);
  }
  CHECK(kept.built());
  const std::uint32_t* neighbour = kept.neighbour().data();
  const Graph moved = std::move(kept);
  CHECK(moved.neighbour().data() == neighbour);
  const Ising ising(moved);
  CHECK(ising.energy(std::vector<std::int8_t>(9, 1)) == -18);
}
