/// Data collapse: of one quantity at several linear sizes L and temperatures T, the T_c, 1/nu (and exponent e) that put
/// all of it on one curve,
///
///   y_L(T) = L^e P(x),    x = (t + b t^2) L^(1/nu),    t = T - T_c,
///
/// with P a polynomial, and b what is left of the choice of T as the scaling field: small sizes are read so far from
/// T_c that 1/T would do as well (A. Aharony & M. E. Fisher, Phys. Rev. B 27, 4394 (1983)) (K. Binder, Z. Phys. B 43,
/// 119 (1981); N. Kawashima & N. Ito, J. Phys. Soc. Jpn. 62, 435 (1993)). What is least is chi^2 = sum_L (y - L^e P)^T
/// C_L^-1 (y - L^e P), with the whole covariance C_L of the points of each size: points reweighted from the same draws
/// are nearly one, and with their variances alone chi^2 would mean nothing (S. M. Bhattacharjee & F. Seno, J. Phys. A
/// 34, 6375 (2001), and J. Houdayer & A. K. Hartmann, Phys. Rev. B 70, 014418 (2004), measure the quality of a collapse
/// without them). The differences of neighbouring points are known so well that a polynomial cannot follow: every
/// direction of C_L gets `rounding` of its largest variance on top. Where that is most of it, a direction tells of P
/// but has no scatter, so that the mean of chi^2 is
///
///   degrees = sum_k d_k (1 - H_kk),    d_k = variance / (variance with rounding), H: the projection on the fit,
///
/// over all directions k. By the method of Levenberg and Marquardt; a step costs points x parameters^2.
#pragma once

#include <span>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/matrices/matrix.hpp"

namespace gibbsite {

/// One linear size.
struct CollapseCurve {
  double size = unknown;
  std::vector<double> temperature, value;
  Matrix covariance;  ///< of the values; [point][point]
};

/// T_c, 1/nu, e and b: where the search begins, or what is kept.
struct CollapseParameters {
  double temperature = unknown, one_over_nu = 1, exponent = 0, bend = 0;

  double x(double size, double at) const;
};

struct CollapseOptions {
  std::size_t degree = 4;     ///< of P
  bool fit_exponent = false;  ///< else it stays as given
  double rounding = 1e-2;
};

struct Collapse {
  CollapseParameters at;
  double chi2 = unknown;
  double degrees = 0;              ///< of freedom, not whole
  double probability = unknown;    ///< that chi^2 is larger by chance
  std::vector<double> polynomial;  ///< of P, in x / reach, ascending
  double reach = unknown;          ///< largest |x|
  /// d(T_c, 1/nu, e, b) / dy, [parameter][point], points of all sizes one behind the other.
  Matrix response;

  /// Whether there is a minimum with some freedom left.
  bool found() const { return degrees > 0.5; }
  double master(double x) const;  ///< P(x)
};

/// Throws std::invalid_argument for fewer than two sizes, sizes not above 1, lengths that do not fit or values that are
/// not finite. Not found where the search does not end, or next to no freedom is left.
Collapse collapse(std::span<const CollapseCurve> curves, const CollapseParameters& start,
                  const CollapseOptions& options = {});

}  // namespace gibbsite
