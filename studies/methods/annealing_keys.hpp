/// The keys of annealing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gibbsite {

struct AnnealingKeys {
  std::int64_t particles = 1000;
  std::vector<double> temperatures = {1000};  ///< one number, how many; or the list of betas itself
  std::string schedule = "adaptive";          ///< adaptive | linear
  double resample = 0;                        ///< resample below this fraction of effective particles; 0: never
  bool reverse = true;                        ///< also run back from the target
};

}  // namespace gibbsite
