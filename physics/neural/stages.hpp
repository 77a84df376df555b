/// The layers of a net one behind the other, and between them what turns people's order of numbers into that of memory;
/// outputs stand in people's order.
#pragma once

#include <memory>
#include <vector>

#include "physics/neural/layer.hpp"
#include "physics/neural/neural_net.hpp"

namespace gibbsite {

/// A layer in the chain, what comes to it, and where its parameters begin, in theta and prepared.
template <class Real>
struct NeuralStage {
  std::unique_ptr<NeuralLayer<Real>> layer;
  std::size_t width = 0, width_after = 0, begin = 0, prepared = 0;
};

template <class Real>
std::vector<NeuralStage<Real>> stages_of(const NeuralNet& net);

}  // namespace gibbsite
