/// How long a heuristic search takes to find what it looks for, from several runs of one length:
///
///   R(t) = t max(1, ln(1 - P) / ln(1 - p(t))),    P = 0.99,
///
/// p(t): the probability that one run of length t finds it, so that R is the whole effort of repeated runs that find it
/// with probability P (T. F. Ronnow et al., Science 345, 420 (2014), eq. 3). k of n runs give p = (k + 1/2) / (n + 1)
/// with variance p (1 - p) / (n + 2) (H. Jeffreys' prior), and by the slope
///   d ln R / dp = -1 / ((1 - p) ln(1 - p)),
/// widened for n - 1 degrees of freedom and unknown below 4 runs. It is ln R that has nearly Gaussian deviations.
/// t is the length of the runs or a half, a quarter, ... of it, as long as half of the runs found it by then (below, a
/// lucky run or two would decide), whichever makes R least: the best moment to start again.
#pragma once

#include <span>

#include "estimators/estimate.hpp"

namespace gibbsite {

struct TimeToSolution {
  Estimate time;              ///< R, in the units of the times; unknown where no run succeeded
  double restart = unknown;   ///< the t of it
  Estimate probability;       ///< p(t)
  std::size_t successes = 0;  ///< of all runs, over their whole length
};

/// first: when each run found it, in (0, length]; unknown (nan) where it never did. Throws std::invalid_argument for no
/// runs, a length that is not above 0 or times outside.
TimeToSolution time_to_solution(std::span<const double> first, double length);

}  // namespace gibbsite
