#include "physics/lattice.hpp"

#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <stdexcept>
#include <string>

#include "physics/chance.hpp"

namespace gibbsite {
namespace {

using Steps = std::vector<std::vector<int>>;  // bonds of a cell: steps along each side

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

/// Visits every bond that leaves a cell by one of `steps`, as (cell, neighbouring cell, number of the step).
template <class Visit>
void for_each_step(const Lattice& lattice, const Steps& steps, Visit visit) {
  const auto& size = lattice.size;
  std::size_t cells = 1;
  for (const std::size_t side : size) cells *= side;
  std::vector<std::size_t> at(size.size(), 0);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    for (std::size_t s = 0; s < steps.size(); ++s) {
      std::size_t to = 0, stride = 1;
      bool inside = true;
      for (std::size_t d = 0; d < size.size(); ++d) {
        const auto side = static_cast<std::int64_t>(size[d]);
        std::int64_t x = static_cast<std::int64_t>(at[d]) + steps[s][d];
        if (x < 0 || x >= side) {
          inside = inside && lattice.boundary == Boundary::periodic;
          x = (x + side) % side;
        }
        to += static_cast<std::size_t>(x) * stride;
        stride *= size[d];
      }
      if (inside) visit(static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(to), s);
    }
    for (std::size_t d = 0; d < size.size() && ++at[d] == size[d]; ++d) at[d] = 0;
  }
}

Steps unit_steps(std::size_t dimension) {
  Steps steps(dimension, std::vector<int>(dimension, 0));
  for (std::size_t d = 0; d < dimension; ++d) steps[d][d] = 1;
  return steps;
}

std::vector<Bond> bonds_of(const Lattice& lattice, std::size_t& sites) {
  std::vector<Bond> bonds;
  sites = 1;
  for (const std::size_t side : lattice.size) sites *= side;
  if (lattice.geometry == Geometry::complete) {
    if (sites > 60'000) throw std::invalid_argument("a complete graph of more than 60000 sites is too large");
    for (std::uint32_t i = 0; i < sites; ++i)
      for (std::uint32_t j = i + 1; j < sites; ++j) bonds.push_back({i, j, 1});
  } else if (lattice.geometry == Geometry::honeycomb) {
    // Brick wall: sites 2c and 2c + 1 of cell c; 2c + 1 also meets site A of the cells one step along either side.
    sites *= 2;
    for_each_step(lattice, {{0, 0}, {1, 0}, {0, 1}}, [&](std::uint32_t cell, std::uint32_t to, std::size_t) {
      bonds.push_back({2 * cell + 1, 2 * to, 1});
    });
  } else {
    Steps steps = unit_steps(lattice.size.size());
    if (lattice.geometry == Geometry::triangular) steps.push_back({1, 1});
    bonds.reserve(sites * steps.size());
    for_each_step(lattice, steps, [&](std::uint32_t i, std::uint32_t j, std::size_t) {
      if (i == j) throw std::invalid_argument("this lattice would bond a site to itself: use larger sides");
      bonds.push_back({i, j, 1});
    });
  }
  return bonds;
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

Graph build(const Lattice& lattice) {
  check_sides(lattice, kind_of(lattice.geometry).sides);
  std::size_t sites = 0;
  std::vector<Bond> bonds = bonds_of(lattice, sites);
  const bool complete = lattice.geometry == Geometry::complete;
  const bool disordered = lattice.disorder != Disorder::none;
  const double n = static_cast<double>(sites);
  const double scale = lattice.coupling * (!complete ? 1 : disordered ? 1 / std::sqrt(n) : 1 / n);
  Stream stream(Key(lattice.disorder_seed), Purpose::disorder, 0, 0);
  boost::random::normal_distribution<double> normal;
  for (Bond& bond : bonds) {
    bond.J = scale;
    if (lattice.disorder == Disorder::bimodal && (stream.next32() >> 31) != 0) bond.J = -scale;
    if (lattice.disorder == Disorder::gaussian) bond.J = scale * normal(stream);
  }
  return Graph(std::move(bonds), std::vector<double>(sites, lattice.field));
}

}  // namespace gibbsite
