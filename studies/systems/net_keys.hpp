/// Keys of [model] that say which net an energy is made of, and the net.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "physics/neural/neural_net.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct NetKeys {
  std::string shape = "";        ///< of a state; empty: 2, or as many numbers as the data have
  std::vector<std::string> net;  ///< empty: dense 32, swish, dense 1
  std::string weights;           ///< resolved path; empty: random ones
  std::uint64_t net_seed = 1;    ///< of these
};

/// `first_weights`: whether a seed for random weights is among them; learning has one of its own.
void add_net_keys(const Section<NetKeys>& model, bool first_weights);
/// shape: of a state, where the study leaves it out. Throws std::invalid_argument naming the layer that does not fit.
NeuralNet net_of(const Study& study, const NeuralShape& shape, Confinement confinement, NetEnd end = NetEnd::energy);
/// The parameters that the study's file has for the net, by kind and shape, in the order of their names; doubts: what
/// it has beside them. Throws RequestError.
std::vector<double> net_weights(const NeuralNet& net, const std::string& file, std::vector<std::string>& doubts);

}  // namespace gibbsite
