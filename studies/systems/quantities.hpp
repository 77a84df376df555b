/// What is estimated of a system at every beta: its observables, and what follows from them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "physics/concepts.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// What is done to the observable that a quantity is made of.
enum class Derivation {
  mean,
  mean_per_unit,
  specific_heat,
  susceptibility,
  susceptibility_abs,
  binder,
  absolute,
  square
};

struct Estimated {
  std::string name, units, meaning;  ///< as in files
  std::string of;                    ///< the observable
  Derivation derivation = Derivation::mean;
  bool even = false;  ///< a function of the absolute value, where the observable is odd
};

/// All of them, in the order in which they are written.
std::vector<Estimated> estimated_quantities(const System& system);
/// The same of any system with these observables. symmetric, path: as System has them.
std::vector<Estimated> estimated_quantities(const std::vector<Observable>& observables, bool symmetric, PathKind path);

}  // namespace gibbsite
