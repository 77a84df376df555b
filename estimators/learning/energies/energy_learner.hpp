/// What learns an energy on R^d: a goal of learning by gradients (estimators/learning/gradient_learner.hpp) that is an
/// objective of energies at batches of data.
#pragma once

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/gradient_learner.hpp"

namespace gibbsite {

/// For float and double.
template <class Real>
class EnergyLearner final : public GradientLearner {
 public:
  using Options = GradientOptions;
  /// blocks: of the energy's parameters. data: [number][sample], must outlive it. theta: where it begins. Throws as
  /// GradientLearner.
  EnergyLearner(std::unique_ptr<JetEnergy<Real>> energy, std::span<const ParameterBlock> blocks,
                std::unique_ptr<EnergyObjective<Real>> objective, const Matrix& data, std::vector<double> theta,
                Options options, Key key);
};

}  // namespace gibbsite
