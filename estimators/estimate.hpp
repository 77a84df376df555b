/// A number with its honest error.
#pragma once

#include <cstddef>
#include <limits>

namespace gibbsite {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinite = std::numeric_limits<double>::infinity();  ///< an error of which nothing is known

/// value +- error (one standard error). tau: integrated autocorrelation time in draws, 1/2 for independent draws;
/// ess: effective sample size, draws / (2 tau); rhat: split R-hat over chains, 1 when they agree; degrees: degrees of
/// freedom of the error, which is itself uncertain and already widened for it (significance.hpp, widening). unknown
/// (nan) where not defined.
struct Estimate {
  double value = unknown, error = unknown, tau = unknown, ess = unknown, rhat = unknown, degrees = unknown;
};

}  // namespace gibbsite
