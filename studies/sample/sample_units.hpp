/// What states are to people: a number per unit, and the files of them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "physics/random.hpp"
#include "studies/data/treatment.hpp"
#include "studies/files/record.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// Numbers as a file holds them: 0, 1, ..., -1 and +1, or reals.
enum class SampleType { uint8, int8, float32 };

/// From canonical states to rows: of a lattice its sites, clamped ones among them; of a network the visible units, and
/// with `hidden` those of each further layer behind them. Categorical units are their state, 0 to q - 1. The layers of
/// a belief network below its top are drawn from it, a pure function of `key` and the number of the state.
class SampledUnits {
 public:
  SampledUnits(const System& system, const Layout& layout, bool hidden, Key key);

  std::size_t width() const noexcept { return width_; }
  SampleType type() const noexcept { return type_; }
  /// Of the data of an energy in a model file: rows are numbers as these were before it.
  const Treatment& treatment() const noexcept { return treatment_; }
  std::vector<double> row(std::span<const std::byte> state, std::size_t number) const;

 private:
  std::vector<double> of_network(std::span<const double> x, std::size_t number) const;

  const System& system_;
  const Layout& layout_;
  bool hidden_;
  Key key_;
  Treatment treatment_ = {};
  std::size_t width_ = 0;
  SampleType type_ = SampleType::int8;
};

/// numpy's .npy of (states, units), from rows one behind the other.
std::vector<std::byte> npy_of(std::span<const double> values, std::size_t width, SampleType type);
/// The same as a column of a record.
Column column_of(std::vector<double> values, SampleType type);

}  // namespace gibbsite
