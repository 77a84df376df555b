/// Lattices as graphs: E = -sum_<ij> J_ij s_i s_j - sum_i h_i s_i, each bond counted once (J = k_B = 1 sets the units).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "physics/graph.hpp"

namespace gibbsite {

enum class Geometry { chain, square, cubic, hypercubic, triangular, honeycomb, complete, graph };
enum class Boundary { periodic, open };
enum class Disorder { none, bimodal, gaussian };

/// What there is to know of a kind of lattice: everything else asks here.
struct LatticeKind {
  Geometry geometry;
  std::string_view name, meaning;
  std::size_t sides;      ///< 0: any number
  double bonds_per_site;  ///< of a periodic one; 0: as many as sides; below 0: every pair of sites is bonded
  std::size_t cell = 1;   ///< sites of a cell
};
/// All but Geometry::graph.
std::span<const LatticeKind> lattice_kinds();
/// Throws std::invalid_argument for a graph.
const LatticeKind& kind_of(Geometry geometry);

/// What defines a lattice system. `size` holds the sides, first side fastest in the numbering of sites:
/// chain 1, square 2, cubic 3, hypercubic any number, triangular 2, honeycomb 2 (cells of two sites), complete 1 (N).
struct Lattice {
  Geometry geometry = Geometry::square;
  std::vector<std::size_t> size = {32, 32};
  Boundary boundary = Boundary::periodic;
  double coupling = 1;  ///< J; the scale of J_ij where they are disordered
  Disorder disorder = Disorder::none;
  std::uint64_t disorder_seed = 1;
  double field = 0;  ///< h, the same on every site
};

/// Whether the keys of a lattice say all about its bonds.
inline bool is_plain(const Lattice& lattice) {
  return lattice.geometry != Geometry::graph && lattice.disorder == Disorder::none;
}

/// The bonds of a cell: how far along each side the cell is to which they lead, 0 or 1; those of honeycomb lead from
/// the second site of a cell to the first of another. None for the complete graph, all of whose pairs are bonded.
std::vector<std::vector<int>> steps_of(const Lattice& lattice);

/// The graph of a lattice; without disorder by a rule (physics/lattice_rule.hpp), so that it takes no memory until its
/// lists are asked for. A periodic side of 2 bonds each pair twice; honeycomb has two sites per cell; `complete` has
/// J_ij = J/N, disordered J_ij scale as J/sqrt(N) (Sherrington-Kirkpatrick); bimodal J_ij = +-J with equal probability,
/// gaussian J_ij = J times a standard normal. Couplings depend on disorder_seed and the lattice alone.
/// Throws std::invalid_argument: wrong number of sides, a side of 0, a periodic side of 1, too many sites.
Graph build(const Lattice& lattice);

}  // namespace gibbsite
