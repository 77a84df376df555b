/// A neural energy (physics/neural/) at its parameters, as an energy of real numbers that replicas stand on: in double
/// precision where it is small, else in single, whose rounding (about 1e-6 of E) moves treat as part of E.
#pragma once

#include <memory>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/neural/neural_net.hpp"

namespace gibbsite {

/// theta: as many numbers as the net has parameters. The reference that suits it is that of its confinement: with
/// kappa, a standard deviation of 1 / sqrt(kappa). Throws std::invalid_argument for another number of parameters, and
/// for a net that nothing confines, which has no Z; std::runtime_error without oneDNN, where it is needed.
std::shared_ptr<const ContinuousEnergy> make_neural_energy(const NeuralNet& net, std::span<const double> theta);

}  // namespace gibbsite
