#include "studies/learning/net_learning.hpp"

#include <cmath>
#include <string>

#include "studies/systems/net_keys.hpp"

namespace gibbsite {

void check_shape_of_samples(const Study& study, const Data& data) {
  const std::string& shape = study.keys<NetKeys>().shape;
  if (shape.empty()) return;
  if (const std::size_t numbers = parse_shape(shape).size(); numbers != data.width)
    throw RequestError(fmt::format("model.shape = \"{}\" has {} numbers, but {} has {} a sample", shape, numbers,
                                   data.source, data.width));
}

std::vector<double> first_weights(const Study& study, const NeuralNet& net) {
  const std::string& file = study.keys<NetKeys>().weights;
  std::vector<std::string> doubts;
  return file.empty() ? std::vector<double>() : net_weights(net, file, doubts);
}

double weight_norm(std::span<const ParameterBlock> blocks, std::span<const double> theta) {
  double squares = 0;
  for (const ParameterBlock& block : blocks)
    if (!block.bias)
      for (const double w : theta.subspan(block.offset, block.size())) squares += w * w;
  return std::sqrt(squares);
}

}  // namespace gibbsite
