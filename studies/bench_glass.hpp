/// Speed of many replicas of small systems, each at its own temperature: sweeps alone, and parallel tempering with an
/// exchange after every sweep.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gibbsite {

struct GlassTiming {
  std::string system, sampler, layout;  ///< "+-J cubic 8", "heat-bath"
  std::string what;                     ///< "sweeps" or "tempering"
  std::size_t side = 0, replicas = 0;
  double best = 0, median = 0;     ///< spins per ns
  double of_limit = 0, ratio = 1;  ///< best, of what one core could do; of medians, to the plain layout's sweeps
};

/// Every case of every round in turn, for about `seconds` each, on one thread.
std::vector<GlassTiming> bench_glasses(double seconds, int rounds, bool quick);

}  // namespace gibbsite
