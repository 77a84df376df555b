/// Deep Boltzmann machines as functions of their parameters, for learning (Salakhutdinov & Hinton, AISTATS 2009):
///
///   E(x) = -sum_l b_l . x_l - sum_l x_l' W_l x_{l+1},   x_0 the visible units.
///
/// A layer may have several copies of each of its units, all with the same bias and the same bonds; x_l then is the sum
/// over copies, since nothing else enters E (tied copies: Salakhutdinov & Hinton, Neural Comput. 24, 1967 (2012), sec.
/// 3.2). So p(one copy | the rest) = logistic(f_l) of binary units with f_l = b_l + W_{l-1}' x_{l-1} + W_l x_{l+1}.
///
/// Parameters stand one behind the other in blocks: bias_0, bias_1, ..., then weights_0, weights_1, ... row by row
/// [lower][upper].
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "physics/network.hpp"
#include "physics/parametric_machine.hpp"

namespace gibbsite {

/// Immutable: what there is, not the parameters themselves.
class DeepMachine {
 public:
  /// copies: of each layer's units, empty: one. Biases of the layers are not looked at. Throws std::invalid_argument
  /// for fewer than two layers, layers without units, or units that are neither binary nor spins.
  explicit DeepMachine(std::vector<Layer> layers, std::vector<std::size_t> copies = {});

  std::span<const Layer> layers() const noexcept { return layers_; }
  std::size_t depth() const noexcept { return layers_.size(); }  ///< layers, the visible one included
  std::size_t copies(std::size_t l) const noexcept { return copies_[l]; }
  std::span<const ParameterBlock> blocks() const noexcept { return blocks_; }
  const ParameterBlock& bias(std::size_t l) const noexcept { return blocks_[l]; }
  const ParameterBlock& weights(std::size_t l) const noexcept { return blocks_[depth() + l]; }  ///< to layer l + 1
  std::size_t parameters() const noexcept { return parameters_; }

  /// ln sum_x exp(-E(x)) over all states, or with x_0 = v over those of the hidden layers, and adds scale times its
  /// gradient to `out` ([parameters]; empty: none), by visiting the states of the odd or of the even layers, whichever
  /// are fewer. v: empty or a visible state. Throws std::invalid_argument beyond 2^22 states, or for copies.
  double log_sum(std::span<const double> theta, std::span<const double> v, double scale = 0,
                 std::span<double> out = {}) const;
  /// log2 of the number of states that log_sum() visits.
  double log2_states(bool visible_given) const noexcept;

  /// As a model of the house. Copies do not count.
  Network network(std::span<const double> theta) const;

 private:
  double log2_side(std::size_t parity, bool visible_given) const noexcept;

  std::vector<Layer> layers_;
  std::vector<std::size_t> copies_;
  std::vector<ParameterBlock> blocks_;
  std::size_t parameters_ = 0;
};

}  // namespace gibbsite
