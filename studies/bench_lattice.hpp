/// Speed of the Ising model on one square or cubic lattice at its critical point, by layout, size and threads.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gibbsite {

struct LatticeTiming {
  std::string bench, sampler, layout;  ///< "ising2d", "heat-bath"
  std::size_t side = 0;
  int threads = 1;
  double best = 0, median = 0;     ///< spins per ns
  double of_limit = 0, ratio = 1;  ///< best, of what one core could do; of medians, to the plain layout
};

/// Every case of every round in turn, for about `seconds` each; none unless "ising2d" or "ising3d" is wanted, or all.
std::vector<LatticeTiming> bench_lattices(const std::vector<std::string>& wanted, double seconds, int rounds,
                                          bool quick);

}  // namespace gibbsite
