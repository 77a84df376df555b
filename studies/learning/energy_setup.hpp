/// From a study to what learns an energy of real numbers: moments of the data, chains, the objective, the learner.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "estimators/learning/energies/energy_learner.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// Normal numbers of the mean and standard deviation of each number of the data, 1 where it never varies.
IndependentNormals normals_of(const Matrix& data);
/// The box that the study's model lives in, for data whose slopes weigh alike from a standard deviation off the walls;
/// none: all of space.
std::optional<Walls> walls_of(const Study& study, const Matrix& data);

/// What the study's method makes small. data: [number][sample]. Throws RequestError for methods of other models.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> energy_objective(const Study& study, const Matrix& data, Key key);
/// data must outlive it; theta: where it begins. Throws what EnergyLearner throws.
template <class Real>
std::unique_ptr<Learner> energy_learner(const Study& study, std::unique_ptr<JetEnergy<Real>> energy,
                                        std::span<const ParameterBlock> blocks,
                                        std::unique_ptr<EnergyObjective<Real>> objective, const Matrix& data,
                                        const std::vector<double>& theta, Key key);

}  // namespace gibbsite
