/// The kinds of systems, each declared here and written down in a file of its own.
#pragma once

#include "studies/systems/system.hpp"

namespace gibbsite {

const SystemEntry& ising_entry();
const SystemEntry& rbm_entry();
const SystemEntry& dbm_entry();
const SystemEntry& dbn_entry();
const SystemEntry& boltzmann_entry();
const SystemEntry& hopfield_entry();

}  // namespace gibbsite
