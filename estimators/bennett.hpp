/// Bennett's acceptance ratio: ln Z1/Z0 from draws of both sides.
///
///   up(i)   = log_weight_1(x_i) - log_weight_0(x_i),  x_i drawn from 0, n0 of them
///   down(j) = log_weight_0(x_j) - log_weight_1(x_j),  x_j drawn from 1, n1 of them
///   sum_i f(up_i - c) = sum_j f(down_j + c),   f(y) = 1 / (1 + exp(-y)),   ln Z1/Z0 = c + ln(n1/n0)
/// (C. H. Bennett, J. Comput. Phys. 22, 245 (1976), eq. 12; M. R. Shirts et al., Phys. Rev. Lett. 91, 140601 (2003): it
/// is the maximum-likelihood answer.) To first order its deviation is the mean of the influences
///   influence_up(i)   =   n0 (f(up_i - c)   - <f(up - c)>)   / S
///   influence_down(j) = - n1 (f(down_j + c) - <f(down + c)>) / S,    S = sum_i f'(up_i - c) + sum_j f'(down_j + c).
#pragma once

#include <span>
#include <vector>

#include "estimators/estimate.hpp"

namespace gibbsite {

struct Bennett {
  double log_ratio = unknown;                        ///< ln Z1/Z0
  std::vector<double> influence_up, influence_down;  ///< per draw, mean 0; all 0 where overlap vanishes
  /// 1 where both sides are the same distribution, 0 where they share nothing: the integral of p0 p1 / (a0 p0 + a1 p1),
  /// a the shares of draws; the spectral gap of the overlap matrix of P. V. Klimovich et al., J. Comput.-Aided Mol.
  /// Des. 29, 397 (2015).
  double overlap = 0;
};

/// Logarithms may be -inf (a state that has no weight on the other side) and as large as doubles go. log_ratio is -inf
/// or +inf where one side never has weight on the other, unknown where neither has. Throws std::invalid_argument for an
/// empty side, nan or +inf.
Bennett bennett(std::span<const double> up, std::span<const double> down);

}  // namespace gibbsite
