// Lattices: sites, bonds and neighbours of every geometry, disorder, refusals.
#include "physics/lattice.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

using namespace gibbsite;

namespace {

Lattice lattice_of(Geometry geometry, std::vector<std::size_t> size, Boundary boundary = Boundary::periodic) {
  Lattice lattice;
  lattice.geometry = geometry;
  lattice.size = std::move(size);
  lattice.boundary = boundary;
  return lattice;
}

/// How many sites have each degree.
std::map<std::size_t, std::size_t> degrees(const Graph& graph) {
  std::map<std::size_t, std::size_t> count;
  for (std::size_t i = 0; i < graph.sites(); ++i) ++count[graph.degree(i)];
  return count;
}

std::vector<double> couplings(const Lattice& lattice) {
  const Graph graph = build(lattice);
  std::vector<double> J;
  for (const Bond& bond : graph.bonds()) J.push_back(bond.J);
  return J;
}

/// Pairs that are bonded, each once, the smaller site first.
std::set<std::pair<std::uint32_t, std::uint32_t>> pairs(const Graph& graph) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> all;
  for (const Bond& bond : graph.bonds()) all.insert(std::minmax(bond.i, bond.j));
  return all;
}

}  // namespace

TEST_CASE("periodic lattices: every site has the coordination number of its geometry") {
  struct Row {
    Geometry geometry;
    std::vector<std::size_t> size;
    std::size_t sites, degree;
    bool bipartite;
  };
  for (const Row& row : std::vector<Row>{{Geometry::chain, {7}, 7, 2, false},
                                         {Geometry::chain, {8}, 8, 2, true},
                                         {Geometry::square, {4, 6}, 24, 4, true},
                                         {Geometry::square, {5, 3}, 15, 4, false},
                                         {Geometry::cubic, {4, 4, 6}, 96, 6, true},
                                         {Geometry::hypercubic, {4, 4, 4, 4}, 256, 8, true},
                                         {Geometry::triangular, {5, 4}, 20, 6, false},
                                         {Geometry::honeycomb, {5, 3}, 30, 3, true},
                                         {Geometry::complete, {9}, 9, 8, false}}) {
    const Graph graph = build(lattice_of(row.geometry, row.size));
    CAPTURE(row.geometry, row.size);
    CHECK(graph.sites() == row.sites);
    CHECK(degrees(graph) == std::map<std::size_t, std::size_t>{{row.degree, row.sites}});
    CHECK(graph.max_degree() == row.degree);
    CHECK(graph.bonds().size() == row.sites * row.degree / 2);
    CHECK(pairs(graph).size() == graph.bonds().size());  // no side of 2, no double bond
    CHECK(graph.two_colouring().has_value() == row.bipartite);
  }
}

TEST_CASE("open lattices: bonds that would leave are missing") {
  using Count = std::map<std::size_t, std::size_t>;
  CHECK(degrees(build(lattice_of(Geometry::chain, {5}, Boundary::open))) == Count{{1, 2}, {2, 3}});
  CHECK(degrees(build(lattice_of(Geometry::chain, {1}, Boundary::open))) == Count{{0, 1}});
  CHECK(degrees(build(lattice_of(Geometry::square, {4, 3}, Boundary::open))) == Count{{2, 4}, {3, 6}, {4, 2}});
  CHECK(degrees(build(lattice_of(Geometry::square, {4, 1}, Boundary::open))) == Count{{1, 2}, {2, 2}});
  CHECK(degrees(build(lattice_of(Geometry::cubic, {3, 3, 3}, Boundary::open))) ==
        Count{{3, 8}, {4, 12}, {5, 6}, {6, 1}});
  CHECK(build(lattice_of(Geometry::triangular, {4, 5}, Boundary::open)).bonds().size() == 3 * 5 + 4 * 4 + 3 * 4);
  CHECK(build(lattice_of(Geometry::honeycomb, {4, 5}, Boundary::open)).bonds().size() == 20 + 3 * 5 + 4 * 4);
}

TEST_CASE("the first side runs fastest in the numbering of sites") {
  const auto bonded = pairs(build(lattice_of(Geometry::square, {4, 3})));
  CHECK(bonded.contains({0, 1}));
  CHECK(bonded.contains({0, 4}));
  CHECK(bonded.contains({0, 3}));
  CHECK(bonded.contains({0, 8}));
  CHECK(!bonded.contains({0, 5}));
}

TEST_CASE("honeycomb bonds its two sublattices only, triangular has triangles") {
  const Graph honeycomb = build(lattice_of(Geometry::honeycomb, {4, 3}));
  for (const Bond& bond : honeycomb.bonds()) CHECK((bond.i + bond.j) % 2 == 1);
  const auto bonded = pairs(build(lattice_of(Geometry::triangular, {4, 4})));
  CHECK((bonded.contains({0, 1}) && bonded.contains({1, 5}) && bonded.contains({0, 5})));
}

TEST_CASE("a periodic side of 2 bonds each pair twice") {
  const Graph ring = build(lattice_of(Geometry::chain, {2}));
  CHECK(ring.bonds().size() == 2);
  CHECK(ring.degree(0) == 2);
  const Graph cube = build(lattice_of(Geometry::cubic, {2, 2, 2}));
  CHECK(cube.bonds().size() == 24);
  CHECK(pairs(cube).size() == 12);
}

