#include "estimators/exponential_average.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace gibbsite {
namespace {

/// Moments of the distance to the median, over the values above it.
struct UpperHalf {
  double median, first, second;
};
UpperHalf upper_half(std::vector<double>& w) {
  const auto middle = w.begin() + static_cast<std::ptrdiff_t>(w.size() / 2);
  std::nth_element(w.begin(), middle, w.end());
  const double n = static_cast<double>(w.end() - middle);
  UpperHalf half{*middle, 0, 0};
  for (auto v = middle; v != w.end(); ++v) {
    half.first += (*v - half.median) / n;
    half.second += (*v - half.median) * (*v - half.median) / n;
  }
  return half;
}

/// second / first^2 is pi/2 = 1.57 for a Gaussian and 4/3 for a uniform distribution, whose tail ends; n Gaussian
/// values scatter by 0.83 / sqrt(n / 2) around theirs, and one in a thousand sets of them is called thin.
bool is_thin(const UpperHalf& half, double n) {
  return half.second < std::min(1.45, std::numbers::pi / 2 - 3.6 / std::sqrt(n)) * half.first * half.first;
}

}  // namespace

AverageCheck check_exponential_average(std::span<const double> w, double value, double error2, double independent) {
  std::vector<double> finite;
  std::copy_if(w.begin(), w.end(), std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty() || !std::isfinite(value)) return {.error2 = infinite};
  const double n = independent * static_cast<double>(finite.size()) / static_cast<double>(w.size());
  const UpperHalf half = upper_half(finite);
  const double s2 = is_thin(half, static_cast<double>(finite.size())) ? 0 : half.second;

  AverageCheck check{.error2 = error2};
  check.effective = std::min(1 / (error2 + 1 / independent), n * std::exp(-s2));
  check.trusted = check.effective >= fewest_effective_draws;
  const double predicted = std::expm1(std::min(s2, 500.0));
  const double skewness = (predicted + 3) * std::sqrt(predicted / n);
  if (skewness > 0.3) check.error2 = std::max(check.error2, std::log1p(predicted / n));
  if (!check.trusted) check.error2 = std::max(check.error2, std::pow(value - (half.median + half.second / 2), 2));
  return check;
}

}  // namespace gibbsite
