/// Deep belief network (Hinton, Osindero & Teh, Neural Comput. 18, 1527 (2006)): a restricted Boltzmann machine on top
/// of a directed sigmoid network,
///   p(x_0, ..., x_L) = prod_{l < L-1} p(x_l | x_{l+1}) p_top(x_{L-1}, x_L),
///   p(x_l,i = 1 | x_{l+1}) = logistic(b_l,i + (W_l x_{l+1})_i),
/// with the factorial recognition model q(x_{l+1,j} = 1 | x_l) = logistic(r_l,j + (V_l' x_l)_j). Binary units
/// throughout.
#pragma once

#include <memory>
#include <vector>

#include "physics/network.hpp"

namespace gibbsite {

/// Generation downwards and recognition upwards between two layers.
struct SigmoidLayer {
  std::vector<double> bias;              ///< b, [lower]
  Matrix weights;                        ///< W, [lower][upper]
  std::vector<double> recognition_bias;  ///< r, [upper]
  Matrix recognition_weights;            ///< V, [lower][upper]; as weights where none were trained

  /// What acts on the upper units on the way up, r + V' lower, and on the lower ones on the way down, b + W upper;
  /// lower, upper and the answers: [unit][sample].
  Matrix up(const Matrix& lower) const;
  Matrix down(const Matrix& upper) const;
};

/// Immutable.
class BeliefNetwork {
 public:
  /// below: from the data upwards, may be empty; the last one's upper units are the visible units of `top`. Throws
  /// std::invalid_argument where shapes do not fit, numbers are not finite or top is not a binary RBM.
  BeliefNetwork(std::vector<SigmoidLayer> below, std::shared_ptr<const Network> top);

  std::span<const SigmoidLayer> below() const noexcept { return below_; }
  const std::shared_ptr<const Network>& top() const noexcept { return top_; }
  std::size_t visible() const noexcept;  ///< units of the data's layer

  /// Means of the top RBM's visible units by recognition, each layer's means passed on, for base rates there. data:
  /// [visible unit][sample]. Throws std::invalid_argument for another height.
  Matrix recognise_means(const Matrix& data) const;

 private:
  std::vector<SigmoidLayer> below_;
  std::shared_ptr<const Network> top_;
};

}  // namespace gibbsite
