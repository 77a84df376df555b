/// ln Z and averages from weighted particles: annealed importance sampling and population annealing.
///
/// Particle i carries log_w(i) with <exp(log_w)> = Z / Z_reference; so ln Z = ln Z_reference + ln mean exp(log_w)
/// (R. M. Neal, Stat. Comput. 11, 125 (2001); C. Jarzynski, Phys. Rev. Lett. 78, 2690 (1997)). Where a population was
/// resampled, every particle's log_w is set at that moment to ln mean exp(log_w) over those it was resampled with.
///
/// Particles that depend on each other are a family: a group that was resampled within itself, or all that began from
/// one state. Families are independent, particles are not. With W_f the share of all weight that family f holds, and
/// e_f the share it is expected to hold (that of its particles, or 1/F),
///   v = sum_f (W_f - e_f)^2,    error^2 of ln Z = v / (1 - v),    widened for family_ess - 1 degrees of freedom:
/// the delta method over families; without resampling the plain one. 1 - v, which is 1 where it can be trusted, says
/// "unknown" where one family holds everything.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "estimators/estimate.hpp"

namespace gibbsite {

struct ParticleWeights {
  std::span<const double> log_w;             ///< per particle; -inf: no weight
  std::span<const std::size_t> family = {};  ///< per particle, in [0, families); empty: every particle is its own
  /// F, all that began (equal in expected weight), extinct too. 0: each particle its own or, where families are given,
  /// each is expected to hold its share of the particles (groups of fixed size; several particles from one start).
  std::size_t families = 0;
  /// Hotter populations of the same annealing, each with the ln of the weights that its particles have here, up to a
  /// constant; they know of states that the particles may have missed. Used by averages alone (weighted.hpp).
  std::span<const std::vector<double>> hotter = {};
};

struct WeightQuality {
  double ess = 0;            ///< of particles, (sum w)^2 / sum w^2 (L. Kish, Survey ChainDraws (1965))
  double family_ess = 0;     ///< of families, 1 / sum W_f^2
  double largest_share = 0;  ///< of one family, max W_f
  double effective = 0;      ///< families that carry the mean: family_ess, or fewer where the upper tail was not seen
  bool trusted = false;      ///< effective >= enough_effective(families)
};

/// Families that must carry a mean for its error to be trusted: 50, or half of them where there are fewer than 100.
/// With Gaussian log weights z-scores (as normal numbers, by log_z.degrees) then have standard deviations of 0.94
/// to 1.05 and 1 in 1000 beyond 4 at the worst, for 5 to 1,000 particles.
double enough_effective(double families);

struct LogZ {
  /// ln mean exp(log_w); ess: quality.effective. Too low by error^2 / 2 on average, and so a stochastic lower bound.
  Estimate log_z;
  WeightQuality quality;
  std::vector<double> by_family = {};  ///< what each family adds to the deviation of ln Z: its share less the expected
};

/// All functions of this file and of weighted.hpp throw std::invalid_argument for no particles, nan or +inf, and
/// families that do not fit.

/// Never a small error without trust: where quality.trusted is false the error holds what the sample cannot tell
/// (estimators/exponential_average.hpp). If no particle has weight: value -inf, error infinite.
LogZ log_z_from_weights(const ParticleWeights& weights);

/// Normalised weights, per particle; they sum to 1. Throws also where no particle has weight.
std::vector<double> normalized(const ParticleWeights& weights);

/// Totals over families of a quantity per particle.
std::vector<double> family_totals(const ParticleWeights& weights, std::span<const double> x);

}  // namespace gibbsite