TEST_CASE("couplings and fields are those asked for; the complete graph shares J among N") {
  Lattice lattice = lattice_of(Geometry::square, {4, 4});
  lattice.coupling = -0.5;
  lattice.field = 0.25;
  CHECK(build(lattice).common_field() == 0.25);
  CHECK(couplings(lattice) == std::vector<double>(32, -0.5));
  lattice = lattice_of(Geometry::complete, {10});
  lattice.coupling = 2;
  CHECK(couplings(lattice) == std::vector<double>(45, 2 / 10.0));
  lattice.disorder = Disorder::bimodal;
  CHECK(build(lattice).common_strength() == Approx(2 / std::sqrt(10.0)));
}

TEST_CASE("disorder is a function of its seed and the lattice") {
  for (const Disorder disorder : {Disorder::bimodal, Disorder::gaussian}) {
    Lattice lattice = lattice_of(Geometry::cubic, {6, 6, 6});
    lattice.disorder = disorder;
    const auto first = couplings(lattice);
    CHECK(couplings(lattice) == first);
    lattice.disorder_seed = 2;
    CHECK(couplings(lattice) != first);
    lattice.disorder_seed = 1;
    lattice.coupling = 3;
    auto scaled = first;
    for (double& J : scaled) J *= 3;
    CHECK(couplings(lattice) == scaled);
  }
}

TEST_CASE("disordered couplings have the moments of their distribution") {
  // False alarm 1e-3 over 10 comparisons: 4 standard errors each.
  Lattice lattice = lattice_of(Geometry::cubic, {32, 32, 32});
  for (const Disorder disorder : {Disorder::bimodal, Disorder::gaussian}) {
    lattice.disorder = disorder;
    const auto J = couplings(lattice);
    const double n = static_cast<double>(J.size());
    const auto moment = [&](int k) {
      double sum = 0;
      for (const double x : J) sum += std::pow(x, k);
      return sum / n;
    };
    const bool gaussian = disorder == Disorder::gaussian;
    CHECK(std::abs(moment(1)) < 4 * std::sqrt(1 / n));
    CHECK(std::abs(moment(2) - 1) <= (gaussian ? 4 * std::sqrt(2 / n) : 0));
    CHECK(std::abs(moment(3)) < 4 * std::sqrt((gaussian ? 15 : 1) / n));
    CHECK(std::abs(moment(4) - (gaussian ? 3 : 1)) <= (gaussian ? 4 * std::sqrt(96 / n) : 0));
    double neighbours = 0;  // draws in sequence know nothing of each other
    for (std::size_t b = 0; b + 1 < J.size(); ++b) neighbours += J[b] * J[b + 1] / n;
    CHECK(std::abs(neighbours) < 4 * std::sqrt(1 / n));
  }
}

TEST_CASE("lattices that cannot be are refused") {
  for (const auto& [geometry, size] :
       std::vector<std::pair<Geometry, std::vector<std::size_t>>>{{Geometry::chain, {3, 3}},
                                                                  {Geometry::square, {4}},
                                                                  {Geometry::square, {4, 4, 4}},
                                                                  {Geometry::cubic, {4, 4}},
                                                                  {Geometry::hypercubic, {}},
                                                                  {Geometry::triangular, {4}},
                                                                  {Geometry::honeycomb, {4}},
                                                                  {Geometry::complete, {4, 4}},
                                                                  {Geometry::square, {0, 4}},
                                                                  {Geometry::complete, {0}},
                                                                  {Geometry::square, {1, 4}},
                                                                  {Geometry::chain, {1}},
                                                                  {Geometry::cubic, {100'000, 100'000, 2}},
                                                                  {Geometry::complete, {60'001}},
                                                                  {Geometry::graph, {4}}}) {
    CAPTURE(geometry, size);
    CHECK_THROWS_AS(build(lattice_of(geometry, size)), std::invalid_argument);
  }
}

TEST_CASE("graphs that cannot be are refused; parallel bonds are neighbours twice") {
  CHECK_THROWS_AS(Graph({}, {}), std::invalid_argument);
  CHECK_THROWS_AS(Graph({{0, 0, 1}}, {0, 0}), std::invalid_argument);
  CHECK_THROWS_AS(Graph({{0, 2, 1}}, {0, 0}), std::invalid_argument);
  CHECK_THROWS_AS(Graph({{0, 1, std::nan("")}}, {0, 0}), std::invalid_argument);
  CHECK_THROWS_AS(Graph({{0, 1, 1}}, {0, INFINITY}), std::invalid_argument);
  const Graph graph({{0, 1, 1}, {1, 0, -1}, {1, 2, 1}}, {0, 0, 0.5});
  CHECK(graph.degree(0) == 2);
  CHECK(graph.degree(1) == 3);
  CHECK(graph.common_strength() == 1.0);
  CHECK(!graph.common_field());
  const double sum = std::accumulate(graph.coupling().begin(), graph.coupling().end(), 0.0);
  CHECK(sum == 2);  // every bond from both ends
}
