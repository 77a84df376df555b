/// The parameters of a restricted Boltzmann machine in single precision, in rows that vector code reads.
#pragma once

#include <span>
#include <vector>

#include "physics/parametric_machine.hpp"
#include "samplers/simd/bits/buffer.hpp"

namespace gibbsite {

struct FloatRbm {
  /// theta: the machine's parameters, of two layers without lateral bonds.
  FloatRbm(const ParametricMachine& machine, std::span<const double> theta);
  /// Copies them over the machine's parameters, which may have others too.
  void copy_to(const ParametricMachine& machine, std::span<double> theta) const;

  std::size_t visible, hidden;
  std::size_t length;  ///< hidden units in whole vectors; those that are not there have a field that keeps them at 0
  std::size_t stride;  ///< between rows: an odd number of cache lines, so that rows do not fall on each other
  simd::Buffer<float> weights;       ///< [visible][stride], and a vector
  simd::Buffer<float> visible_bias;  ///< [visible]
  simd::Buffer<float> hidden_bias;   ///< [length]
};

}  // namespace gibbsite
