/// Replicas of a continuous energy on the path from a reference that can be drawn (physics/continuous/), moved by
/// Langevin steps or Hamiltonian trajectories (samplers/kernels/hamiltonian.hpp). Energies and gradients are asked for
/// tiles of replicas at once, OpenMP over tiles; each replica has its own random stream, so that bits depend neither on
/// threads nor on which replicas share a tile.
#pragma once

#include <memory>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/hamiltonian.hpp"

namespace gibbsite {

/// Canonical states are the coordinates, float64. Step sizes are tuned by methods, for an acceptance of 0.574 where
/// options.steps is 1 and 0.8 else. Throws std::invalid_argument for no steps, no refreshments or a memory that is not
/// from 0 to below 1.
std::unique_ptr<Ensemble> make_continuous_ensemble(std::shared_ptr<const ContinuousEnergy> model,
                                                   ContinuousReference reference, HamiltonianOptions options, Key key,
                                                   Slice slice);

}  // namespace gibbsite
