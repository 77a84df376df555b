/// What is wrong with a run, in plain words.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "estimators/convergence.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {

/// what: the quantity and where it was measured: "energy_density at beta = 0.44".
struct Finding {
  std::string what;
  Convergence convergence;
};

/// One sentence for every doubt: halves, starts or chains that disagree by more than Sidak's threshold for all scores
/// in all findings together, and chains shorter than `shortest_length` autocorrelation times. Empty when all is well; a
/// sound run of sufficient length is doubted with probability `false_alarm`. Throws std::invalid_argument unless 0 <
/// false_alarm < 1.
std::vector<std::string> verdict(std::span<const Finding> findings, double false_alarm = default_false_alarm);

}  // namespace gibbsite
