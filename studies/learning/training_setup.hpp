/// From a study of learning to what learns: the machine, the data kept apart, the objective.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "estimators/learning/trainer.hpp"
#include "studies/data/data.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// Samples of a file that are not learned, treated as the data; none where none are asked for, or a share of the data.
/// Throws RequestError.
Data read_validation(const Study& study, const Data& data);
/// The samples that are held out where the study asks for a share of them, as they are in the data, and no longer among
/// these; none else. Throws RequestError.
Data take_share(const Study& study, Data& data);
/// The machine that a study asks for, for such data. Throws RequestError where they do not fit.
std::shared_ptr<const ParametricMachine> make_machine(const Study& study, const Data& data);
TrainingOptions training_options(const Study& study, std::size_t samples);
/// Weights from which on single precision is taken where it can be; smaller machines keep doubles.
inline constexpr std::size_t worth_floats = 10'000;
/// What a study asks for, in the fastest layout that fits it. data: [width][sample], must outlive it; theta: where it
/// begins. Throws RequestError, and what learners throw.
std::unique_ptr<Learner> make_learner(const Study& study, const std::shared_ptr<const ParametricMachine>& machine,
                                      const Matrix& data, const std::vector<double>& theta, Key key,
                                      std::span<const double> weight = {});
/// data: [width][sample]. Throws RequestError for units that a method is not for.
std::unique_ptr<Objective> make_objective(const Study& study, const std::shared_ptr<const ParametricMachine>& machine,
                                          const Matrix& data, Key key);

}  // namespace gibbsite
