/// Averages of observables over weighted particles (estimators/weights.hpp), with errors over families.
///
///   <x> = sum_i W_i x_i,    e_1^2 = F / (F - 1) sum_f (sum_{i in f} W_i y_i)^2,    y_i = x_i - <x>,  W normalised
/// (A. B. Owen, Monte Carlo theory, methods and examples (2013), ch. 9, per family: Chan & Lai (2013)). Where all
/// effective particles share one value that is 0, and says nothing. Hotter populations j, with the weights w that their
/// particles have here, know what was missed:
///   S_own = sum W y^2,   S_j = sum w y^2,   n_j = 1 / sum w^2,   n_own = 1 / sum W^2,
///   S = sum (n_j - 10) S_j / sum (n_j - 10)    (normalised weights are biased by 1 / n_j towards hotter values),
///   error^2 = e_1^2 + max(0, S - S_own) / n_own  sum n_j / (sum n_j + n_own) + second order (estimators/derived.hpp),
/// widened for family_ess - 1 degrees of freedom. In each result ess is the number of families that carry the averages,
/// WeightQuality::effective; where the weights are not trusted the error is scaled up from the families seen to those,
/// and is infinite where they are less than one.
#pragma once

#include <span>

#include "estimators/derived.hpp"
#include "estimators/estimate.hpp"
#include "estimators/weights.hpp"

namespace gibbsite {

/// In the units of x, one value per particle (read only where there is weight), and behind them one per particle of
/// each hotter population, if `weights` names any. Throws std::invalid_argument as weights.hpp says, where no particle
/// has weight, and for another number of values.
Estimate weighted_mean(const ParticleWeights& weights, std::span<const double> x);

/// <x^2> - <x>^2 with the bias of the measured mean taken off, in the squared units of x.
Estimate weighted_variance(const ParticleWeights& weights, std::span<const double> x);

/// f of several weighted means, linearised in the influence of every family and corrected to second order
/// (estimators/derived.hpp).
Estimate weighted_derived(const ParticleWeights& weights, std::span<const std::span<const double>> inputs,
                          const FunctionOfMeans& f);

/// estimate + factor <x>, where the estimate is made of the same families: by_family adds up to its deviation, and what
/// its error holds beyond that is independent of them. No by_family: all of it is.
Estimate plus_mean(const Estimate& estimate, std::span<const double> by_family, const ParticleWeights& weights,
                   std::span<const double> x, double factor);

}  // namespace gibbsite
