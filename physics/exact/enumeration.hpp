/// Exact averages by visiting every state:  Z = sum_s exp(-beta E(s)),  E = -sum_<ij> J_ij s_i s_j - sum_i h_i s_i.
///
/// The first spins ("inner", up to 10) run through all their states for each state of the rest ("outer"), which acts on
/// them as fields f_i: E(x, y) = E_inner(x) - sum_i f_i(y) x_i + E_outer(y), and the middle term over all x follows by
/// doubling, one addition a state, with nothing carried from one outer state to the next that could drift. Without
/// fields the last spin is held at +1 and counts twice. Where |J_ij| and h_i are the same everywhere the levels are
/// integers and their counts serve every beta; else every beta costs an exponential a state.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "physics/exact/thermal.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

struct Enumeration {
  double ground_energy = 0;
  double ground_states = 0;  ///< how many states have it (to 1e-12 of sum |J| + sum |h|)
  std::vector<Thermal> at;   ///< one per beta
};

/// The most spins that will be enumerated, whatever is asked: days of work.
inline constexpr std::size_t most_enumerable_spins = 40;

/// All states of `graph` at each beta >= 0. Cost: 2^N states at about 1 ns each for integer levels (2^26 in 0.1 s),
/// else 2 ns and 5 ns more per beta, on all cores; the same bits for any number of threads. Throws
/// std::invalid_argument for more than `most_enumerable_spins`.
Enumeration enumerate(const Graph& graph, std::span<const double> beta);

}  // namespace gibbsite
