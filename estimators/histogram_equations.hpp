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

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace gibbsite {

struct HistogramSolution {
  Eigen::ArrayXd f;      ///< per beta, -ln Z(beta_k) / Z(beta_0)
  Eigen::ArrayXd log_d;  ///< ln D per level
  Eigen::MatrixXd p;     ///< p_k(l): beta, level; columns sum to 1
  bool converged = false;

  /// J^-1 b in the gauge f_0 = 0, column by column: the first row of b is not read, that of the answer is 0.
  Eigen::MatrixXd solve(const Eigen::MatrixXd& b) const;

  Eigen::LDLT<Eigen::MatrixXd> curvature;  ///< of J without its first row and column
};

/// mean_energy: at every beta, where Newton's method starts from (trapezoidal thermodynamic integration).
HistogramSolution solve_histogram_equations(const Eigen::ArrayXd& beta, const Eigen::ArrayXd& level,
                                            const Eigen::ArrayXd& count, const Eigen::ArrayXd& effective,
                                            const Eigen::ArrayXd& mean_energy);

}  // namespace gibbsite
