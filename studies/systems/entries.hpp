/// The kinds of systems that a study can name, in the order in which they are listed. NAME here is NAME_entry() in a
/// file of its own.
#pragma once

#include "studies/systems/system.hpp"

#define GIBBSITE_SYSTEMS(entry)                                                                               \
  entry(ising) entry(clock) entry(rbm) entry(dbm) entry(dbn) entry(boltzmann) entry(hopfield) entry(phi4)     \
      entry(double_well) entry(many_well) entry(rings) entry(gaussian) entry(gaussian_mixture) entry(experts) \
          entry(gaussian_rbm) entry(neural) entry(modern_hopfield) entry(sparse_code)

namespace gibbsite {

#define GIBBSITE_DECLARE(name) const SystemEntry& name##_entry();
GIBBSITE_SYSTEMS(GIBBSITE_DECLARE)
#undef GIBBSITE_DECLARE

}  // namespace gibbsite
