/// The methods, each declared here and written down in a file of its own.
#pragma once

#include "studies/methods/entry.hpp"

namespace gibbsite {

const MethodEntry& mcmc_entry();
const MethodEntry& tempering_entry();
const MethodEntry& annealing_entry();

}  // namespace gibbsite
