/// ln Z of a network by every route there is, and whether they agree.
#pragma once

#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "studies/runs/progress.hpp"
#include "studies/systems/network.hpp"

namespace gibbsite {

struct LogZRoute {
  std::string estimator;  ///< exact, ais, ais_reverse, ais_two_sided, tempering
  Estimate log_z;
  bool trusted = true;         ///< whether its error can be believed
  double effective = unknown;  ///< independent particles or draws that carry it
};

struct LogZFindings {
  std::vector<LogZRoute> routes;
  LogZRoute best;  ///< what likelihoods are made from: exact, else the two-sided, else the forward one
  bool agree = true;
  std::string verdict;  ///< one sentence
  std::vector<std::string> warnings;
  Group diagnostics{.name = "diagnostics"};
  Group series{.name = "series"};  ///< log_weight and log_weight_reverse (particle)
};

/// Work in sweeps of all replicas, for ProgressMeter: annealing, tempering.
struct RouteWork {
  double replicas, sweeps;
};
RouteWork annealing_work(const Study& study);
RouteWork tempering_work(const Study& study);

/// From the routes: the most reliable one (best), whether the others bear it out (agree, verdict), and an error that
/// holds what they do not agree on. Routes agree that cannot be told to disagree: no two differ by more than Sidak's
/// threshold at a false-alarm rate of 1e-4 over all pairs that share no data. Where they do not, or the best one is not
/// trusted, its error is at least half the distance to the farthest of the others. An exact answer is in no doubt: a
/// route that misses it loses trust, with a warning.
void judge(LogZFindings& found);

/// Task 0 of `meter` is annealing, task 1 tempering. Where annealing goes both ways, neither is trusted that the other
/// does not meet.
LogZFindings find_log_z(const NetworkSystem& system, const Study& study, ProgressMeter& meter);

}  // namespace gibbsite
