/// Averages of observables over weighted particles (estimators/weights.hpp), with errors over families.
///
///   <x> = sum_i W_i x_i,    error^2 = F / (F - 1) sum_f (sum_{i in f} W_i (x_i - <x>))^2,   W normalised
/// (A. B. Owen, Monte Carlo theory, methods and examples (2013), ch. 9, per family: Chan & Lai (2013)). In each
/// result ess is the number of families that carry the averages, WeightQuality::effective; where the weights are not
/// trusted the error is scaled up from the families seen to those, and is infinite where they are less than one.
#pragma once

#include <span>

#include "estimators/derived.hpp"
#include "estimators/estimate.hpp"
#include "estimators/weights.hpp"

namespace gibbsite {

/// In the units of x, one value per particle (read only where there is weight). Throws std::invalid_argument as
/// weights.hpp says, where no particle has weight, and for another number of values.
Estimate weighted_mean(const ParticleWeights& weights, std::span<const double> x);

/// <x^2> - <x>^2 with the bias of the measured mean taken off, in the squared units of x.
Estimate weighted_variance(const ParticleWeights& weights, std::span<const double> x);

/// f of several weighted means, linearised in the influence of every family and corrected to second order
/// (estimators/derived.hpp).
Estimate weighted_derived(const ParticleWeights& weights, std::span<const std::span<const double>> inputs,
                          const FunctionOfMeans& f);

}  // namespace gibbsite
