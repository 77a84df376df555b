/// Where paths to a continuous energy begin, and the path itself:
///   gaussian  p_0 ~ exp(-E_0), E_0(x) = sum_i (x_i - m)^2 / (2 s^2):  ln p_lambda = -(1 - lambda) E_0 - lambda E
///             + const, lambda from 0 to 1, the model itself; ln Z_0 = (d/2) ln(2 pi s^2).
///   box       p_0 uniform on low <= x_i <= high:  ln p_lambda = -lambda E + const inside and nothing outside; lambda
///             is an inverse temperature and ln Z that of the box; ln Z_0 = d ln(high - low).
#pragma once

#include <span>

#include "physics/chance.hpp"

namespace gibbsite {

class ContinuousReference {
 public:
  /// Throws std::invalid_argument where the scale is not above 0 or numbers are not finite.
  static ContinuousReference gaussian(double mean, double scale);
  /// Throws std::invalid_argument where high is not above low or numbers are not finite.
  static ContinuousReference box(double low, double high);

  bool is_box() const noexcept { return box_; }
  double mean() const noexcept { return mean_; }  ///< of the box its middle
  /// Standard deviation of a coordinate.
  double scale() const noexcept { return scale_; }
  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }

  /// ln Z_0 of so many coordinates.
  double log_z(std::size_t units) const noexcept;
  void draw(std::span<double> x, Chance& chance) const;
  /// E_0(x); of a box 0 inside and infinite outside.
  double energy(std::span<const double> x) const noexcept;
  /// U(x) = -ln p_lambda(x) + const, where E(x) = energy.
  double potential(std::span<const double> x, double energy, double lambda) const noexcept;
  /// Of dU/dx_i = stiffness (x_i - m) + lambda dE/dx_i.
  double stiffness(double lambda) const noexcept { return box_ ? 0 : (1 - lambda) * precision_; }

 private:
  bool box_ = false;
  double mean_ = 0, scale_ = 1, precision_ = 1;  // 1 / scale^2
  double low_ = 0, high_ = 0;
};

}  // namespace gibbsite
