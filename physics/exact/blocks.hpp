/// All states of an Ising system in blocks, each made by doubling: see physics/exact/enumeration.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "physics/graph.hpp"

namespace gibbsite {

/// The inner spins are the first of the graph, bit i of x telling whether spin i is up; y does the same for the outer
/// ones, block by block. Number is the type of an energy; `couplings` (one per bond) and `fields` take the place of the
/// graph's own, which must outlive the blocks. With `half`, the last spin stays up: for systems without fields.
template <class Number>
class Blocks {
 public:
  Blocks(const Graph& graph, std::vector<Number> couplings, std::vector<Number> fields, bool half)
      : graph_(graph),
        couplings_(std::move(couplings)),
        fields_(std::move(fields)),
        half_(half),
        inner_(std::min<std::size_t>(graph.sites() - (half ? 1 : 0), most_inner)),
        inside_(states(), 0),
        ups_(states(), 0) {
    for (std::size_t x = 0; x < states(); ++x) {
      for (std::size_t b = 0; b < couplings_.size(); ++b)
        if (const Bond& bond = graph_.bonds()[b]; bond.i < inner_ && bond.j < inner_)
          inside_[x] -= couplings_[b] * spin(x, bond.i) * spin(x, bond.j);
      for (std::size_t i = 0; i < inner_; ++i) ups_[x] += static_cast<std::uint8_t>(x >> i & 1);
    }
  }

  std::size_t states() const { return std::size_t{1} << inner_; }  ///< in a block
  std::uint64_t count() const { return std::uint64_t{1} << (graph_.sites() - inner_ - (half_ ? 1 : 0)); }
  std::span<const std::uint8_t> ups() const { return ups_; }  ///< spins up among the inner ones

  /// Energies of all states of block y; returns the number of outer spins that are up.
  std::size_t energies(std::uint64_t y, std::span<Number> out) const {
    if (half_) y |= count();
    const auto outer = [&](std::size_t i) { return spin(y, i - inner_); };
    Number field[most_inner];
    std::copy_n(fields_.begin(), inner_, field);
    Number rest = 0;
    std::size_t up = 0;
    for (std::size_t i = inner_; i < graph_.sites(); ++i) {
      rest -= fields_[i] * outer(i);
      up += outer(i) > 0;
    }
    for (std::size_t b = 0; b < couplings_.size(); ++b) {
      const auto [i, j] = std::minmax(graph_.bonds()[b].i, graph_.bonds()[b].j);
      if (j < inner_) continue;
      if (i < inner_)
        field[i] += couplings_[b] * outer(j);
      else
        rest -= couplings_[b] * outer(i) * outer(j);
    }
    for (std::size_t i = 0; i < inner_; ++i) rest += field[i];
    out[0] = rest;
    for (std::size_t i = 0, half = 1; i < inner_; ++i, half *= 2)
      for (std::size_t x = 0; x < half; ++x) out[half + x] = out[x] - 2 * field[i];
    for (std::size_t x = 0; x < states(); ++x) out[x] += inside_[x];
    return up;
  }

 private:
  static constexpr std::size_t most_inner = 10;  // a block and its tables stay in the first cache

  static Number spin(std::uint64_t x, std::size_t i) { return (x >> i & 1) != 0 ? Number(1) : Number(-1); }

  const Graph& graph_;
  std::vector<Number> couplings_, fields_;
  bool half_;
  std::size_t inner_;
  std::vector<Number> inside_;
  std::vector<std::uint8_t> ups_;
};

}  // namespace gibbsite
