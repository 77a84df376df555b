/// A classifier that is a density too (Grathwohl, Wang, Jacobsen, Duvenaud, Norouzi & Swersky, "Your classifier is
/// secretly an energy based model and you should treat it like one", ICLR 2020, eqs. 5-8): of outputs f of a net
///
///   E(x, y) = -f_y(x) + c(x),   E(x) = -ln sum_y exp f_y(x) + c(x),   p(y | x) = softmax f(x),
///   ln p(x, y) = ln p(x) + ln p(y | x),
///
/// c a quadratic term without which Z need not exist. The first part is learned as any energy's is, by chains say; the
/// second is the cross entropy.
#pragma once

#include <memory>
#include <vector>

#include "estimators/learning/energies/energy_objective.hpp"
#include "physics/neural/neural_net.hpp"

namespace gibbsite {

/// The net of f, of one of E(x) that ends with a logsumexp. Throws std::invalid_argument for another end, and for kappa
/// that is learned.
NeuralNet answers_of(const NeuralNet& energy);

/// density's value and weight times -ln p(right y | x), mean over the batch. right: of all data, that which batches are
/// taken from. The energy that it is asked about must be a NeuralEnergy<Real> of `net`. Throws std::invalid_argument as
/// answers_of, and for a label beyond its outputs.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_joint_objective(std::unique_ptr<EnergyObjective<Real>> density,
                                                            const NeuralNet& net, std::vector<std::size_t> right,
                                                            double weight);

}  // namespace gibbsite
