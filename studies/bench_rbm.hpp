/// Speed of block Gibbs of a restricted Boltzmann machine, 784 visible and 500 hidden binary units, and of annealed
/// importance sampling of it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gibbsite {

struct RbmTiming {
  std::string name, layout,
      unit;  ///< "block-gibbs", in "GFLOP/s": 2 x 2 x 784 x 500 x chains a sweep; "annealing", "s"
  std::size_t units = 0, chains = 0;
  int threads = 1;
  double best = 0, median = 0, ratio = 1;  ///< ratio: of medians, faster is more, to the plain loop or the first layout
};

/// Every case of every round in turn, for about `seconds` each.
std::vector<RbmTiming> bench_rbm(double seconds, int rounds, bool quick);

}  // namespace gibbsite
