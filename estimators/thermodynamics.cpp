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

double binder_cumulant_of(std::span<const double> moments) { return 1 - moments[1] / (3 * moments[0] * moments[0]); }

}  // namespace

Response specific_heat_response(Conditions at, double centre) {
  require_valid(at);
  return variance_response(at.beta * at.beta / at.sites, centre);
}
Response susceptibility_response(Conditions at, MeanMagnetization known) {
  require_valid(at);
  const double scale = at.beta * at.sites;
  return known == MeanMagnetization::zero_by_symmetry ? square_response(scale) : variance_response(scale, 0);
}
Response susceptibility_abs_response(Conditions at) {
  require_valid(at);
  return absolute_variance_response(at.beta * at.sites);
}

Estimate specific_heat(const ChainSeries& energy, Conditions at) {
  gibbsite::require_valid(energy, "specific_heat");
  return estimate(specific_heat_response(at, mean(energy.values)), energy);
}
Estimate specific_heat(const ParticleWeights& weights, std::span<const double> energy, Conditions at) {
  require_valid(at);
  return scaled(weighted_variance(weights, energy), at.beta * at.beta / at.sites);
}

Estimate susceptibility(const ChainSeries& m, Conditions at, MeanMagnetization known) {
  return estimate(susceptibility_response(at, known), m);
}
Estimate susceptibility(const ParticleWeights& weights, std::span<const double> m, Conditions at,
                        MeanMagnetization known) {
  require_valid(at);
  const bool zero = known == MeanMagnetization::zero_by_symmetry;
  return scaled(zero ? weighted_mean(weights, mapped(m, square)) : weighted_variance(weights, m), at.beta * at.sites);
}

Estimate susceptibility_abs(const ChainSeries& m, Conditions at) {
  return estimate(susceptibility_abs_response(at), m);
}
Estimate susceptibility_abs(const ParticleWeights& weights, std::span<const double> m, Conditions at) {
  require_valid(at);
  return scaled(weighted_variance(weights, mapped(m, absolute)), at.beta * at.sites);
}

Estimate binder_cumulant(const ChainSeries& m) { return estimate(binder_response(), m); }
Estimate binder_cumulant(const ParticleWeights& weights, std::span<const double> m) {
  const auto m2 = mapped(m, square), m4 = mapped(m, fourth);
  const std::span<const double> moments[] = {m2, m4};
  return weighted_derived(weights, moments, binder_cumulant_of);
}

}  // namespace gibbsite
