#include "estimators/two_sided.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "estimators/bennett.hpp"
#include "estimators/log_sum_exp.hpp"
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

double unseen_share(std::span<const double> log_before, std::span<const double> log_after, double particles) {
  const double before = log_sum_exp(log_before), after = log_sum_exp(log_after);
  if (!std::isfinite(before) || !std::isfinite(after)) return 0;
  std::vector<std::size_t> order(log_before.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rarity = [&](std::size_t i) { return log_after[i] - log_before[i]; };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rarity(a) < rarity(b); });
  double share = 0, expected = 0;
  for (const std::size_t i : order) {
    if (!std::isfinite(log_before[i])) continue;
    expected += particles * std::exp(log_after[i] - after);
    share += std::exp(log_before[i] - before - expected);
  }
  return std::min(share, 1 - 1 / particles);
}

void expect_unseen(LogZ& z, double nats) {
  z.log_z.error = std::hypot(z.log_z.error, nats);
  z.quality.effective *= std::exp(-nats);
  z.quality.trusted = z.quality.trusted && nats < 1;
  z.log_z.ess = z.quality.effective;
}

TwoSided two_sided(const ParticleWeights& forward, const ParticleWeights& reverse) {
  TwoSided result{.forward = log_z_from_weights(forward), .reverse = log_z_from_weights(reverse)};
  result.reverse.log_z.value = -result.reverse.log_z.value;
  const auto unseen = [](const ParticleWeights& by, const ParticleWeights& of) {
    const std::vector<double> equal(of.log_w.size(), 0.0);
    return -std::log1p(-unseen_share(equal, of.log_w, static_cast<double>(by.log_w.size())));
  };
  expect_unseen(result.reverse, unseen(reverse, forward));
  expect_unseen(result.forward, unseen(forward, reverse));
  const Estimate &there = result.forward.log_z, &back = result.reverse.log_z;
  result.z = normal_z({.value = there.value,
                       .error = std::hypot(there.error, back.error),
                       .degrees = std::min(there.degrees, back.degrees)},
                      back.value);

  const Bennett b = bennett(forward.log_w, reverse.log_w);
  const double up = error2_of_mean(forward, b.influence_up), down = error2_of_mean(reverse, b.influence_down);
  result.overlap = b.overlap;
  result.combined.value = b.log_ratio;
  result.combined.ess = b.overlap * std::min(independent(b.influence_up, up), independent(b.influence_down, down));
  const double fewest = static_cast<double>(std::min(forward.log_w.size(), reverse.log_w.size()));
  result.meet = !(std::abs(result.z) >= 4);
  result.carried = result.combined.ess >= enough_effective(fewest);
  result.trusted = result.meet && result.carried;
  const double gap = result.forward.log_z.value - result.reverse.log_z.value;
  result.combined.error = std::sqrt(result.trusted ? up + down : std::max(up + down, gap * gap / 4));
  result.combined.degrees = result.combined.ess - 1;
  result.combined.error *= widening(result.combined.degrees);
  result.by_family = family_totals(forward, b.influence_up);
  for (double& d : result.by_family) d /= static_cast<double>(forward.log_w.size());
  if (std::isnan(result.combined.error)) result.combined.error = std::numeric_limits<double>::infinity();
  return result;
}

}  // namespace gibbsite
