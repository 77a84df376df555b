/// The units of one layer at one lambda, independent of each other given the field that the rest of a network makes:
///   p(x) ~ exp(lambda f x + (1 - lambda) a x)   with a the reference's field (0 but for the visible layer),
/// gaussian: exp(-lambda [(x - b)^2 / 2 - (f - b) x] / s^2 - (1 - lambda) (x - m)^2 / (2 v)), f their mean given the
/// rest.
#pragma once

#include <span>

#include "physics/chance.hpp"
#include "physics/units.hpp"

namespace gibbsite {

class TiltedLayer {
 public:
  /// reference: null where units are free at lambda = 0. Layer and reference must outlive this.
  TiltedLayer(const Layer& layer, const IndependentUnits* reference, double lambda)
      : layer_(layer), reference_(reference), lambda_(lambda) {}

  /// x: a state of the layer, [width], drawn given `field`, [width].
  void draw(std::span<const double> field, std::span<double> x, Chance& chance) const;
  /// What a state weighs where there are no bonds.
  double own_weight(std::span<const double> x) const;
  /// ln of the sum (integral) over all states given `field`.
  double log_z(std::span<const double> field) const;

 private:
  /// A gaussian unit: exp(constant + pull x - precision x^2 / 2).
  struct Gaussian {
    double precision, pull, constant;
  };
  Gaussian gaussian(std::size_t i, double field) const;
  double total(std::size_t i, double field) const {
    return lambda_ * field + (reference_ == nullptr ? 0.0 : (1 - lambda_) * reference_->field[i]);
  }
  void draw_category(std::size_t begin, std::size_t q, std::span<const double> field, std::span<double> x,
                     Chance& chance) const;
  double log_category(std::size_t begin, std::size_t q, std::span<const double> field) const;

  const Layer& layer_;
  const IndependentUnits* reference_;
  double lambda_;
};

}  // namespace gibbsite
