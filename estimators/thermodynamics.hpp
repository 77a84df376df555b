/// Responses of a system with N sites at inverse temperature beta (k_B = 1), from fluctuations at that one temperature.
///
///   specific_heat      = beta^2 (<E^2> - <E>^2) / N            E: total energy
///   susceptibility     = beta N (<m^2> - <m>^2)                m: magnetisation per site
///                      = beta N <m^2>                          where <m> = 0 by symmetry
///   susceptibility_abs = beta N (<m^2> - <|m|>^2)
///   binder_cumulant    = 1 - <m^4> / (3 <m^2>^2)               K. Binder, Z. Phys. B 43, 119 (1981); no unit
///
/// From chains (errors by the Gamma method) or from weighted particles (errors over families), in both cases without
/// the bias of relative order tau / N that plain variances and ratios have. All throw std::invalid_argument as
/// variance() and derived(), or as weighted_variance() and weighted_derived(), and where N <= 0 or beta is not finite.
#pragma once

#include <span>

#include "estimators/chain_series.hpp"
#include "estimators/estimate.hpp"
#include "estimators/response.hpp"
#include "estimators/weights.hpp"

namespace gibbsite {

struct Conditions {
  double beta = unknown;
  double sites = unknown;  ///< N
};
/// What is known of <m> before measuring.
enum class MeanMagnetization { measured, zero_by_symmetry };

/// What they are made of; centre: any number near the energies.
Response specific_heat_response(Conditions at, double centre);
Response susceptibility_response(Conditions at, MeanMagnetization known);
Response susceptibility_abs_response(Conditions at);  // and binder_response()

Estimate specific_heat(const ChainSeries& energy, Conditions at);
Estimate susceptibility(const ChainSeries& m, Conditions at, MeanMagnetization known = MeanMagnetization::measured);
Estimate susceptibility_abs(const ChainSeries& m, Conditions at);
Estimate binder_cumulant(const ChainSeries& m);

/// The same from particles: one value per particle.
Estimate specific_heat(const ParticleWeights& weights, std::span<const double> energy, Conditions at);
Estimate susceptibility(const ParticleWeights& weights, std::span<const double> m, Conditions at,
                        MeanMagnetization known = MeanMagnetization::measured);
Estimate susceptibility_abs(const ParticleWeights& weights, std::span<const double> m, Conditions at);
Estimate binder_cumulant(const ParticleWeights& weights, std::span<const double> m);

}  // namespace gibbsite
