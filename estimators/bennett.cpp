#include "estimators/bennett.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "estimators/log_sum_exp.hpp"

namespace gibbsite {
namespace {

double logistic(double y) {
  if (y >= 0) return 1 / (1 + std::exp(-y));
  const double e = std::exp(y);
  return e / (1 + e);
}

struct Excess {
  double value, slope;  // sum_i f(up - c) - sum_j f(down + c), and minus its derivative
};
Excess excess(std::span<const double> up, std::span<const double> down, double c) {
  Excess e{0, 0};
  const auto add = [&e](double y, double sign) {
    const double tail = std::exp(-std::abs(y)), small = tail / (1 + tail);  // f(-|y|), whose slope loses no digits
    e.value += sign * (y >= 0 ? 1 - small : small);
    e.slope += small * (1 - small);
  };
  for (const double u : up) add(u - c, 1);
  for (const double d : down) add(d + c, -1);
  return e;
}

/// Below this slope nothing but the far tails of f is left.
constexpr double vanishing = 1e-250;

std::vector<double> every(std::span<const double> x, std::size_t step) {
  std::vector<double> some;
  for (std::size_t i = 0; i < x.size(); i += step) some.push_back(x[i]);
  return some;
}

/// The root of a falling function: Newton where it stays inside the bracket, bisection where not. It starts from the
/// root of sum exp(up - c) = sum exp(down + c), which is the answer where both sides see only the tails of f.
double solve(std::span<const double> up, std::span<const double> down, double low, double high) {
  constexpr std::size_t few = 2048;
  double c = 0;
  if (up.size() > 8 * few && down.size() > 8 * few) {  // from the root of a part of the draws, close by
    const std::vector<double> some_up = every(up, up.size() / few), some_down = every(down, down.size() / few);
    c = solve(some_up, some_down, low, high);
  } else {
    c = std::clamp((log_sum_exp(up) - log_sum_exp(down)) / 2, low, high);
  }
  for (int step = 0; step < 200; ++step) {
    const Excess e = excess(up, down, c);
    if (e.slope < vanishing && step == 0) return c;
    (e.value > 0 ? low : high) = c;
    double next = c + e.value / e.slope;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (std::abs(next - c) <= 1e-13 * (1 + std::abs(c)) || next == low || next == high) return next;
    c = next;
  }
  return c;
}

}  // namespace

Bennett bennett(std::span<const double> up, std::span<const double> down) {
  if (up.empty() || down.empty()) throw std::invalid_argument("bennett: draws of both sides are needed");
  double low = infinite, high = -infinite;
  bool up_reaches = false, down_reaches = false;
  for (const bool upward : {true, false})
    for (const double v : upward ? up : down) {
      if (!(v < infinite))
        throw std::invalid_argument("bennett: a log-weight difference is nan or +inf; the state drawn has no weight");
      if (v == -infinite) continue;
      (upward ? up_reaches : down_reaches) = true;
      low = std::min(low, upward ? v : -v);
      high = std::max(high, upward ? v : -v);
    }
  const double n0 = static_cast<double>(up.size()), n1 = static_cast<double>(down.size());
  Bennett result;
  result.influence_up.assign(up.size(), 0.0);
  result.influence_down.assign(down.size(), 0.0);
  if (!up_reaches || !down_reaches) {
    if (up_reaches != down_reaches) result.log_ratio = up_reaches ? infinite : -infinite;
    return result;
  }
  // Outside all of up and -down one side has lost by e^-margin per draw, so the root lies within.
  const double margin = 50 + std::log(n0 * n1);
  const double c = solve(up, down, low - margin, high + margin);
  result.log_ratio = c + std::log(n1 / n0);

  const double slope = excess(up, down, c).slope;
  result.overlap = slope * (n0 + n1) / (n0 * n1);
  if (slope < vanishing) return result;
  double mean_up = 0, mean_down = 0;
  for (std::size_t i = 0; i < up.size(); ++i) mean_up += result.influence_up[i] = logistic(up[i] - c);
  for (std::size_t j = 0; j < down.size(); ++j) mean_down += result.influence_down[j] = logistic(down[j] + c);
  mean_up /= n0;
  mean_down /= n1;
  for (double& f : result.influence_up) f = n0 * (f - mean_up) / slope;
  for (double& f : result.influence_down) f = -n1 * (f - mean_down) / slope;
  return result;
}

}  // namespace gibbsite
