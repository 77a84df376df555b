/// Errors where rare events carry the answer: domain walls of an ordered phase, the other valley of a glass.
///
/// There the error follows the value. A run that saw few of the events is low in chi, C or the Binder cumulant and has
/// a small error from the same few draws, and nothing inside the sample can tell. What can is
///
/// (a) the next hotter temperature, which sees them more often. With y = sum_a df/da (a - <a>) the influence on f
///     around the own means, and w weights that make own and hotter draws together draws of the own distribution,
///       S_own = <y^2> over own draws,   S_hot = sum w y^2 over both,
///       error^2 += max(0, S_hot - S_own) 2 tau / n:
///     the variance that the hotter draws show and the own ones miss. The value stays that of the own draws. The
///     weights are those of two distributions joined by Bennett's ratio (M. R. Shirts & J. D. Chodera, J. Chem. Phys.
///     129, 124105 (2008), eq. 15). What never changed here and hotter draws saw a few times only counts as in (b) too;
///
/// (b) where a temperature stands alone and y rests on few events (n_eff / kurtosis of y below 30), one event more
///     than were seen, of a kind a little beyond what was seen: error^2 += (max |y| there / n_eff)^2, the rule of
///     succession.
#pragma once

#include <span>
#include <vector>

#include "estimators/response.hpp"

namespace gibbsite {

/// Draws of a distribution k and of its hotter neighbour j as one sample of k: weights of both sum to 1.
struct PooledWeights {
  std::vector<double> own, hotter;
  double overlap = 0;  ///< Bennett's, 0 ... 1 (estimators/bennett.hpp)
};
/// down: log_weight(x, j) - log_weight(x, k) of own draws; up: log_weight(x, k) - log_weight(x, j) of hotter draws.
/// Throws as bennett(); no weights where the two share nothing.
PooledWeights pooled_weights(std::span<const double> down, std::span<const double> up);

/// What is known beyond the own draws.
struct Beyond {
  std::span<const double> hotter = {};     ///< x at the next hotter temperature; empty: (b)
  const PooledWeights* weights = nullptr;  ///< for (a), own draws in the order of x
  std::vector<double> unseen = {};         ///< values of x a little beyond those seen, for (b)
  double tau = 0;                          ///< draws: the longest autocorrelation time known here and there
  SweepMoments moments = {};               ///< of x itself, where its draws stand for several sweeps
};

/// Fewer independent events than this do not make an error to be trusted without help.
inline constexpr double fewest_events = 30;

struct RareEstimate {
  Estimate estimate;        ///< tau in draws, less than 1/2 where several independent sweeps make a draw
  double events = unknown;  ///< where (b) was needed: independent events that carry it
};

/// Throws as derived(). A series that never changed has an error from (a) alone, and an unknown one without it.
RareEstimate estimate(const Response& response, const ChainSeries& x, const Beyond& beyond);

/// Values a little beyond those seen. hot_side: the median and a quarter more than the largest excursion above it, not
/// above `limit`; both_sides: twice the largest excursion to either side, within limits.
std::vector<double> beyond_hot_side(std::span<const double> x, double limit);
std::vector<double> beyond_both_sides(std::span<const double> x, double lowest, double highest);

}  // namespace gibbsite
