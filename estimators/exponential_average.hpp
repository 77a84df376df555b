/// How far ln <exp(w)> can be trusted when it was measured from n numbers w.
///
/// The largest w carry the mean, and when none of them was drawn the spread of exp(w) is as wrong as the mean: the
/// error is small just where the answer is worst. So the upper half of w is asked, which every sample knows well:
///   s^2 = <(w - median)^2>  over w > median                           (the variance, were w Gaussian)
///   predicted relative variance of <exp(w)>: (exp(s^2) - 1) / n
/// (C. Jarzynski, Phys. Rev. E 73, 046105 (2006), on which draws carry an exponential average). Zero weights (w = -inf)
/// stand aside. Logarithms of weights are sums over many sites and steps, so nearly Gaussian. Where the upper half is
/// thinner than that (its tail ends, as for bounded weights) the sample speaks for itself; a fatter one shows in the
/// sample.
#pragma once

#include <span>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// Fewer effective draws than this do not make an error to be trusted.
inline constexpr double fewest_effective_draws = 50;

struct AverageCheck {
  double error2 = unknown;  ///< squared error of ln <exp(w)>, no smaller than what went in
  double effective = 0;     ///< draws that carry the mean: the smaller of what the sample shows and what s^2 predicts
  bool trusted = false;     ///< effective >= fewest_effective_draws
};

/// value: ln <exp(w)>; error2: its squared error by the delta method; independent: how many independent draws the w are
/// worth. Where the mean is so skewed that the sample's own error scatters with it (predicted skewness of the mean
/// above 0.3), the predicted variance is a floor for error2; where the result is not trusted, so is the squared
/// distance to median + s^2 / 2, the Gaussian answer.
AverageCheck check_exponential_average(std::span<const double> w, double value, double error2, double independent);

}  // namespace gibbsite
