/// Was the run long enough? Numbers here; sentences in estimators/verdict.hpp.
///
/// Split R-hat: A. Gelman et al., Bayesian Data Analysis, 3rd ed., eqs. 11.3-11.4; A. Vehtari et al., Bayesian Anal.
/// 16, 667 (2021), eqs. 1-4: every chain is cut in two, and the variance over all draws is compared with the variance
/// within the halves.
///
/// The z-scores are Student's t for the degrees of freedom of their errors, turned into the normal number that is as
/// rare, so that one threshold holds for long and short runs alike.
#pragma once

#include <cstddef>
#include <span>

#include "estimators/chain_series.hpp"
#include "estimators/estimate.hpp"

namespace gibbsite {

/// sqrt(((n-1)/n W + B/n) / W): 1 when the halves of all chains agree. Dimensionless. unknown for a constant series or
/// fewer than two draws per half, infinite where each half is constant and they differ. Throws std::invalid_argument
/// for no draws, unequal chains or values that are not finite.
double split_rhat(const ChainSeries& x);

/// How a chain was started: from a random configuration, from an ordered one, from the same turned over, from a short
/// annealing, or from a quench.
enum class ChainStart { hot, cold, turned, annealed, quenched };

/// Runs shorter than this many autocorrelation times (per chain) have errors that are not to be trusted.
inline constexpr double shortest_length = 50;

struct Convergence {
  double z_halves = unknown;  ///< mean of the first halves against mean of the second
  double z_starts = unknown;  ///< means of chains that started in different ways against each other; unknown for one
  double z_chains = unknown;  ///< spread of the chain means against their own errors; unknown for one chain
  double length = unknown;    ///< n / tau of one chain; 0 where tau is larger than the run can tell
};

/// starts: one per chain, or empty. Scores are unknown where the series never changed. Throws std::invalid_argument as
/// split_rhat, and where the number of starts is neither 0 nor the number of chains.
Convergence check_convergence(const ChainSeries& x, std::span<const ChainStart> starts = {});

}  // namespace gibbsite
