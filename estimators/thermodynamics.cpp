#include "estimators/thermodynamics.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include "estimators/autocorrelation.hpp"
#include "estimators/derived.hpp"
#include "estimators/weighted.hpp"

namespace gibbsite {
namespace {

void require_valid(const Conditions& at) {
  if (!(at.sites > 0) || !std::isfinite(at.beta))
    throw std::invalid_argument("thermodynamics: give a finite beta and a positive number of sites");
}

Estimate scaled(Estimate estimate, double factor) {
  estimate.value *= factor;
  estimate.error *= std::abs(factor);
  return estimate;
}

std::vector<double> mapped(std::span<const double> x, double (*f)(double)) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
  return y;
}
double absolute(double v) { return std::abs(v); }
double square(double v) { return v * v; }
double fourth(double v) { return v * v * v * v; }

double binder(std::span<const double> moments) { return 1 - moments[1] / (3 * moments[0] * moments[0]); }

}  // namespace

Estimate specific_heat(const Chains& energy, Conditions at) {
  require_valid(at);
  return scaled(variance(energy), at.beta * at.beta / at.sites);
}
Estimate specific_heat(const ParticleWeights& weights, std::span<const double> energy, Conditions at) {
  require_valid(at);
  return scaled(weighted_variance(weights, energy), at.beta * at.beta / at.sites);
}

Estimate susceptibility(const Chains& m, Conditions at, MeanMagnetization known) {
  require_valid(at);
  const bool zero = known == MeanMagnetization::zero_by_symmetry;
  return scaled(zero ? estimate_mean({mapped(m.values, square), m.chains, m.memory}) : variance(m), at.beta * at.sites);
}
Estimate susceptibility(const ParticleWeights& weights, std::span<const double> m, Conditions at,
                        MeanMagnetization known) {
  require_valid(at);
  const bool zero = known == MeanMagnetization::zero_by_symmetry;
  return scaled(zero ? weighted_mean(weights, mapped(m, square)) : weighted_variance(weights, m), at.beta * at.sites);
}

Estimate susceptibility_abs(const Chains& m, Conditions at) {
  require_valid(at);
  return scaled(variance({mapped(m.values, absolute), m.chains, m.memory}), at.beta * at.sites);
}
Estimate susceptibility_abs(const ParticleWeights& weights, std::span<const double> m, Conditions at) {
  require_valid(at);
  return scaled(weighted_variance(weights, mapped(m, absolute)), at.beta * at.sites);
}

Estimate binder_cumulant(const Chains& m) {
  const auto m2 = mapped(m.values, square), m4 = mapped(m.values, fourth);
  const Chains moments[] = {{m2, m.chains, m.memory}, {m4, m.chains, m.memory}};
  return derived(moments, binder);
}
Estimate binder_cumulant(const ParticleWeights& weights, std::span<const double> m) {
  const auto m2 = mapped(m, square), m4 = mapped(m, fourth);
  const std::span<const double> moments[] = {m2, m4};
  return weighted_derived(weights, moments, binder);
}

}  // namespace gibbsite
