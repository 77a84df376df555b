#include "physics/belief_machine.hpp"

#include <algorithm>
#include <stdexcept>

namespace gibbsite {
namespace {

std::span<const double> block_of(std::span<const double> theta, const ParameterBlock& block) {
  return theta.subspan(block.offset, block.size());
}
std::vector<double> numbers_of(std::span<const double> theta, const ParameterBlock& block) {
  const auto part = block_of(theta, block);
  return {part.begin(), part.end()};
}
Matrix matrix_of_block(std::span<const double> theta, const ParameterBlock& block) {
  return Matrix::from_rows(block.rows, block.columns, block_of(theta, block));
}

}  // namespace

BeliefMachine::BeliefMachine(std::vector<std::size_t> units) : units_(std::move(units)) {
  if (units_.size() < 2) throw std::invalid_argument("a belief network needs two layers or more");
  if (std::count(units_.begin(), units_.end(), std::size_t{0}) > 0) throw std::invalid_argument("a layer needs units");
  visible_.units = units_[0];
  const auto add = [&](const std::string& name, std::size_t rows, std::size_t columns, bool bias) {
    blocks_.push_back({name, parameters_, rows, columns, bias});
    parameters_ += rows * columns;
  };
  for (std::size_t l = 0; l < depth(); ++l) add("bias_" + std::to_string(l), units_[l], 1, true);
  for (std::size_t l = 0; l + 1 < depth(); ++l) add("weights_" + std::to_string(l), units_[l], units_[l + 1], false);
  for (std::size_t l = 0; l < directed(); ++l) {
    add("recognition_bias_" + std::to_string(l), units_[l + 1], 1, true);
    add("recognition_weights_" + std::to_string(l), units_[l], units_[l + 1], false);
  }
}

ParametricMachine BeliefMachine::pair(std::size_t l) const {
  return {Layer{.units = units_[l]}, Layer{.units = units_[l + 1]}, false};
}

void BeliefMachine::set_pair(std::size_t l, std::span<const double> learned, std::span<double> theta) const {
  const auto put = [&](const ParameterBlock& block, std::size_t from) {
    std::copy_n(learned.begin() + static_cast<std::ptrdiff_t>(from), block.size(),
                theta.begin() + static_cast<std::ptrdiff_t>(block.offset));
  };
  const std::size_t low = units_[l], high = units_[l + 1];
  put(bias(l), 0);
  put(bias(l + 1), low);
  put(weights(l), low + high);
  if (l >= directed()) return;
  put(recognition_bias(l), low);
  put(recognition_weights(l), low + high);
}

BeliefNetwork BeliefMachine::network(std::span<const double> theta) const {
  std::vector<SigmoidLayer> below;
  for (std::size_t l = 0; l < directed(); ++l)
    below.push_back({numbers_of(theta, bias(l)), matrix_of_block(theta, weights(l)),
                     numbers_of(theta, recognition_bias(l)), matrix_of_block(theta, recognition_weights(l))});
  const std::size_t top = directed();
  std::vector<Layer> layers = {{.units = units_[top], .bias = numbers_of(theta, bias(top))},
                               {.units = units_[top + 1], .bias = numbers_of(theta, bias(top + 1))}};
  return {std::move(below), std::make_shared<const Network>(std::move(layers),
                                                            std::vector<Matrix>{matrix_of_block(theta, weights(top))})};
}

}  // namespace gibbsite
