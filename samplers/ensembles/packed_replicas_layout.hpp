/// How packed replicas (samplers/ensembles/packed_replicas.hpp) are laid out, of what that costs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "physics/graph.hpp"
#include "samplers/kernels/scan.hpp"

namespace gibbsite {

/// Sites in the order of visits of a scan that draws nothing.
std::vector<std::uint32_t> visits_of(const Graph& graph, ScanOrder order);
/// |h|, where that is the same for all sites, whatever their signs.
std::optional<double> field_strength(const Graph& graph);
/// The same system with all fields along +1: with s_i = sign(h_i) t_i the couplings of the t are sign(h_i) sign(h_j)
/// J_ij and their fields |h_i| (a gauge transformation: G. Toulouse, Commun. Phys. 2, 115 (1977)).
Graph with_fields_aligned(const Graph& graph);
/// The width of packs that costs least for so many replicas.
std::size_t cheapest_pack(std::size_t replicas);

}  // namespace gibbsite
