/// The error of a mean by blocking: a cross-check of the Gamma method that shares nothing with it.
///
/// H. Flyvbjerg & H. G. Petersen, J. Chem. Phys. 91, 461 (1989): averaging neighbours in pairs, again and again, leaves
/// the error of the mean alone (eqs. 20-24) and makes the blocks independent, so that sigma^2 / (blocks - 1) (eq. 28)
/// rises to a plateau. The plateau begins at the first level from which on no correlation between neighbouring blocks
/// is left:
///   M_k = sum_{i >= k} N_i (gamma_i / sigma_i^2)^2,   N_i: blocks at level i, gamma_i: covariance of neighbours,
/// is a chi-square variable of as many degrees of freedom as levels (M. Jonsson, Phys. Rev. E 98, 043304 (2018)).
#pragma once

#include <cstddef>
#include <vector>

#include "estimators/chain_series.hpp"
#include "estimators/estimate.hpp"

namespace gibbsite {

struct BlockingLevel {
  std::size_t length = 1;  ///< draws in a block
  std::size_t blocks = 0;  ///< over all chains
  double error = unknown;  ///< of the mean, were these blocks independent; units of x
  double error_error = unknown;
};
struct Blocking {
  double mean = unknown;
  double error = unknown;             ///< at the plateau; unknown for a series that never changed
  std::size_t plateau = 0;            ///< index of the level chosen
  bool plateau_reached = false;       ///< false: even the longest blocks are correlated, the error is too small
  std::vector<BlockingLevel> levels;  ///< blocks of 1, 2, 4, ... draws
};

/// Blocks within chains, deviations around the common mean; a last odd block is left out. Throws std::invalid_argument
/// for no draws, unequal chains or values that are not finite.
Blocking blocking(const ChainSeries& x);

}  // namespace gibbsite
