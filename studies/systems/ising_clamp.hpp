/// Ising models with some spins held at values: a graph of the free ones, in the fields of the clamped ones.
#pragma once

#include "studies/systems/clamp.hpp"
#include "studies/systems/lattice_keys.hpp"

namespace gibbsite {

/// h'_i = h_i + sum_clamped J_ij s_j; clamped_energy = -sum over bonds among clamped spins of J s s' - sum h s. `words`
/// as read_clamping takes them. Throws RequestError.
Clamping clamp_spins(GraphOfStudy& built, const std::string& words);

}  // namespace gibbsite
