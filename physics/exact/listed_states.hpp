/// All states of discrete units, in blocks: the first units ("inner", up to 64 states of theirs) run through all they
/// can be for each state of the rest ("outer").
#pragma once

#include <Eigen/Core>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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
    values_.resize(index(inner_), index(inner_width_));
    Eigen::VectorXd state(index(inner_width_));
    for (std::size_t x = 0; x < inner_; ++x) {
      write(x, 0, inner_units_, state);
      values_.row(index(x)) = state.transpose();
    }
  }

  std::size_t inner() const { return inner_; }      ///< states in a block
  std::uint64_t blocks() const { return blocks_; }  ///< states of the outer units
  Eigen::Index inner_width() const { return index(inner_width_); }
  Eigen::Index outer_width() const { return index(outer_width_); }
  const Eigen::MatrixXd& values() const { return values_; }  ///< [state in the block][inner number]
  /// Numbers of the outer units in block y.
  void outer(std::uint64_t y, Eigen::VectorXd& x) const { write(y, inner_units_, units_.size(), x); }

 private:
  struct Unit {
    std::size_t states;
    double low;  ///< its number in state 0, 1 being the other
    bool one_hot;
    std::size_t width() const { return one_hot ? states : 1; }
  };
  static constexpr std::size_t most_inner = 64;  // a block's fields stay in the second cache

  static Eigen::Index index(std::size_t k) { return static_cast<Eigen::Index>(k); }

  /// The mixed-radix digits of `number`, as numbers of units begin .. end - 1.
  void write(std::uint64_t number, std::size_t begin, std::size_t end, Eigen::VectorXd& out) const {
    out.setZero();
    Eigen::Index at = 0;
    for (std::size_t k = begin; k < end; ++k) {
      const std::uint64_t digit = number % units_[k].states;
      number /= units_[k].states;
      if (units_[k].one_hot)
        out[at + static_cast<Eigen::Index>(digit)] = 1;
      else
        out[at] = digit == 0 ? units_[k].low : 1;
      at += index(units_[k].width());
    }
  }

  std::vector<Unit> units_;
  std::size_t inner_units_ = 0, inner_ = 1, inner_width_ = 0, outer_width_ = 0;
  std::uint64_t blocks_ = 1;
  Eigen::MatrixXd values_;
};

}  // namespace gibbsite
