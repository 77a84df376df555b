/// Deep belief networks (physics/belief_network.hpp) as functions of their parameters, for learning. With layers 0,
/// ..., L - 1, of which the last two are the restricted machine on top, parameters stand one behind the other in
/// blocks: bias_0, ..., bias_{L-1}; weights_0, ..., weights_{L-2}, row by row [lower][upper]; and of the way up,
/// between each layer l < L - 2 and the next, recognition_bias_l [upper] and recognition_weights_l [lower][upper].
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "physics/belief_network.hpp"
#include "physics/parametric_machine.hpp"

namespace gibbsite {

/// Immutable: what there is, not the parameters themselves.
class BeliefMachine {
 public:
  /// units: of each layer, the visible one first. Throws std::invalid_argument for fewer than two layers, or layers
  /// without units.
  explicit BeliefMachine(std::vector<std::size_t> units);

  std::size_t depth() const noexcept { return units_.size(); }
  std::size_t units(std::size_t l) const noexcept { return units_[l]; }
  /// Layers below the top's two: those with a way down and a way up of their own.
  std::size_t directed() const noexcept { return depth() - 2; }
  const Layer& visible() const noexcept { return visible_; }
  std::span<const ParameterBlock> blocks() const noexcept { return blocks_; }
  const ParameterBlock& bias(std::size_t l) const noexcept { return blocks_[l]; }
  const ParameterBlock& weights(std::size_t l) const noexcept { return blocks_[depth() + l]; }
  const ParameterBlock& recognition_bias(std::size_t l) const noexcept { return blocks_[2 * depth() - 1 + 2 * l]; }
  const ParameterBlock& recognition_weights(std::size_t l) const noexcept { return blocks_[2 * depth() + 2 * l]; }
  std::size_t parameters() const noexcept { return parameters_; }

  /// The restricted machine between layers l and l + 1, as greedy learning has it.
  ParametricMachine pair(std::size_t l) const;
  /// Writes what such a machine learned to its place: the way down, and the same as the way up.
  void set_pair(std::size_t l, std::span<const double> learned, std::span<double> theta) const;

  BeliefNetwork network(std::span<const double> theta) const;

 private:
  std::vector<std::size_t> units_;
  Layer visible_;
  std::vector<ParameterBlock> blocks_;
  std::size_t parameters_ = 0;
};

}  // namespace gibbsite
