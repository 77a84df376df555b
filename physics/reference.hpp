/// Where paths to a network begin: independent units, whose ln Z is known.
#pragma once

#include <span>

#include "physics/network.hpp"

namespace gibbsite {

/// The reference at lambda = 0 and the path from it to a network,
///   ln p_lambda(x) = (1 - lambda) A(x) - lambda E(x) + const,
/// with A(x) = a . x_0 for the visible layer (gaussian: -sum_i (x_i - m_i)^2 / (2 v_i)) and all other units free.
struct Reference {
  IndependentUnits visible;  ///< a; gaussian: m and v
  bool uniform = false;      ///< A = 0: lambda is an inverse temperature

  /// Every state alike; gaussian units: independent, as the network has them without bonds (uniform stays false then).
  static Reference flat(const Layer& visible);
  /// Independent units with these means, as measured on `samples` draws: of binary units and spins the share of ones
  /// with one more of each kind counted (Laplace), categorical the same per state; gaussian: mean and variance as
  /// given, but no variance below the layer's own, from which weights would have heavy tails. mean: [width]; variance:
  /// [units], gaussian only. Throws std::invalid_argument for wrong lengths or means that no state has.
  static Reference base_rates(const Layer& visible, std::span<const double> mean, std::span<const double> variance,
                              std::size_t samples);

  /// A(x_0), and ln of the sum (integral) over all states of `network` of exp(A).
  double log_weight(const Layer& visible, std::span<const double> x0) const;
  double log_z(const Network& network) const;
};

}  // namespace gibbsite
