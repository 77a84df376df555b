/// Numbers made of the curves of several systems (estimators/temperature_curves.hpp), and how each follows its curves:
///
///   f = f(q_1(beta_1), q_2(beta_2), ...),    df = sum_i s_i y_i(beta_i),
///
/// with y the influence of every draw on a quantity at a beta. Slopes add and scale by the chain rule, so that numbers
/// may be made of numbers: a crossing, the slope of a curve there, the ratio of two such slopes. Errors come last: all
/// that one system's draws do to a number is summed before it is squared, so that what numbers share (a temperature at
/// which several curves are read) is counted as it should; systems share no draws, and their squares add. This is the
/// infinitesimal jackknife over draws (B. Efron, The Jackknife, SIAM (1982), ch. 6), whose blocks are the windows of
/// the Gamma method.
///
/// A maximum at beta*, q'(beta*) = 0, moves by -y'(beta*) / q''(beta*); a crossing q_1 = q_2 by -(y_1 - y_2) / (q_1' -
/// q_2'). Derivatives by central differences over a twentieth of 1 / sqrt(var E).
#pragma once

#include <span>
#include <vector>

#include "estimators/temperature_curves.hpp"
#include "physics/matrices/matrix.hpp"

namespace gibbsite {

struct CurveNumber {
  struct Slope {
    std::size_t curve;
    Quantity quantity;
    double beta, slope;
  };
  double value = unknown;
  std::vector<Slope> slopes = {};

  /// This number as a function of it: what f gives, and df/dx.
  CurveNumber mapped(double f, double derivative) const;
  CurveNumber& operator+=(const CurveNumber& other);
};
CurveNumber operator+(CurveNumber a, const CurveNumber& b);
CurveNumber operator-(const CurveNumber& a, const CurveNumber& b);
CurveNumber operator*(double factor, const CurveNumber& x);
CurveNumber operator/(const CurveNumber& a, const CurveNumber& b);
/// Both of numbers above 0; unknown elsewhere.
CurveNumber log(const CurveNumber& x);
CurveNumber inverse(const CurveNumber& x);

/// Curves of several systems, by their index. They must outlive this.
class CurveFamily {
 public:
  explicit CurveFamily(std::vector<const TemperatureCurves*> curves) : curves_(std::move(curves)) {}

  std::size_t size() const noexcept { return curves_.size(); }
  const TemperatureCurves& operator[](std::size_t k) const { return *curves_[k]; }

  /// A quantity, and its derivative by beta, at a beta that may itself be known by its errors only.
  CurveNumber value(std::size_t curve, Quantity quantity, const CurveNumber& beta) const;
  CurveNumber derivative(std::size_t curve, Quantity quantity, const CurveNumber& beta) const;
  /// The beta where two curves cross, and the one where a curve is highest, found close to `beta`
  /// (estimators/temperature_curves.hpp, find_crossings and find_peak).
  CurveNumber crossing(std::size_t a, std::size_t b, Quantity quantity, double beta) const;
  CurveNumber peak(std::size_t curve, Quantity quantity, double beta) const;

  /// With standard errors and their degrees of freedom; unknown where draws do not carry a point (as
  /// TemperatureCurves::estimate). tau, ess and rhat stay unknown. All numbers at once cost little more than one.
  std::vector<Estimate> estimates(std::span<const CurveNumber> numbers) const;
  /// Covariances of a quantity of one curve at several betas: errors as estimates() has them, correlations from means
  /// of draws over the time that they remember. Row and column: beta. nan where a point has no error.
  Matrix covariance(std::size_t curve, Quantity quantity, std::span<const double> beta) const;

 private:
  std::vector<const TemperatureCurves*> curves_;
};

}  // namespace gibbsite
