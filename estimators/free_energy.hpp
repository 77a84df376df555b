/// ln Z along a ladder p_k(x) ~ exp(log_weight(x, lambda_k)), k = 0 ... P, from equilibrium draws at every point.
///
///   up(c, t, k)   = log_weight(x, lambda_{k+1}) - log_weight(x, lambda_k),    x drawn at k
///   down(c, t, k) = log_weight(x, lambda_k) - log_weight(x, lambda_{k+1}),    x drawn at k + 1
/// On the power path up = -(beta_{k+1} - beta_k) E_k and down = (beta_{k+1} - beta_k) E_{k+1}. No units anywhere.
///
/// Stepping stone: ln Z_{k+1}/Z_k = ln <exp(up_k)>  (W. Xie et al., Syst. Biol. 60, 150 (2011); R. W. Zwanzig,
/// J. Chem. Phys. 22, 1420 (1954)). Bennett: estimators/bennett.hpp, from both sides of every pair.
///
/// Neighbours exchange their states and are correlated, so variances of pairs must not be added: the error of ln Z_k -
/// ln Z_0 is that of the mean of the summed influences of all pairs below k, by the Gamma method over all ladders
/// (estimators/autocorrelation.hpp).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// Views of [chain][draw][pair], pair fastest; a chain is one ladder, draws of one time belong together.
struct LadderRatios {
  std::span<const double> up, down;  ///< down may be empty for stepping_stone()
  std::size_t chains = 1;
  std::size_t pairs = 0;   ///< P: one fewer than points
  std::size_t memory = 0;  ///< as ChainSeries::memory
  /// What the same draws say of something else at every point, [chain][draw][point]: beta_k E_k, for the entropy. May
  /// be empty.
  std::span<const double> added = {};
  /// Errors of <added>, known from elsewhere, [point]: for points where it never changed. May be empty.
  std::span<const double> added_error = {};
};

/// How much two neighbours know of each other.
struct PairOverlap {
  double fraction = 0;   ///< 0 ... 1: Kish's share of effective weights, or Bennett's overlap of the two sides
  double effective = 0;  ///< independent draws that carry the ratio
  bool trusted = false;  ///< effective >= fewest_effective_draws: the error can be believed
};

struct LadderFreeEnergy {
  /// ln Z_k - ln Z_0, P + 1 of them; the first is 0 +- 0. tau, ess, rhat: of the summed influence.
  std::vector<Estimate> log_z;
  /// ln Z_k - ln Z_0 + <added_k>, P + 1 of them, or none. Both are made of the same draws and err against each other
  /// (where ln Z is too high because too many states of high energy were seen, so is the energy below): the error is
  /// that of their summed influence.
  std::vector<Estimate> sum;
  std::vector<PairOverlap> pair;  ///< P of them
  /// Whether all pairs up to point k are trusted. Where not, the error is widened by what is not known, and is no more
  /// than a guess.
  bool trusted(std::size_t k) const;
};

/// Both throw std::invalid_argument for no pairs, no draws, lengths that do not fit chains and pairs, nan or +inf; -inf
/// is a state without weight at the other point. An infinite value (no draw has weight there) has an infinite error and
/// is not trusted.
LadderFreeEnergy stepping_stone(const LadderRatios& ratios);
LadderFreeEnergy bennett_ladder(const LadderRatios& ratios);

/// One sentence for every pair that is not trusted. lambda: the P + 1 points; throws std::invalid_argument for another
/// number.
std::vector<std::string> overlap_warnings(const LadderFreeEnergy& free_energy, std::span<const double> lambda);

}  // namespace gibbsite
