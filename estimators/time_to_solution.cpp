#include "estimators/time_to_solution.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/significance.hpp"

namespace gibbsite {

TimeToSolution time_to_solution(std::span<const double> first, double length) {
  if (first.empty() || !(length > 0) || !std::isfinite(length) ||
      std::any_of(first.begin(), first.end(), [&](double t) { return t <= 0 || t > length; }))
    throw std::invalid_argument("time to solution: give runs of one length and times within it");
  const auto n = static_cast<double>(first.size());
  const auto found_by = [&](double t) {
    return static_cast<std::size_t>(std::count_if(first.begin(), first.end(), [&](double f) { return f <= t; }));
  };
  TimeToSolution best;
  best.successes = found_by(length);
  for (double t = length; found_by(t) > 0 && (t == length || 2 * found_by(t) >= first.size()); t /= 2) {
    const double p = (static_cast<double>(found_by(t)) + 0.5) / (n + 1), left = std::log1p(-p);
    const double runs = std::max(1.0, std::log1p(-0.99) / left), time = t * runs;
    if (!(time < best.time.value) && !std::isnan(best.time.value)) continue;
    const double error = std::sqrt(p * (1 - p) / (n + 2));
    const bool enough = first.size() >= 4;
    best.time = {.value = time,
                 .error = enough ? widening(n - 1) * time * error / (-left * (1 - p)) : unknown,
                 .degrees = enough ? n - 1 : unknown};
    best.probability = {.value = p, .error = error};
    best.restart = t;
  }
  return best;
}

}  // namespace gibbsite
