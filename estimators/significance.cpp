#include "estimators/significance.hpp"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

namespace gibbsite {
namespace {

/// |z| with the two-sided probability p; infinite where p is too small to be told from 0.
double normal_from_probability(double p) {
  if (p < std::numeric_limits<double>::min()) return std::numeric_limits<double>::infinity();
  return p >= 1 ? 0 : std::numbers::sqrt2 * boost::math::erfc_inv(p);
}

}  // namespace

double z_score(const Estimate& estimate, double expected) {
  const double difference = estimate.value - expected;
  if (!std::isfinite(estimate.error)) return unknown;
  // What is known without error, or with less than rounding, is summed in another order than what it is held against.
  const double rounding = 1e-12 * std::max({1.0, std::abs(estimate.value), std::abs(expected)});
  return estimate.error <= rounding && std::abs(difference) <= rounding ? 0 : difference / estimate.error;
}

double z_score(const Estimate& a, const Estimate& b) {
  return z_score({.value = a.value, .error = std::hypot(a.error, b.error)}, b.value);
}

double widening(double degrees) {
  if (std::isnan(degrees)) return 1;
  const double nu = std::max(degrees, 3.0);
  return std::isinf(nu) ? 1 : std::sqrt(nu / (nu - 2));
}

double normal_z(const Estimate& estimate, double expected) {
  const double z = z_score(estimate, expected);
  if (!std::isfinite(z) || !std::isfinite(estimate.degrees)) return z;
  return normal_from_student(z * widening(estimate.degrees), estimate.degrees);
}

double sidak_threshold(std::size_t comparisons, double false_alarm) {
  if (!(false_alarm > 0 && false_alarm < 1))
    throw std::invalid_argument("sidak_threshold: the false-alarm rate must lie between 0 and 1");
  if (comparisons == 0) return 0;
  return normal_from_probability(-std::expm1(std::log1p(-false_alarm) / static_cast<double>(comparisons)));
}

double chi2_probability(double chi2, double degrees) {
  if (!(degrees > 0) || std::isnan(chi2)) return unknown;
  return std::isinf(chi2) ? 0 : boost::math::gamma_q(degrees / 2, std::max(chi2, 0.0) / 2);
}

double normal_from_student(double t, double degrees) {
  if (!std::isfinite(t)) return t;
  const boost::math::students_t distribution(std::max(degrees, 1.0));
  return std::copysign(normal_from_probability(2 * cdf(complement(distribution, std::abs(t)))), t);
}

double normal_from_fisher(double f, double degrees_above, double degrees_below) {
  if (!std::isfinite(f)) return f;
  const boost::math::fisher_f distribution(std::max(degrees_above, 1.0), std::max(degrees_below, 1.0));
  return normal_from_probability(cdf(complement(distribution, f)));
}

Largest largest_z(std::span<const double> z, double false_alarm) {
  Largest largest;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (std::isnan(z[i])) continue;
    ++largest.comparisons;
    if (largest.comparisons == 1 || std::abs(z[i]) > std::abs(largest.z)) {
      largest.z = z[i];
      largest.index = i;
    }
  }
  largest.threshold = sidak_threshold(largest.comparisons, false_alarm);
  largest.exceeds = std::abs(largest.z) > largest.threshold;
  return largest;
}

}  // namespace gibbsite
