#include "estimators/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "estimators/exponential_average.hpp"
#include "estimators/log_sum_exp.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

std::size_t number_of_families(const ParticleWeights& weights) {
  if (weights.families != 0) return weights.families;
  if (weights.family.empty()) return weights.log_w.size();
  return *std::max_element(weights.family.begin(), weights.family.end()) + 1;
}

void require_valid(const ParticleWeights& weights) {
  if (weights.log_w.empty()) throw std::invalid_argument("weights: there are no particles");
  for (const double v : weights.log_w)
    if (!(v < infinite))
      throw std::invalid_argument("weights: a log weight is nan or +inf; look for an overflow in the energy");
  if (weights.family.empty() && weights.families != 0 && weights.families != weights.log_w.size())
    throw std::invalid_argument("weights: say of which family each particle is");
  if (weights.family.empty()) return;
  const std::size_t families = number_of_families(weights);
  if (weights.family.size() != weights.log_w.size() ||
      std::any_of(weights.family.begin(), weights.family.end(), [&](std::size_t f) { return f >= families; }))
    throw std::invalid_argument(
        "weights: every particle needs one family, and families are counted from 0 below their number");
}

double sum_of_squares(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum;
}

}  // namespace

std::vector<double> family_totals(const ParticleWeights& weights, std::span<const double> x) {
  if (weights.family.empty()) return {x.begin(), x.end()};
  std::vector<double> total(number_of_families(weights), 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) total[weights.family[i]] += x[i];
  return total;
}

std::vector<double> normalized(const ParticleWeights& weights) {
  require_valid(weights);
  const double log_sum = log_sum_exp(weights.log_w);
  if (!std::isfinite(log_sum)) throw std::invalid_argument("weights: no particle has any weight");
  std::vector<double> w(weights.log_w.size());
  std::transform(weights.log_w.begin(), weights.log_w.end(), w.begin(),
                 [&](double v) { return std::exp(v - log_sum); });
  return w;
}

double enough_effective(double families) { return std::clamp(families / 2, 1.5, fewest_effective_draws); }

LogZ log_z_from_weights(const ParticleWeights& weights) {
  require_valid(weights);
  LogZ result;
  result.log_z.value = log_mean_exp(weights.log_w);
  result.log_z.error = infinite;
  if (!std::isfinite(result.log_z.value)) return result;

  const std::vector<double> w = normalized(weights);
  const std::vector<double> share = family_totals(weights, w);
  const double families = static_cast<double>(share.size()), particles = static_cast<double>(w.size());
  WeightQuality& quality = result.quality;
  quality.ess = 1 / sum_of_squares(w);
  quality.family_ess = 1 / sum_of_squares(share);
  quality.largest_share = *std::max_element(share.begin(), share.end());
  AverageCheck check;
  result.by_family = share;
  double independent = families;
  if (weights.families != 0) {
    for (double& d : result.by_family) d -= 1 / families;
    const double v = std::max(sum_of_squares(share) - 1 / families, 0.0);
    std::vector<double> log_share;
    for (const double s : share) log_share.push_back(std::log(families * s) + result.log_z.value);
    check = check_exponential_average(log_share, result.log_z.value, v / (1 - v), families);
  } else {  // a family is expected to hold its share of the particles
    const std::vector<double> one(w.size(), 1 / particles), expected = family_totals(weights, one);
    double v = 0, plain = 0;
    for (std::size_t f = 0; f < share.size(); ++f) v += (share[f] - expected[f]) * (share[f] - expected[f]);
    for (std::size_t f = 0; f < share.size(); ++f) result.by_family[f] -= expected[f];
    for (const double each : w) plain += (each - 1 / particles) * (each - 1 / particles);
    // Starts that share nothing by what is seen are as many as there are particles; equal weights show nothing.
    independent = plain <= 1e-20 ? 1 / sum_of_squares(expected)
                  : v > plain    ? std::max(particles * plain / v, 1.0)
                                 : particles;
    check = check_exponential_average(weights.log_w, result.log_z.value, v / (1 - v), independent);
  }
  quality.effective = check.effective;
  quality.trusted = check.effective >= enough_effective(independent);
  result.log_z.degrees = quality.family_ess - 1;
  result.log_z.error = std::sqrt(check.error2) * widening(result.log_z.degrees);
  // A few particles of the same weight have seen no spread, which is not to say that there is none.
  const auto [low, high] = std::minmax_element(weights.log_w.begin(), weights.log_w.end());
  const bool same = *high - *low <= 1e-12 * std::max(1.0, std::abs(*high)), none = *high == 0 && *low == 0;
  if (same && !none && families < 50) result.log_z.error = unknown;
  result.log_z.ess = quality.effective;
  return result;
}

}  // namespace gibbsite
