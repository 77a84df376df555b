#include "physics/recognise.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "physics/lattice_rule.hpp"

namespace gibbsite {
namespace {

using Sites = std::vector<std::uint32_t>;

Sites sorted_row(const Graph& graph, std::size_t site) {
  const auto row = graph.neighbour().subspan(graph.first()[site], graph.degree(site));
  Sites sites(row.begin(), row.end());
  std::sort(sites.begin(), sites.end());
  return sites;
}

/// Whether every site of the graph has the neighbours that it has in the lattice.
bool has_bonds_of(const Graph& graph, const Lattice& lattice) {
  const LatticeRule rule(lattice, 1);
  if (rule.sites() != graph.sites() || rule.bonds() != graph.bond_count()) return false;
  const LatticeRows& rows = *rule.rows();
  Sites wanted;
  for (std::uint32_t i = 0; i < graph.sites(); ++i) {
    const LatticeRows::Row& row = rows[i];
    wanted.clear();
    for (std::uint32_t k = 0; k < row.count; ++k)
      wanted.push_back(static_cast<std::uint32_t>(static_cast<std::int64_t>(i) + row.away[k]));
    std::sort(wanted.begin(), wanted.end());
    if (wanted != sorted_row(graph, i)) return false;
  }
  return true;
}

/// Sides that fit: how far apart neighbours along the second side and the third are is seen at the first cell.
std::vector<std::vector<std::size_t>> likely_sides(const Graph& graph, Geometry geometry) {
  constexpr std::size_t least = 3;
  const bool honeycomb = geometry == Geometry::honeycomb;
  const std::size_t cell = honeycomb ? 2 : 1, cells = graph.sites() / cell;
  std::vector<std::vector<std::size_t>> all;
  if (graph.sites() % cell != 0) return all;
  // The bonds of honeycomb lead from the second site of a cell to the first of another.
  const Sites seen = sorted_row(graph, honeycomb ? 1 : 0);
  for (const std::size_t a : seen) {
    const std::size_t x = a / cell;
    if (a % cell != 0 || x < least || cells % x != 0 || cells / x < least) continue;
    if (geometry != Geometry::cubic) {
      all.push_back({x, cells / x});
      continue;
    }
    for (const std::size_t b : seen)
      if (b % x == 0 && b / x >= least && cells % b == 0 && cells / b >= least) all.push_back({x, b / x, cells / b});
  }
  return all;
}

}  // namespace

std::optional<Lattice> recognised_lattice(const Graph& graph) {
  if (!graph.common_strength() || *graph.common_strength() == 0 || !graph.common_field() || graph.sites() < 9 ||
      graph.max_degree() > LatticeRows::most_neighbours)
    return std::nullopt;
  for (const Geometry geometry : {Geometry::square, Geometry::cubic, Geometry::triangular, Geometry::honeycomb})
    for (std::vector<std::size_t>& sides : likely_sides(graph, geometry))
      for (const Boundary boundary : {Boundary::periodic, Boundary::open}) {
        Lattice lattice;
        lattice.geometry = geometry;
        lattice.size = sides;
        lattice.boundary = boundary;
        if (!has_bonds_of(graph, lattice)) continue;
        lattice.coupling = graph.common_coupling().value_or(*graph.common_strength());
        lattice.disorder = graph.common_coupling() ? Disorder::none : Disorder::bimodal;
        lattice.field = *graph.common_field();
        return lattice;
      }
  return std::nullopt;
}

bool bonds_all_pairs(const Graph& graph) {
  const std::size_t n = graph.sites();
  if (n < 3 || graph.bond_count() != n * (n - 1) / 2 || graph.max_degree() != n - 1 || !graph.common_coupling() ||
      !graph.common_field())
    return false;
  std::vector<std::uint32_t> last(n, 0);  // 1 + the last site whose neighbour this was
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e)
      if (std::exchange(last[graph.neighbour()[e]], i + 1) == i + 1) return false;  // twice
  return true;
}

}  // namespace gibbsite
