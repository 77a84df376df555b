/// Every number of a result that carries an error.
#pragma once

#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "studies/files/record.hpp"

namespace gibbsite::calibration {

struct Number {
  std::string quantity;        ///< "specific_heat", "P(q = 0.25)", "peak of specific_heat: beta"
  std::string estimator = {};  ///< of ln Z and what follows from it
  std::size_t place = 0;       ///< index of the beta or rung
  std::size_t task = 0;        ///< index along the grid's axis, where a number belongs to one of its tasks
  double beta = unknown, reference = unknown;  ///< reference: log_z_ratio is ln Z(beta) / Z(reference)
  double low = unknown, high = unknown;        ///< P(q): edges of the bin
  Estimate estimate = {};
  double exact = unknown;  ///< where the number comes with its exact value
  bool doubted = false;    ///< marked as not trusted by itself
};

/// Of the groups estimates, free_energy, curves, peaks, crossings and likelihood. What is another number times a
/// constant (energy_density, log_z_density, free_energy_density) is left out; in a grid over disorder all but the
/// averages over it.
std::vector<Number> numbers_of(const Group& root);

/// (value - exact)/error as a standard normal number, by the degrees of freedom of the error.
double z_of(const Number& number, double exact);

}  // namespace gibbsite::calibration
