#include "estimators/log_sum_exp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gibbsite {

double log_sum_exp(std::span<const double> x) {
  if (x.empty()) return -std::numeric_limits<double>::infinity();
  const double top = *std::max_element(x.begin(), x.end());
  if (!std::isfinite(top)) return top;
  double sum = 0;
  for (const double v : x) sum += std::exp(v - top);
  return top + std::log(sum);
}

double log_mean_exp(std::span<const double> x) {
  return x.empty() ? std::numeric_limits<double>::quiet_NaN()
                   : log_sum_exp(x) - std::log(static_cast<double>(x.size()));
}

}  // namespace gibbsite
