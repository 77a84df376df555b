/// ln Z of a system by every route there is, and whether they agree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "estimators/estimate.hpp"
#include "studies/runs/progress.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// Where a route takes its draws from: those of one family share them.
enum class RouteFamily { exact, annealing, tempering, trajectory, learned };

/// What a route is, apart from what it found.
struct RouteKind {
  static constexpr int never = 9;
  std::string_view name = {};  ///< as in files
  RouteFamily family = RouteFamily::exact;
  int rank = never;  ///< likelihoods are made from the lowest that is trusted
};
inline constexpr RouteKind exact_route{"exact", RouteFamily::exact, 0};
inline constexpr RouteKind two_sided_route{"ais_two_sided", RouteFamily::annealing, 1};
inline constexpr RouteKind forward_route{"ais", RouteFamily::annealing, 2};
inline constexpr RouteKind tempering_route{"tempering", RouteFamily::tempering, 3};
inline constexpr RouteKind trajectory_route{"trajectory", RouteFamily::trajectory, 4};
inline constexpr RouteKind reverse_route{"ais_reverse", RouteFamily::annealing, RouteKind::never};
/// The constant that noise contrast learned along with the model (Gutmann & Hyvarinen, AISTATS 2010, eq. 3): a
/// parameter, no estimate. It differs from ln Z by O(1/nu) where the model is not the truth, so that nothing is held to
/// it.
inline constexpr RouteKind noise_contrast_route{"noise_contrast", RouteFamily::learned, RouteKind::never};

struct LogZRoute {
  RouteKind kind;
  Estimate log_z;
  bool trusted = true;         ///< whether its error can be believed
  double effective = unknown;  ///< independent particles or draws that carry it

  std::string name() const { return std::string(kind.name); }
};

struct LogZFindings {
  std::vector<LogZRoute> routes;
  LogZRoute best;  ///< what likelihoods are made from
  bool agree = true;
  std::string verdict;  ///< one sentence
  std::vector<std::string> warnings;
  Group diagnostics{.name = "diagnostics"};
  Group series{.name = "series"};  ///< log_weight and log_weight_reverse (particle)
};

/// Work in sweeps of all replicas, for ProgressMeter: annealing, tempering, tempering along the trajectory.
struct RouteWork {
  double replicas, sweeps;
};
RouteWork annealing_work(const Study& study);
RouteWork tempering_work(const Study& study);
RouteWork trajectory_work(const Study& study, const System& system);

/// From the routes: the most reliable one (best), whether the others bear it out (agree, verdict), and an error that
/// holds what they do not agree on. Routes agree that cannot be told to disagree: no two differ by more than Sidak's
/// threshold at a false-alarm rate of 1e-4 over all pairs that share no data. Where they do not, or the best one is not
/// trusted, its error is at least half the distance to the farthest of the others. An exact answer is in no doubt: a
/// route that misses it loses trust, with a warning.
void judge(LogZFindings& found);

/// At lambda = 1. Task 0 of `meter` is annealing, task 1 tempering, task 3 tempering along the snapshots of the model's
/// training, where the system has such a path. Where annealing goes both ways, neither is trusted that the other does
/// not meet. most_states: that are summed for an exact answer beside them. tempered: the same model on a path from
/// another reference, on which replicas are tempered, so that not all routes miss the same modes; null: on the same
/// one.
LogZFindings find_log_z(const System& system, const Study& study, ProgressMeter& meter, double most_states = 0x1p26,
                        const System* tempered = nullptr);

}  // namespace gibbsite
