/// Exact averages of an Ising model on any graph of small width, by a transfer that adds one spin after the other.
///
/// The frontier is the spins that still have a neighbour to come. For each of its states and each number of spins up
/// so far stand sum w, sum w E and sum w E^2 with w = exp(-beta E); a new spin doubles the states, a spin whose
/// neighbours are all there is summed over. The next spin is the one that leaves the smallest frontier: L x L tori need
/// 2 L + 1 spins. Shares no code with the exact routes of physics/exact. Cost: N 2^width N additions.
#pragma once

#include <optional>

#include "physics/exact/thermal.hpp"
#include "physics/graph.hpp"

namespace gibbsite::calibration {

/// Nothing where the frontier would be wider than `widest`.
std::optional<Thermal> transfer(const Graph& graph, double beta, std::size_t widest = 17);

}  // namespace gibbsite::calibration
