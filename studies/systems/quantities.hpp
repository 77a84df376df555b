/// What is estimated of a system at every beta: its observables, and what follows from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
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

/// Which tables show a quantity; result files and --json hold all of them.
enum class Shown { always, with_fields, never };

/// What a quantity's name alone says of it, for result files know no more.
struct NamedQuantity {
  Shown shown = Shown::always;
  bool odd = false;  ///< changes its sign under a flip of all spins: chains that mix otherwise may differ in it
};
NamedQuantity quantity_named(std::string_view name);
/// Whether tables show it. fields: whether the system has any; without them <m> = 0, and nobody needs to read that.
bool shown_in_tables(std::string_view name, bool fields = true);

/// All of them, in the order in which they are written.
std::vector<Estimated> estimated_quantities(const System& system);
/// The same of any system with these observables. symmetric, path: as System has them.
std::vector<Estimated> estimated_quantities(const std::vector<Observable>& observables, bool symmetric, PathKind path);

}  // namespace gibbsite
