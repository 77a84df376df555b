/// How far a learned energy is from a density that is known.
#pragma once

#include <vector>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/known_densities.hpp"

namespace gibbsite {

/// A known density on the cells of a grid where there is some of it: 4000 cells on the line, 200 a side in the plane.
class TruthOnGrid {
 public:
  explicit TruthOnGrid(const KnownDensity& truth);
  /// KL(truth || exp(-E) / Z).
  double divergence(const ContinuousEnergy& energy, double log_z) const;

 private:
  std::vector<double> points_, share_;
  double negative_entropy_ = 0;
};

}  // namespace gibbsite
