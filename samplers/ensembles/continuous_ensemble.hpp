/// Replicas of a continuous energy on the path from a reference that can be drawn (physics/continuous/), moved by
/// Langevin steps or Hamiltonian trajectories (samplers/kernels/hamiltonian.hpp). Energies and gradients are asked for
/// tiles of replicas at once, OpenMP over tiles; each replica has its own random stream, so that bits depend neither on
/// threads nor on which replicas share a tile. Where the signs of coordinates are Ising spins, a Swendsen-Wang sweep of
/// them can follow every sweep, without which a field theory in its ordered phase hardly ever leaves one sign.
#pragma once

#include <memory>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/hamiltonian.hpp"

namespace gibbsite {

enum class SignMoves { none, clusters };

/// Canonical states are the coordinates, float64. Step sizes are tuned by methods, for an acceptance of 0.574 where
/// options.steps is 1 and 0.8 else. Throws std::invalid_argument for no steps, no refreshments or a memory that is not
/// from 0 to below 1 or least steps not from 0 to 1; clusters of a model whose signs are no spins, or in a box that is
/// not symmetric about 0.
std::unique_ptr<Ensemble> make_continuous_ensemble(std::shared_ptr<const ContinuousEnergy> model,
                                                   ContinuousReference reference, HamiltonianOptions options, Key key,
                                                   Slice slice, SignMoves signs = SignMoves::none);

}  // namespace gibbsite
