/// How statistical tests decide: p-values, and the threshold that a false-alarm rate over all comparisons gives.
#pragma once

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace gibbsite::statistics {

/// Each of n independent comparisons may fail at this rate if all together may fail at `false_alarm` (Sidak, J. Am.
/// Stat. Assoc. 62, 626 (1967)): 1 - (1 - false_alarm)^(1/n).
inline double sidak(double false_alarm, std::size_t n) {
  return -std::expm1(std::log1p(-false_alarm) / static_cast<double>(n));
}

/// P(|z| is at least this large) for a standard normal z.
inline double two_sided(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

/// P(chi^2 is at least this large) with that many degrees of freedom.
inline double chi_square_tail(double chi2, double freedom) {
  return freedom > 0 ? boost::math::gamma_q(freedom / 2, chi2 / 2) : 1;
}

/// P(|t| is at least this large) for Student's t.
inline double student(double t, double freedom) {
  return boost::math::ibeta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

/// Mean of independent, equal measurements, and its standard error.
struct Mean {
  double value = 0, error = 0;
};
inline Mean mean_of(std::span<const double> x) {
  const auto n = static_cast<double>(x.size());
  Mean mean;
  for (const double v : x) mean.value += v / n;
  for (const double v : x) mean.error += (v - mean.value) * (v - mean.value);
  mean.error = std::sqrt(mean.error / (n * (n - 1)));
  return mean;
}
/// p-value of: the true mean lies within `slack` of `expected`.
inline double agrees(std::span<const double> x, double expected, double slack = 0) {
  const Mean mean = mean_of(x);
  const double off = std::max(0.0, std::abs(mean.value - expected) - slack);
  return off == 0 ? 1 : student(off / mean.error, static_cast<double>(x.size() - 1));
}

/// p-values of: z-scores have mean 0 (a normal test), and mean square 1 (a chi-square test from both sides).
struct Calibration {
  double mean = 0, square = 0;
  double p_mean = 1, p_square = 1;
};
inline Calibration calibrate(std::span<const double> z) {
  const auto n = static_cast<double>(z.size());
  Calibration out;
  for (const double v : z) {
    out.mean += v / n;
    out.square += v * v / n;
  }
  out.p_mean = two_sided(out.mean * std::sqrt(n));
  const double above = chi_square_tail(out.square * n, n);
  out.p_square = 2 * std::min(above, 1 - above);
  return out;
}

/// Pearson's chi^2 of counts against probabilities; cells that expect fewer than 5 are taken together.
class ChiSquare {
 public:
  template <class Counts, class Probabilities>
  void add(const Counts& count, const Probabilities& p, double total) {
    double few = 0, few_expected = 0, cells = 0;
    const auto cell = [&](double seen, double expected) {
      chi2_ += (seen - expected) * (seen - expected) / expected;
      cells += 1;
    };
    for (std::size_t k = 0; k < static_cast<std::size_t>(count.size()); ++k) {
      const auto seen = static_cast<double>(count[k]);
      const double expected = total * static_cast<double>(p[k]);
      if (expected == 0) {
        if (seen > 0) impossible_ = true;
      } else if (expected < 5) {
        few += seen;
        few_expected += expected;
      } else {
        cell(seen, expected);
      }
    }
    if (few_expected > 0.5) cell(few, few_expected);
    if (few_expected > 0 && few_expected <= 0.5 && few > 15) impossible_ = true;  // Poisson tail below 1e-16
    freedom_ += std::max(cells - 1, 0.0);
  }
  double p_value() const { return impossible_ ? 0 : chi_square_tail(chi2_, freedom_); }

 private:
  double chi2_ = 0, freedom_ = 0;
  bool impossible_ = false;
};

/// Of transitions counted, against matrices of their probabilities, row by row: all kernels together.
template <class Matrix>
double p_value(const std::vector<Matrix>& count, const std::vector<Matrix>& P) {
  ChiSquare chi2;
  for (std::size_t k = 0; k < count.size(); ++k)
    for (std::ptrdiff_t row = 0; row < P[k].rows(); ++row) {
      const auto seen = count[k].row(row).eval(), expected = P[k].row(row).eval();
      chi2.add(seen, expected, seen.sum());
    }
  return chi2.p_value();
}

}  // namespace gibbsite::statistics
