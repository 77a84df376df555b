#include "estimators/weighted.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

using Values = std::span<const double>;

double sum_of_products(Values a, Values b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// The particles of one average and, where there are any, the hotter populations reweighted to them.
struct Sample {
  struct Hotter {
    std::vector<double> w;  // normalised
    std::size_t begin = 0;  // of its values, behind those of the particles
    double share = 0;       // of all hotter populations
  };
  const ParticleWeights& weights;
  std::vector<double> w;
  std::vector<Hotter> hotter;
  double effective = 0;  // particles, 1 / sum w^2
  double believed = 0;   // share of the hotter populations in what is known, against the particles themselves

  explicit Sample(const ParticleWeights& p) : weights(p), w(normalized(p)) {
    effective = 1 / sum_of_products(w, w);
    std::size_t begin = w.size();
    double sum = 0, shares = 0;
    for (const std::vector<double>& log_w : p.hotter) {
      Hotter h{normalized({log_w}), begin};
      const double n = 1 / sum_of_products(h.w, h.w);
      h.share = std::max(n - 10, 1e-3);
      sum += n;
      shares += h.share;
      begin += log_w.size();
      hotter.push_back(std::move(h));
    }
    for (Hotter& h : hotter) h.share /= shares;
    believed = sum / (sum + effective);
  }
  std::size_t values() const { return hotter.empty() ? w.size() : hotter.back().begin + hotter.back().w.size(); }
  void require_fits(Values x) const {
    if (x.size() != values())
      throw std::invalid_argument("weighted mean: give one value per particle, and per hotter one where there are any");
  }
  double mean(Values x) const {
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i)
      if (w[i] > 0) sum += w[i] * x[i];
    return sum;
  }
  /// Totals over families of w y.
  std::vector<double> by_family(Values y) const {
    std::vector<double> part(w.size(), 0.0);
    for (std::size_t i = 0; i < w.size(); ++i)
      if (w[i] > 0) part[i] = w[i] * y[i];
    return family_totals(weights, part);
  }
  /// What the hotter populations show of <a b> / effective and the own particles miss; may be negative.
  double missed(Values a, Values b) const {
    if (hotter.empty()) return 0;
    double own = 0, pool = 0;
    for (std::size_t i = 0; i < w.size(); ++i)
      if (w[i] > 0) own += w[i] * a[i] * b[i];
    for (const Hotter& h : hotter)
      for (std::size_t i = 0; i < h.w.size(); ++i)
        if (h.w[i] > 0) pool += h.share * h.w[i] * a[h.begin + i] * b[h.begin + i];
    return believed * (pool - own) / effective;
  }
};

double over_families(Values a, Values b) {
  const double families = static_cast<double>(a.size());
  return families > 1 ? sum_of_products(a, b) * families / (families - 1) : unknown;
}

/// A mean and how far every value lies from it.
struct Input {
  double mean = 0, scale = 0;  // scale: <|x|>
  std::vector<double> y, by_family;
};
Input deviations(const Sample& sample, Values x) {
  sample.require_fits(x);
  Input in;
  in.mean = sample.mean(x);
  in.y.assign(x.size(), 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) in.y[i] = x[i] - in.mean;
  for (std::size_t i = 0; i < sample.w.size(); ++i)
    if (sample.w[i] > 0) in.scale += sample.w[i] * std::abs(x[i]);
  in.by_family = sample.by_family(in.y);
  return in;
}

/// Squared error of a number whose deviation is sum w y: over families, and what they miss. Unknown where all that was
/// seen is one value, but for rounding at this scale.
double error2_of(const Sample& sample, Values y, Values by_family, double scale) {
  const double squares = over_families(by_family, by_family) + std::max(0.0, sample.missed(y, y));
  return squares > 1e-24 * scale * scale ? squares : unknown;
}

