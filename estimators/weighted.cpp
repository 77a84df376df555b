#include "estimators/weighted.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace gibbsite {
namespace {

/// A weighted mean and what every family adds to its deviation.
struct Deviation {
  double mean = 0;
  std::vector<double> by_family;

  double error() const {
    const double families = static_cast<double>(by_family.size());
    const double squares = std::inner_product(by_family.begin(), by_family.end(), by_family.begin(), 0.0);
    const bool rounding = squares <= 1e-24 * mean * mean;  // all particles in states of one value, but for rounding
    return !rounding && families > 1 ? std::sqrt(squares * families / (families - 1)) : unknown;
  }
};

Deviation deviation(const ParticleWeights& weights, std::span<const double> w, std::span<const double> x) {
  if (x.size() != w.size()) throw std::invalid_argument("weighted mean: give one value per particle");
  Deviation result;
  for (std::size_t i = 0; i < w.size(); ++i)
    if (w[i] > 0) result.mean += w[i] * x[i];
  std::vector<double> part(w.size(), 0.0);
  for (std::size_t i = 0; i < w.size(); ++i)
    if (w[i] > 0) part[i] = w[i] * (x[i] - result.mean);
  result.by_family = family_totals(weights, part);
  return result;
}

/// The error grows as 1 / sqrt(families that carry the mean) where those are fewer than the weights show.
Estimate with_doubt(Estimate estimate, const ParticleWeights& weights) {
  const WeightQuality quality = log_z_from_weights(weights).quality;
  estimate.ess = quality.effective;
  if (!quality.trusted)
    estimate.error *= quality.effective < 1 ? std::numeric_limits<double>::infinity()
                                            : std::sqrt(quality.family_ess / quality.effective);
  return estimate;
}

}  // namespace

Estimate weighted_mean(const ParticleWeights& weights, std::span<const double> x) {
  const std::vector<double> w = normalized(weights);
  const Deviation d = deviation(weights, w, x);
  return with_doubt({.value = d.mean, .error = d.error()}, weights);
}

Estimate weighted_variance(const ParticleWeights& weights, std::span<const double> x) {
  const std::vector<double> w = normalized(weights);
  const Deviation first = deviation(weights, w, x);
  std::vector<double> square(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) square[i] = (x[i] - first.mean) * (x[i] - first.mean);
  const Deviation second = deviation(weights, w, square);
  const double error = first.error(), bias = error > 0 ? error * error : 0;
  return with_doubt({.value = second.mean + bias, .error = second.error()}, weights);
}

Estimate weighted_derived(const ParticleWeights& weights, std::span<const std::span<const double>> inputs,
                          const FunctionOfMeans& f) {
  if (inputs.empty()) throw std::invalid_argument("weighted_derived: there are no inputs");
  const std::vector<double> w = normalized(weights);
  std::vector<Deviation> deviations;
  std::vector<double> means, errors;
  for (const auto x : inputs) {
    deviations.push_back(deviation(weights, w, x));
    means.push_back(deviations.back().mean);
    errors.push_back(deviations.back().error());
  }
  const auto correlation = [&](std::size_t a, std::size_t b) {
    const auto &x = deviations[a].by_family, &y = deviations[b].by_family;
    const double families = static_cast<double>(x.size());
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0) * families / (families - 1) / (errors[a] * errors[b]);
  };
  const Expansion expansion = expand(f, means, errors, correlation);
  Deviation total{expansion.value, std::vector<double>(deviations[0].by_family.size(), 0.0)};
  for (std::size_t a = 0; a < inputs.size(); ++a)
    if (expansion.slope[a] != 0)
      for (std::size_t k = 0; k < total.by_family.size(); ++k)
        total.by_family[k] += expansion.slope[a] * deviations[a].by_family[k] / errors[a];
  return with_doubt({.value = total.mean, .error = total.error()}, weights);
}

}  // namespace gibbsite
