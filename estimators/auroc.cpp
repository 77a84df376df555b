#include "estimators/auroc.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace gibbsite {
namespace {

/// Share of `sorted` above x, ties by halves.
double share_above(const std::vector<double>& sorted, double x) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), x);
  return (static_cast<double>(sorted.end() - last) + 0.5 * static_cast<double>(last - first)) /
         static_cast<double>(sorted.size());
}

/// Mean of numbers, and the variance of one of them over their count.
struct MeanAndItsVariance {
  double mean = 0, variance = 0;
};
MeanAndItsVariance mean_of_shares(const std::vector<double>& shares) {
  const double n = static_cast<double>(shares.size());
  MeanAndItsVariance out;
  for (const double s : shares) out.mean += s / n;
  for (const double s : shares) out.variance += (s - out.mean) * (s - out.mean) / ((n - 1) * n);
  return out;
}

}  // namespace

Estimate area_under_curve(std::span<const double> below, std::span<const double> above) {
  assert(below.size() >= 2 && above.size() >= 2);
  std::vector<double> first(below.begin(), below.end()), second(above.begin(), above.end()), of_first, of_second;
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  for (const double x : first) of_first.push_back(share_above(second, x));
  for (const double x : second) of_second.push_back(1 - share_above(first, x));
  const MeanAndItsVariance a = mean_of_shares(of_first), b = mean_of_shares(of_second);
  const double least = 0.5 / static_cast<double>(std::min(first.size(), second.size()));
  const double error = std::sqrt(a.variance + b.variance);
  return {.value = a.mean, .error = error > 0 ? error : least};
}

}  // namespace gibbsite
