/// The exact distribution of the overlap of two independent replicas,  q = sum_i s_i t_i / N:
///   P(s t = x) = sum_s p(s) p(s x),
/// a convolution over the group of sign patterns, so P = H^-1 (H p)^2 with the Walsh-Hadamard transform H. Without a
/// field one spin is held, and x and -x are equally likely. Cost: N 2^N.
#pragma once

#include <optional>
#include <vector>

#include "physics/graph.hpp"

namespace gibbsite::calibration {

/// P(q = (2k - N)/N), k = 0 .. N; nothing for more than `most_spins` spins.
std::optional<std::vector<double>> overlap_distribution(const Graph& graph, double beta, std::size_t most_spins = 20);

}  // namespace gibbsite::calibration
