/// Fields of a restricted machine whose units are 0 or 1, as sums of rows of W and of its transpose in single
/// precision: those of the units that are 1. Cost of a field: the units that are 1 times the units it is for.
#pragma once

#include <span>

#include "physics/network.hpp"
#include "samplers/simd/bits/buffer.hpp"

namespace gibbsite {

/// Binary units on both sides (a label beside the visible ones may stand), and an instruction set for them.
bool row_products_supported(const Network& network);

class RowProducts {
 public:
  explicit RowProducts(const Network& network);

  /// Fields of hidden units given v, and of visible units given h: b + W h. v, h: of 0 and 1.
  void hidden_field(std::span<const double> v, std::span<double> field) const { up_.sum(v, field); }
  void visible_field(std::span<const double> h, std::span<double> field) const { down_.sum(h, field); }
  /// b v + sum_j ln(1 + e^(field_j)): ln p*(v) but for the network's constant.
  double log_weight(std::span<const double> v) const;

 private:
  struct Side {
    std::size_t from = 0, to = 0, length = 0, stride = 0;
    simd::Buffer<float> rows, bias;  // [from][stride] and a vector; [length]
    Side(std::size_t from_units, std::span<const double> to_bias);
    const float* sum(std::span<const double> x) const;
    void sum(std::span<const double> x, std::span<double> field) const;
  };
  Side up_, down_;
};

}  // namespace gibbsite
