/// The methods that a study can name, in the order in which they are listed. NAME here is NAME_entry() in a file of its
/// own.
#pragma once

#include "studies/methods/entry.hpp"

#define GIBBSITE_METHODS(entry) entry(mcmc) entry(tempering) entry(trajectory) entry(annealing)

namespace gibbsite {

#define GIBBSITE_DECLARE(name) const MethodEntry& name##_entry();
GIBBSITE_METHODS(GIBBSITE_DECLARE)
#undef GIBBSITE_DECLARE

}  // namespace gibbsite
