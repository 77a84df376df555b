/// A layered network of two-state units in bits and whole numbers.
///
/// A unit is t = alpha x + beta of a bit x: binary (alpha, beta) = (1, 0), spin (2, -1). In bits the log odds of a unit
/// are again linear,
///   f_u = alpha_u (b_u + sum_v W_uv beta_v) + sum_v alpha_u W_uv alpha_v x_v,
/// and of the weight of a configuration there remain a constant, the kept units' own sums, and for every other unit
/// ln(1 + e^f) if binary and ln(1 + e^-f) + f / 2 if a spin.
///
/// Weights and biases are rounded, each once, to a layer's grid: the largest field of any state, over 2^31. So where
/// fields reach 20, a weight is off by up to 5e-9. In single precision it is off by up to 3e-8 of itself, and the sum
/// by as much of itself at every addition; sums of whole numbers are exact, in any order.
#pragma once

#include <cstdint>
#include <vector>

#include "physics/reference.hpp"

namespace gibbsite::simd {

/// sum_u c_u x_u over bits, in two whole numbers: value = (high 2^shift + low) grid; c is off by up to 2^-40 of its
/// sum.
struct SplitSum {
  explicit SplitSum(const std::vector<double>& c);
  double value(std::int32_t high_sum, std::int32_t low_sum) const noexcept {
    return (static_cast<double>(high_sum) * static_cast<double>(std::int64_t{1} << shift) + low_sum) * grid;
  }
  std::vector<std::int32_t> high, low;  ///< [unit]; sums of high and of low fit 32 bits
  double grid = 1;
  int shift = 0;
};

struct BitLayer {
  UnitKind kind = UnitKind::binary;
  std::size_t units = 0;
  bool kept = false;
  double grid = 1;
  std::vector<std::int32_t> bias = {};                  ///< [unit], in grids
  std::vector<std::size_t> inputs = {};                 ///< the layers next to it
  std::vector<std::vector<std::int32_t>> weights = {};  ///< [input][unit of the input * units + unit], in grids
  std::vector<double> reference = {};                   ///< [unit], log odds; empty: none
};

struct BitNetwork {
  BitNetwork(const Network& network, const Reference& reference);

  std::vector<BitLayer> layers;
  std::vector<SplitSum> bias;       ///< [layer], of kept units: alpha b
  std::vector<SplitSum> reference;  ///< one of the visible layer if that is kept: alpha a; else none
  /// What of the log weight depends on lambda alone: lambda linear + (1 - lambda) fixed.
  double linear = 0, fixed = 0;
};

/// Whether all units have two states, and all fields fit: grids are 2^-20 at most, fields below about 2000.
bool fits_bits(const Network& network);

}  // namespace gibbsite::simd
