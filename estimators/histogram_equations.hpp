/// The self-consistent equations of multi-histogram reweighting (estimators/reweighting.hpp), on energy levels E_l that
/// hold H_l effective draws, of which n_k were drawn at beta_k:
///
///   exp(-f_i) = sum_l H_l exp(-beta_i E_l) / D_l,    D_l = sum_k n_k exp(f_k - beta_k E_l),    f_0 = 0.
/// They say that the gradient of the convex function F(f) = sum_l H_l ln D_l - sum_k n_k f_k is zero:
///   dF/df_i = sum_l H_l p_i(l) - n_i,   d2F/df_i df_j = J_ij = sum_l H_l (p_i delta_ij - p_i p_j),   p_k(l) = n_k
///   exp(f_k - beta_k E_l) / D_l.
/// Newton's method with a line search, until every gradient is below 1e-11 n_i or rounding stops it. Cost per step:
/// levels x betas exponentials, on all cores in tiles of fixed size, so that sums do not depend on threads.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "physics/matrices/matrix.hpp"

namespace gibbsite {

struct HistogramSolution {
  std::vector<double> f;      ///< -ln Z(beta_k) / Z(beta_0), [beta]
  std::vector<double> log_d;  ///< ln D, [level]
  Matrix p;                   ///< p_k(l), [beta][level]; columns sum to 1
  bool converged = false;

  /// J^-1 b in the gauge f_0 = 0, column by column, [beta][any]: the first row of b is not read, that of the answer is
  /// 0.
  Matrix solve(const Matrix& b) const;

  struct Factors;
  std::shared_ptr<const Factors> factors;  ///< of J without its first row and column
};

/// count, H: [level]; effective, n: [beta]; mean_energy: at every beta, where Newton's method starts from (trapezoidal
/// thermodynamic integration).
HistogramSolution solve_histogram_equations(std::span<const double> beta, std::span<const double> level,
                                            std::span<const double> count, std::span<const double> effective,
                                            std::span<const double> mean_energy);

}  // namespace gibbsite
