/// The complete graph (Curie-Weiss) by its magnetisation: with bonds J_ij = J/N, i < j,
///   E = -(J/2N)(M^2 - N) - h M,
///   Z = sum_k C(N, k) exp(-beta E(M = 2k - N)),
/// from (sum_i s_i)^2 = N + 2 sum_{i<j} s_i s_j; R. J. Baxter, Exactly Solved Models in Statistical Mechanics (1982),
/// Sec. 3.1, whose energy -(J/2N) M^2 differs by the constant J/2. Any sign of J and h.
#pragma once

#include <vector>

#include "physics/exact/thermal.hpp"

namespace gibbsite {

/// The N + 1 levels, by number of up spins. Cost: O(n).
std::vector<Level> complete_graph_levels(std::size_t n, double J, double h);

}  // namespace gibbsite
