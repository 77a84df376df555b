/// Direct coupling analysis: which units of a Potts machine are in contact, told by the strength of their couplings.
///
///   F_ij = sqrt(sum_ab J_ij(a, b)^2) in the zero-sum gauge, states that are gaps left out of the sum,
///   score_ij = F_ij - F_i F_j / F,   F_i the mean over j != i, F that over all pairs
///
/// (average product correction: Dunn, Wahl & Gloor, Bioinformatics 24, 333 (2008); Ekeberg et al., PRE 87, 012707
/// (2013), eqs. 25-27). Cost: units^2 states^2.
#pragma once

#include <optional>

#include "physics/boltzmann.hpp"

namespace gibbsite {

/// [unit][unit], symmetric, 0 on the diagonal. gap: the state that is left out; none: all count. Throws
/// std::invalid_argument for machines without categorical units.
Matrix contact_scores(const BoltzmannMachine& machine, std::optional<std::size_t> gap = {});

}  // namespace gibbsite
