/// ln Z from both ends of an annealing: particles that went from the reference to the target, and that came back.
///
///   forward:  <exp(log_w)> = Z / Z_ref     ln mean exp is low on average: a stochastic lower bound
///   reverse:  <exp(log_w)> = Z_ref / Z     minus ln mean exp is high on average: a stochastic upper bound
/// The upper bound needs exact samples of the target; from a Markov chain the pair is a two-sided check (R. B. Grosse,
/// Z. Ghahramani & R. P. Adams, arXiv:1511.02543, sec. 3). Both together by Bennett's acceptance ratio
/// (estimators/bennett.hpp), which holds for paths because exp(log_w) is the ratio of their probabilities (G. E.
/// Crooks, Phys. Rev. E 61, 2361 (2000)). Forward particles must not have been resampled.
#pragma once

#include "estimators/estimate.hpp"
#include "estimators/weights.hpp"

namespace gibbsite {

struct TwoSided {
  LogZ forward, reverse;   ///< both as ln Z / Z_ref
  Estimate combined = {};  ///< Bennett's answer, errors over families; ess: effective particles
  double overlap = 0;      ///< of the two ensembles of paths, 0 ... 1
  double z = unknown;      ///< forward against reverse, in their errors
  /// The overlap is carried by fewest_effective_draws particles, and forward and reverse are not at odds (|z| < 4).
  bool trusted = false;
};

/// Families: see ParticleWeights; for reverse particles that start from correlated samples, give draws of one chain one
/// family. Without trust the error of `combined` is at least half the distance between forward and reverse. Throws as
/// log_z_from_weights.
TwoSided two_sided(const ParticleWeights& forward, const ParticleWeights& reverse);

}  // namespace gibbsite
