/// All states of discrete units, in blocks: the first units ("inner", up to 64 states of theirs) run through all they
/// can be for each state of the rest ("outer").
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "physics/matrices/matrix.hpp"
#include "physics/units.hpp"

namespace gibbsite {

/// log2 of the number of states of discrete units.
inline double log2_states(std::span<const Layer> layers) {
  double sum = 0;
  for (const Layer& layer : layers)
    sum += static_cast<double>(layer.units) *
           (layer.kind == UnitKind::categorical ? std::log2(static_cast<double>(layer.states)) : 1);
  return sum;
}

/// A state is one number per unit, q per categorical unit: those of inner units come first.
class ListedStates {
 public:
  explicit ListedStates(std::span<const Layer> layers) {
    for (const Layer& layer : layers) {
      assert(layer.kind != UnitKind::gaussian);
      const bool one_hot = layer.kind == UnitKind::categorical;
      for (std::size_t i = 0; i < layer.units; ++i)
        units_.push_back({one_hot ? layer.states : 2, layer.kind == UnitKind::spin ? -1.0 : 0.0, one_hot});
    }
    for (; inner_units_ < units_.size(); ++inner_units_) {
      const Unit& unit = units_[inner_units_];
      if (inner_ > 1 && inner_ * unit.states > most_inner) break;
      inner_ *= unit.states;
      inner_width_ += unit.width();
    }
    for (std::size_t k = inner_units_; k < units_.size(); ++k) {
      blocks_ *= units_[k].states;
      outer_width_ += units_[k].width();
    }
    values_ = Matrix(inner_, inner_width_);
    std::vector<double> state(inner_width_);
    for (std::size_t x = 0; x < inner_; ++x) {
      write(x, 0, inner_units_, state);
      for (std::size_t i = 0; i < inner_width_; ++i) values_(x, i) = state[i];
    }
  }

  std::size_t inner() const { return inner_; }      ///< states in a block
  std::uint64_t blocks() const { return blocks_; }  ///< states of the outer units
  std::size_t inner_width() const { return inner_width_; }
  std::size_t outer_width() const { return outer_width_; }
  const Matrix& values() const { return values_; }  ///< [state in the block][inner number]
  /// Numbers of the outer units in block y, [outer width].
  void outer(std::uint64_t y, std::span<double> x) const { write(y, inner_units_, units_.size(), x); }

 private:
  struct Unit {
    std::size_t states;
    double low;  ///< its number in state 0, 1 being the other
    bool one_hot;
    std::size_t width() const { return one_hot ? states : 1; }
  };
  static constexpr std::size_t most_inner = 64;  // a block's fields stay in the second cache

  /// The mixed-radix digits of `number`, as numbers of units begin .. end - 1.
  void write(std::uint64_t number, std::size_t begin, std::size_t end, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    std::size_t at = 0;
    for (std::size_t k = begin; k < end; ++k) {
      const std::uint64_t digit = number % units_[k].states;
      number /= units_[k].states;
      if (units_[k].one_hot)
        out[at + digit] = 1;
      else
        out[at] = digit == 0 ? units_[k].low : 1;
      at += units_[k].width();
    }
  }

  std::vector<Unit> units_;
  std::size_t inner_units_ = 0, inner_ = 1, inner_width_ = 0, outer_width_ = 0;
  std::uint64_t blocks_ = 1;
  Matrix values_;
};

}  // namespace gibbsite
