/// Which visible units are bonded, and what the bonds are known to be, where couplings are inferred from snapshots
/// (inverse Ising).
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "physics/graph.hpp"
#include "physics/parametric_machine.hpp"
#include "studies/data/data.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// The bonds of model.graph; nothing where every unit is bonded to every other. Throws RequestError.
std::optional<std::vector<UnitBond>> bonds_of_study(const Study& study, std::size_t units);

/// The couplings that training.truth names, as those of the machine's bonds, [bond]; empty where it names none. Throws
/// RequestError where they are of other bonds or units, or the machine has no spins.
std::vector<double> true_couplings(const Study& study, const ParametricMachine& machine);

/// sqrt(mean over bonds of (L_ij / beta - J_ij)^2).
double coupling_error(const ParametricMachine& machine, std::span<const double> theta, std::span<const double> truth,
                      double beta);

}  // namespace gibbsite
