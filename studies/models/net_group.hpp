/// Nets of layers as files keep them, whatever is made of them: attributes shape ("1x8x8") and net ("dense 32, swish,
/// dense 1"); of energies kappa or, in place of kappa > 0, confining_mean and confining_deviation; groups layer_0, ...
/// with weight, bias, in the shapes that PyTorch has.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "physics/neural/neural_net.hpp"
#include "studies/models/model_group.hpp"

namespace gibbsite {

struct NetAt {
  NeuralNet net;
  std::vector<double> theta;
};

/// theta: as many as the net has.
void describe_net(const NeuralNet& net, std::span<const double> theta, Group& group);
/// What describe_net wrote. Throws RequestError for what is missing, std::invalid_argument for layers that do not fit.
NetAt net_from(const Place& place, NetEnd end);
/// "dense 32, swish, dense 1".
std::string net_text(const NeuralNet& net);

}  // namespace gibbsite