/// The error grows as 1 / sqrt(families that carry the mean) where those are fewer than the weights show.
Estimate with_doubt(double value, double error2, const ParticleWeights& weights) {
  const WeightQuality quality = log_z_from_weights(weights).quality;
  Estimate estimate{.value = value, .error = std::sqrt(error2), .ess = quality.effective};
  estimate.degrees = quality.family_ess - 1;
  estimate.error *= widening(estimate.degrees);
  if (!quality.trusted)
    estimate.error *= quality.effective < 1 ? std::numeric_limits<double>::infinity()
                                            : std::sqrt(std::max(1.0, quality.family_ess / quality.effective));
  return estimate;
}

}  // namespace

Estimate weighted_mean(const ParticleWeights& weights, std::span<const double> x) {
  const Sample sample(weights);
  const Input in = deviations(sample, x);
  return with_doubt(in.mean, error2_of(sample, in.y, in.by_family, in.scale), weights);
}

Estimate weighted_variance(const ParticleWeights& weights, std::span<const double> x) {
  const Sample sample(weights);
  const Input first = deviations(sample, x);
  std::vector<double> square(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) square[i] = first.y[i] * first.y[i];
  const Input second = deviations(sample, square);
  const double plain2 = error2_of(sample, first.y, first.by_family, first.scale);
  const double bias = plain2 > 0 ? over_families(first.by_family, first.by_family) : 0;
  const double error2 = over_families(second.by_family, second.by_family) +
                        std::max(0.0, sample.missed(second.y, second.y)) + (plain2 > 0 ? 6 * plain2 * plain2 : 0);
  return with_doubt(second.mean + bias, plain2 > 0 ? error2 : unknown, weights);
}

Estimate weighted_derived(const ParticleWeights& weights, std::span<const std::span<const double>> inputs,
                          const FunctionOfMeans& f) {
  if (inputs.empty()) throw std::invalid_argument("weighted_derived: there are no inputs");
  const Sample sample(weights);
  std::vector<Input> in;
  std::vector<double> means, errors;
  for (const auto x : inputs) {
    in.push_back(deviations(sample, x));
    means.push_back(in.back().mean);
    errors.push_back(std::sqrt(error2_of(sample, in.back().y, in.back().by_family, in.back().scale)));
  }
  const auto correlation = [&](std::size_t a, std::size_t b) {
    const double covariance = over_families(in[a].by_family, in[b].by_family) + sample.missed(in[a].y, in[b].y);
    return std::clamp(covariance / (errors[a] * errors[b]), -1.0, 1.0);
  };
  const Expansion expansion = expand(f, means, errors, correlation);
  std::vector<double> y(in[0].y.size(), 0.0), by_family(in[0].by_family.size(), 0.0);
  double scale = 0;
  for (std::size_t a = 0; a < in.size(); ++a) {
    if (expansion.slope[a] == 0) continue;
    const double slope = expansion.slope[a] / errors[a];
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += slope * in[a].y[i];
    for (std::size_t k = 0; k < by_family.size(); ++k) by_family[k] += slope * in[a].by_family[k];
    scale = std::max(scale, std::abs(slope) * in[a].scale);
  }
  double error2 = error2_of(sample, y, by_family, scale);
  if (expansion.second2 > 0) error2 = expansion.second2 + (error2 > 0 ? error2 : 0);
  return with_doubt(expansion.value, error2, weights);
}

Estimate plus_mean(const Estimate& estimate, std::span<const double> by_family, const ParticleWeights& weights,
                   std::span<const double> x, double factor) {
  const Sample sample(weights);
  Input in = deviations(sample, x);
  const double own = estimate.error / widening(estimate.degrees);
  double rest = own * own;
  for (double& y : in.y) y *= factor;
  for (double& d : in.by_family) d *= factor;
  if (!by_family.empty()) {
    rest = std::max(0.0, rest - over_families(by_family, by_family));
    for (std::size_t f = 0; f < by_family.size(); ++f) in.by_family[f] += by_family[f];
  }
  const double error2 = rest + over_families(in.by_family, in.by_family) + std::max(0.0, sample.missed(in.y, in.y));
  return with_doubt(estimate.value + factor * in.mean, error2, weights);
}

}  // namespace gibbsite
