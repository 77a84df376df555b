/// How surprising a deviation is, and how surprising the largest of many deviations is.
///
/// Z. Sidak, J. Am. Stat. Assoc. 62, 626 (1967): m comparisons, each two-sided at alpha_1 = 1 - (1 - alpha)^(1/m),
/// raise a false alarm anywhere with probability alpha where they are independent, and with no more where Gaussians are
/// correlated.
#pragma once

#include <cstddef>
#include <span>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// False-alarm rate of a whole family of comparisons, where nothing else is said.
inline constexpr double default_false_alarm = 1e-3;

/// (value - expected) / error; 0 where value and expected are the same number to rounding and the error is no larger
/// than that, unknown where the error is.
double z_score(const Estimate& estimate, double expected);
/// Two estimates that share no data.
double z_score(const Estimate& a, const Estimate& b);

/// By how much an error of so many degrees of freedom is widened: sqrt(nu / (nu - 2)), the standard deviation of
/// Student's t, so that z-scores of short runs have unit variance. Towards nu = 2 that diverges, and below 3 the factor
/// stays sqrt(3): scores then have long tails, which normal_z() knows. unknown degrees: 1.
double widening(double degrees);
/// z_score() as the normal number that is as surprising: (value - expected) / (error / widening) is Student's t with
/// estimate.degrees degrees of freedom.
double normal_z(const Estimate& estimate, double expected);

/// |z| that one of `comparisons` standard normal numbers exceeds with probability `false_alarm`; 0 for no comparisons.
/// Throws std::invalid_argument unless 0 < false_alarm < 1.
double sidak_threshold(std::size_t comparisons, double false_alarm = default_false_alarm);

/// The standard normal number that is as surprising (two-sided, sign kept) as Student's t with so many degrees of
/// freedom.
double normal_from_student(double t, double degrees);
/// The standard normal number, from 0 up, that is exceeded (two-sided) as rarely as f in an F test.
double normal_from_fisher(double f, double degrees_above, double degrees_below);

/// That chi^2 of so many degrees of freedom is larger by chance. unknown for 0 of them.
double chi2_probability(double chi2, double degrees);

struct Largest {
  double z = unknown;           ///< of largest modulus, sign kept; unknown where nothing was compared
  std::size_t index = 0;        ///< where it stands
  std::size_t comparisons = 0;  ///< scores that are known
  double threshold = 0;         ///< Sidak's, for so many comparisons
  bool exceeds = false;
};
/// Unknown scores are left out. Throws as sidak_threshold.
Largest largest_z(std::span<const double> z, double false_alarm = default_false_alarm);

}  // namespace gibbsite
