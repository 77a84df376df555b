/// What kinds of models that learn a net of layers have in common, whatever their nets are for.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "estimators/learning/learner.hpp"
#include "physics/neural/neural_model.hpp"
#include "physics/parameter_block.hpp"
#include "studies/data/data.hpp"
#include "studies/study/study.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

/// Throws RequestError where model.shape has other numbers than a sample has, std::invalid_argument where it is none.
void check_shape_of_samples(const Study& study, const Data& data);
/// The parameters in the file that the study names; empty: it names none, and they are random. Throws RequestError.
std::vector<double> first_weights(const Study& study, const NeuralNet& net);
/// Square root of the sum of squares of all weights, biases apart.
double weight_norm(std::span<const ParameterBlock> blocks, std::span<const double> theta);

/// make(double()) or make(float()), whichever precision suits the net. Throws RequestError for what learners throw.
template <class Make>
std::unique_ptr<Learner> learner_in_precision(const NeuralNet& net, Make make) {
  try {
    if (in_double_precision(net)) return make(double());
    return make(float());
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("training: {}", error.what()));
  } catch (const std::runtime_error& error) {  // a library that is missing
    throw RequestError(error.what());
  }
}

}  // namespace gibbsite
