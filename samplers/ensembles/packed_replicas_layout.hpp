/// How packed replicas (samplers/ensembles/packed_replicas.hpp) are laid out, of what that costs.
#pragma once

#include <cstdint>
#include <vector>

#include "physics/graph.hpp"
#include "samplers/kernels/scan.hpp"

namespace gibbsite {

/// Sites in the order of visits of a scan that draws nothing.
std::vector<std::uint32_t> visits_of(const Graph& graph, ScanOrder order);
/// The width of packs that costs least for so many replicas.
std::size_t cheapest_pack(std::size_t replicas);

}  // namespace gibbsite
