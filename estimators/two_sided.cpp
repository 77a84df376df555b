#include "estimators/two_sided.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "estimators/bennett.hpp"
#include "estimators/exponential_average.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

/// Squared error of the mean of influences (mean 0), families being independent.
double error2_of_mean(const ParticleWeights& weights, std::span<const double> influence) {
  const std::vector<double> total = family_totals(weights, influence);
  const double n = static_cast<double>(influence.size()), families = static_cast<double>(total.size());
  const double squares = std::inner_product(total.begin(), total.end(), total.begin(), 0.0);
  return families > 1 ? squares / (n * n) * families / (families - 1) : std::numeric_limits<double>::infinity();
}

/// Independent draws that particles are worth for the mean of these influences.
double independent(std::span<const double> influence, double error2) {
  const double n = static_cast<double>(influence.size());
  const double squares = std::inner_product(influence.begin(), influence.end(), influence.begin(), 0.0);
  return squares > 0 ? std::min(n, squares / n / error2) : n;
}

}  // namespace

TwoSided two_sided(const ParticleWeights& forward, const ParticleWeights& reverse) {
  TwoSided result{.forward = log_z_from_weights(forward), .reverse = log_z_from_weights(reverse)};
  result.reverse.log_z.value = -result.reverse.log_z.value;
  result.z = z_score(result.forward.log_z, result.reverse.log_z);

  const Bennett b = bennett(forward.log_w, reverse.log_w);
  const double up = error2_of_mean(forward, b.influence_up), down = error2_of_mean(reverse, b.influence_down);
  result.overlap = b.overlap;
  result.combined.value = b.log_ratio;
  result.combined.ess = b.overlap * std::min(independent(b.influence_up, up), independent(b.influence_down, down));
  result.trusted = result.combined.ess >= fewest_effective_draws && std::abs(result.z) < 4;
  const double gap = result.forward.log_z.value - result.reverse.log_z.value;
  result.combined.error = std::sqrt(result.trusted ? up + down : std::max(up + down, gap * gap / 4));
  if (std::isnan(result.combined.error)) result.combined.error = std::numeric_limits<double>::infinity();
  return result;
}

}  // namespace gibbsite
