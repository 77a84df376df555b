/// What a graph is that was given as a list of bonds: a lattice, or all pairs.
#pragma once

#include <optional>

#include "physics/graph.hpp"
#include "physics/lattice.hpp"

namespace gibbsite {

/// The square, cubic, triangular or honeycomb lattice, its sides 3 or more, whose bonds the graph has in whatever
/// order, its sites numbered as build() numbers them; nothing where there is none, or |J| or h differ. A lattice with
/// J < 0 on some bonds is one of bimodal disorder. Cost: linear, once for each lattice whose first site has the same
/// neighbours.
std::optional<Lattice> recognised_lattice(const Graph& graph);

/// Whether all pairs of three sites or more are bonded, once each, by one J, in one field. Linear in bonds.
bool bonds_all_pairs(const Graph& graph);

}  // namespace gibbsite
