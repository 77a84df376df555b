/// Boltzmann machines and Hopfield networks (physics/boltzmann.hpp) one replica after the other, sixteen units to a
/// vector, with fields kept (samplers/simd/couplings/site_kernels.hpp); the path and the moves of
/// samplers/ensembles/boltzmann_ensemble.hpp:
///   log_weight(x, lambda) = (1 - lambda) a . x_visible - lambda E(x).
///
/// Units are spins of an Ising model, E(x) = E(s) + const. Of spins J = W, h = b; of binary ones, x = (1 + s) / 2,
///   J_ij = W_ij / 4,   h_i = b_i / 2 + sum_j W_ij / 4.
/// What is moved and measured is the model with J and h rounded to a dyadic grid, as in
/// samplers/ensembles/real_couplings.hpp: local fields are exact whole numbers, kept without drift, and so are
/// energies. An energy differs from that of the given weights by at most grid / 2 for each bond and field, of binary
/// units by grid (theirs is zero where all are 0, as it must be), and not at all where J and h are multiples of the
/// grid.
///
/// A sweep visits the units one after the other. At lambda = 0 it draws the reference anew.
///
/// Cost on a core with 512-bit registers: 1 ns for a unit, and units / 16 ns for one that changes; energies cost
/// nothing, overlaps with patterns one pass over these.
#pragma once

#include <memory>

#include "physics/boltzmann.hpp"
#include "physics/graph.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/simd/couplings/site_kernels.hpp"

namespace gibbsite {

/// Whether this processor has an instruction set for it, there are weights but no more than those of 8192 units, and
/// rounding moves no local field by more than 2^-16 of the largest of its unit.
bool boltzmann_vectors_supported(const BoltzmannMachine& machine);

/// As make_boltzmann_ensemble().
std::unique_ptr<Ensemble> make_boltzmann_vectors_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                          const IndependentUnits& visible_reference, Key key,
                                                          Slice slice, double noise = 0);
std::unique_ptr<Ensemble> make_boltzmann_vectors_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                          const IndependentUnits& visible_reference, Key key,
                                                          Slice slice, double noise, const simd::SiteKernels& kernels);

/// The machine as an Ising model's graph, less a constant energy.
Graph spins_of(const BoltzmannMachine& machine);

}  // namespace gibbsite
