/// ln Z from both ends of an annealing: particles that went from the reference to the target, and that came back.
///
///   forward:  <exp(log_w)> = Z / Z_ref     ln mean exp is low on average: a stochastic lower bound
///   reverse:  <exp(log_w)> = Z_ref / Z     minus ln mean exp is high on average: a stochastic upper bound
/// The upper bound needs exact samples of the target; from a Markov chain the pair is a two-sided check (R. B. Grosse,
/// Z. Ghahramani & R. P. Adams, arXiv:1511.02543, sec. 3). Both together by Bennett's acceptance ratio
/// (estimators/bennett.hpp), which holds for paths because exp(log_w) is the ratio of their probabilities (G. E.
/// Crooks, Phys. Rev. E 61, 2361 (2000)). Forward particles must not have been resampled.
#pragma once

#include <span>
#include <vector>

#include "estimators/estimate.hpp"
#include "estimators/weights.hpp"

namespace gibbsite {

/// Each way knows what the other may have missed. A path that one way takes with probability q and the other with q'
/// adds q' exp(log_w') = q (in units of the mean) to the other's mean: so particle i, one of n, carries 1 / n of that
/// mean, and is expected W_i n' times among n' particles of the other way, W_i its share of all weight. Sorted from the
/// rarest, those of whom fewer than about one is expected in all were likely not seen: the share of the mean that they
/// carry is sum_i exp(-n' (W_1 + ... + W_i)) / n. For one step of an annealing, weights before and after it stand in
/// the place of 1 / n and W. Between 0 and 1.
double unseen_share(std::span<const double> log_before, std::span<const double> log_after, double particles);

/// The error of ln Z holds what was not seen, -ln(1 - share) nats.
void expect_unseen(LogZ& z, double nats);

struct TwoSided {
  LogZ forward, reverse;               ///< both as ln Z / Z_ref
  Estimate combined = {};              ///< Bennett's answer, errors over families; ess: effective particles
  double overlap = 0;                  ///< of the two ensembles of paths, 0 ... 1
  std::vector<double> by_family = {};  ///< what each forward family adds to the deviation of `combined`
  double z = unknown;                  ///< forward against reverse, as a normal number
  bool meet = false;                   ///< forward and reverse are not at odds: |z| < 4
  bool carried = false;                ///< enough particles carry the overlap: enough_effective of the fewer
  bool trusted = false;                ///< both
};

/// Families: see ParticleWeights; for reverse particles that start from correlated samples, give draws of one chain one
/// family. Without trust the error of `combined` is at least half the distance between forward and reverse. Throws as
/// log_z_from_weights.
TwoSided two_sided(const ParticleWeights& forward, const ParticleWeights& reverse);

}  // namespace gibbsite
