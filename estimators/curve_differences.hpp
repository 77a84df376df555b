/// A curve over beta (estimators/temperature_curves.hpp) at one place and beside it, for derivatives by central
/// differences over a twentieth of 1 / sqrt(var E): as wide as the energies drawn there can tell apart.
#pragma once

#include <cmath>

#include "estimators/temperature_curves.hpp"

namespace gibbsite {

struct CurveDifferences {
  TemperatureCurves::Point below, here, above;
  double step;  ///< of beta

  CurveDifferences(const TemperatureCurves& curves, double beta) : here(curves.at(beta)) {
    step = 0.05 / std::sqrt(here.energy_variance);
    below = curves.at(beta - step);
    above = curves.at(beta + step);
  }
  /// First and second derivative by beta.
  double slope(const TemperatureCurves& curves, Quantity q) const {
    return (curves.value(q, above) - curves.value(q, below)) / (2 * step);
  }
  double bend(const TemperatureCurves& curves, Quantity q) const {
    return (curves.value(q, above) - 2 * curves.value(q, here) + curves.value(q, below)) / (step * step);
  }
};

}  // namespace gibbsite
