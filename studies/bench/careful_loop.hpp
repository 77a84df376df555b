/// What a careful user writes for an Ising model: local fields kept in single precision, a fast random
/// number generator, the exponential only where it can matter, -O3.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "physics/graph.hpp"
#include "studies/study/sampler_kinds.hpp"

namespace gibbsite {

/// A state for each beta; a step is a sweep of all of them in the order of sites, worth the spins visited, or of Wolff
/// 64 clusters, worth the spins turned over. sampler: heat bath, Metropolis or Wolff.
std::function<double(std::uint32_t)> careful_loop(const Graph& graph, SamplerKind sampler, std::vector<double> beta);

}  // namespace gibbsite
