/// Units of a Boltzmann machine and layers of them.
#pragma once

#include <cstddef>
#include <vector>

namespace gibbsite {

/// binary: 0 or 1. spin: -1 or +1. gaussian: a real number. categorical: one of q states, written one-hot as q numbers
/// of which one is 1.
enum class UnitKind { binary, spin, gaussian, categorical };

/// Units of one kind, and perhaps one label: a categorical unit behind them. A state of the layer is `width()` numbers:
/// one per unit, or q per categorical unit, then those of the label.
struct Layer {
  UnitKind kind = UnitKind::binary;
  std::size_t units = 0;
  std::size_t states = 1;             ///< q of categorical units, else 1
  std::vector<double> bias = {};      ///< [width]; gaussian: the mean without input
  std::vector<double> variance = {};  ///< gaussian: [units]
  std::size_t labels = 0;             ///< states of the label; 0: none

  std::size_t width() const noexcept { return own_width() + labels; }
  std::size_t own_width() const noexcept { return units * states; }  ///< without the label
  std::size_t count() const noexcept { return units + (labels > 0 ? 1 : 0); }
  /// Whether number i of a state is a gaussian unit.
  bool gaussian_at(std::size_t i) const noexcept { return kind == UnitKind::gaussian && i < own_width(); }

  /// The units without the label, and the label as a layer of one categorical unit.
  Layer without_label() const {
    Layer own = *this;
    own.labels = 0;
    if (!bias.empty()) own.bias.resize(own_width());
    return own;
  }
  Layer label() const {
    Layer one{.kind = UnitKind::categorical, .units = 1, .states = labels};
    if (!bias.empty()) one.bias.assign(bias.begin() + static_cast<std::ptrdiff_t>(own_width()), bias.end());
    return one;
  }
};

/// What independent units do: p(x) ~ exp(sum_i field_i x_i), or gaussian with mean field_i and `variance_i`.
struct IndependentUnits {
  std::vector<double> field;          ///< [width]
  std::vector<double> variance = {};  ///< gaussian: [units]
};

}  // namespace gibbsite
