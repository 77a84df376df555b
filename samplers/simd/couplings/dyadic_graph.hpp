/// Couplings and fields of a graph in whole numbers, so that sums are exact in any order.
///
/// grid = 2^e is the smallest power of 2 with which every local field fits 32 bits:
///   max_i (|h_i| + sum_j |J_ij|) / grid + one half for every rounding <= 2^31 - 1.
/// J and h become the nearest multiples of the grid, once: an error of at most grid / 2 each, 2^-31 of the largest
/// local field. Couplings that are multiples of a power of 2 no finer than that (1, -1, 0.25, ...) stay as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "physics/graph.hpp"

namespace gibbsite::simd {

struct DyadicGraph {
  explicit DyadicGraph(const Graph& graph);

  double grid = 1;
  std::vector<std::int32_t> h;                  ///< [site], in units of the grid
  std::vector<std::uint32_t> first, neighbour;  ///< adjacency, as in Graph
  std::vector<std::int32_t> twice;              ///< 2 J of each entry, modulo 2^32

  /// The same graph with the couplings and fields that they have become.
  Graph rounded() const;
  std::size_t sites() const noexcept { return h.size(); }
  /// J of adjacency entry e: a rounded coupling fits 32 bits, twice it may not.
  std::int64_t coupling(std::size_t e) const noexcept { return coupling_[e]; }
  /// f_i = h_i + sum_j J_ij s_j from scratch; up: 1 or 0.
  template <class Up>
  std::int32_t local_field(std::size_t i, Up&& up) const {
    std::int64_t f = h[i];
    for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) f += up(neighbour[e]) ? coupling_[e] : -coupling_[e];
    return static_cast<std::int32_t>(f);
  }

 private:
  std::vector<Bond> bonds_;
  std::vector<std::int64_t> coupling_;
};

}  // namespace gibbsite::simd
