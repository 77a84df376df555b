#include "physics/lattice.hpp"

#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <stdexcept>
#include <string>

#include "physics/chance.hpp"
#include "physics/lattice_rule.hpp"

namespace gibbsite {
namespace {

void check_sides(const Lattice& lattice, std::size_t wanted) {
  if (lattice.size.empty() || (wanted != 0 && lattice.size.size() != wanted))
    throw std::invalid_argument("this lattice has " + (wanted ? std::to_string(wanted) : std::string("at least 1")) +
                                " side(s), but size has " + std::to_string(lattice.size.size()));
  double sites = 1;
  for (const std::size_t side : lattice.size) {
    if (side == 0) throw std::invalid_argument("a side of size 0: every side must be at least 1");
    sites *= static_cast<double>(side);
    if (side == 1 && lattice.boundary == Boundary::periodic && lattice.geometry != Geometry::complete)
      throw std::invalid_argument(
          "a periodic side of 1 would bond a site to itself: use a side of 2 or more, or an open boundary");
  }
  if (sites > 1e9) throw std::invalid_argument("a lattice of more than 10^9 sites is too large");
}

}  // namespace

std::span<const LatticeKind> lattice_kinds() {
  static constexpr LatticeKind all[] = {
      {Geometry::chain, "chain", "one dimension, 2 neighbours", 1, 1},
      {Geometry::square, "square", "two dimensions, 4 neighbours", 2, 2},
      {Geometry::cubic, "cubic", "three dimensions, 6 neighbours", 3, 3},
      {Geometry::hypercubic, "hypercubic", "any dimension d, 2 d neighbours", 0, 0},
      {Geometry::triangular, "triangular", "two dimensions, 6 neighbours", 2, 3},
      {Geometry::honeycomb, "honeycomb", "two dimensions, 3 neighbours, two sites per cell", 2, 1.5, 2},
      {Geometry::complete, "complete",
       "every pair: J/N (Curie-Weiss), or disordered J/sqrt(N) (Sherrington-Kirkpatrick)", 1, -1}};
  return all;
}

const LatticeKind& kind_of(Geometry geometry) {
  for (const LatticeKind& kind : lattice_kinds())
    if (kind.geometry == geometry) return kind;
  throw std::invalid_argument("a graph from a couplings file has no lattice to build");
}

std::vector<std::vector<int>> steps_of(const Lattice& lattice) {
  const std::size_t sides = lattice.size.size();
  if (lattice.geometry == Geometry::complete) return {};
  if (lattice.geometry == Geometry::honeycomb) return {{0, 0}, {1, 0}, {0, 1}};
  std::vector<std::vector<int>> steps(sides, std::vector<int>(sides, 0));
  for (std::size_t d = 0; d < sides; ++d) steps[d][d] = 1;
  if (lattice.geometry == Geometry::triangular) steps.push_back({1, 1});
  return steps;
}

Graph build(const Lattice& lattice) {
  check_sides(lattice, kind_of(lattice.geometry).sides);
  const bool complete = lattice.geometry == Geometry::complete;
  const bool disordered = lattice.disorder != Disorder::none;
  if (complete && lattice.size[0] > 60'000)
    throw std::invalid_argument("a complete graph of more than 60000 sites is too large");
  const auto n = static_cast<double>(lattice.size[0]);
  const double scale = lattice.coupling * (!complete ? 1 : disordered ? 1 / std::sqrt(n) : 1 / n);
  auto rule = std::make_shared<const LatticeRule>(lattice, scale);
  if (!disordered) return Graph(std::move(rule));
  std::vector<Bond> bonds;
  bonds.reserve(rule->bonds());
  rule->visit([&](std::span<const Bond> some) { bonds.insert(bonds.end(), some.begin(), some.end()); });
  Stream stream(Key(lattice.disorder_seed), Purpose::disorder, 0, 0);
  boost::random::normal_distribution<double> normal;
  for (Bond& bond : bonds) {
    if (lattice.disorder == Disorder::bimodal && (stream.next32() >> 31) != 0) bond.J = -scale;
    if (lattice.disorder == Disorder::gaussian) bond.J = scale * normal(stream);
  }
  return Graph(std::move(bonds), std::vector<double>(rule->sites(), lattice.field));
}

}  // namespace gibbsite
