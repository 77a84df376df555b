/// How long a series remembers, and so how well its mean is known.
///
///   tau = 1/2 + sum_{t=1}^{W} rho(t)        integrated autocorrelation time in draws, 1/2 for independent draws
///   error^2 = 2 tau sigma^2 / N             of the mean over all N = C n draws
///
/// by the Gamma method over several chains around their common mean (U. Wolff, Comput. Phys. Commun. 156, 143 (2004),
/// hep-lat/0306017): Gamma(t) eq. 31, tau eq. 41, its error eq. 42, the bias from subtracting the measured mean eq. 49,
/// the window W eqs. 50-52; or with the window of N. Madras & A. D. Sokal, J. Stat. Phys. 50, 109 (1988), app. C.
///
/// Five things are added, each measured on synthetic series (tests/estimators/):
/// - The window is never shorter than ChainSeries::memory (but at most a twentieth of a chain): where fast local moves
///   and slow round trips of tempering mix, rho dips and comes back, and the automatic window closes in the dip.
/// - Where memory makes the window longer than 128 draws, the same is done with means of memory / 64 draws in a row, of
///   which the window holds 64 or more: the same sums but for their edges, at a fraction of the cost.
/// - The error is itself uncertain, with nu = N / (2 (W + 1/2 - tau)) degrees of freedom (eq. 42); it is widened by
///   sqrt(nu / (nu - 2)), the standard deviation of Student's t, so that z-scores of short runs have unit variance.
/// - Where chains differ by more than the error explains (F test at 0.1 %), the spread of their means gives the error.
/// - A series that alternates (rho(1) < 0 beyond noise) gets its window from |rho|, and tau >= 1 / (2 log10 N): the
///   plain window closes on the first lag and can leave an error of zero.
#pragma once

#include <cstddef>

#include "estimators/chain_series.hpp"
#include "estimators/estimate.hpp"

namespace gibbsite {

enum class Window {
  gamma,         ///< where statistical and systematic error of tau balance; factor: S = tau_exponential / tau (eq. 52)
  madras_sokal,  ///< the smallest W >= factor * tau(W), factor: c, 5 or so
};
struct Windowing {
  Window rule = Window::gamma;
  double factor = 1.5;
};

struct Autocorrelation {
  double mean = unknown;         ///< over all draws, units of x
  double variance = unknown;     ///< of one draw, bias removed, squared units of x
  double tau = unknown;          ///< draws
  double tau_error = unknown;    ///< draws
  double error = unknown;        ///< of the mean, units of x, widened as said above
  double degrees = unknown;      ///< degrees of freedom of `error`
  std::size_t window = 0;        ///< W, draws
  bool window_closed = false;    ///< false: tau is larger than this run can tell
  bool chains_disagree = false;  ///< the error comes from the spread of the chain means; tau does not

  /// The error before it was widened: sqrt(2 tau variance / N) where the chains agree.
  double plain_error() const noexcept;
};

/// A series that never changed has its mean, variance 0 and an unknown error: nothing was learnt about how it varies.
/// Throws std::invalid_argument for no draws, unequal chains, values that are not finite, or factor <= 0.
Autocorrelation autocorrelation(const ChainSeries& x, Windowing windowing = {});

/// Mean of a series with its error, tau, effective sample size (variance / plain error^2: N / (2 tau) where
/// chains agree) and split R-hat. Throws as above.
Estimate estimate_mean(const ChainSeries& x);

/// value with the error of the mean of `influence`: influence(t) = sum_a df/da (a_t - <a>) to first order, in the units
/// of value (Wolff sec. 3.1). Throws as above.
Estimate estimate_from_influence(double value, const ChainSeries& influence);

}  // namespace gibbsite
