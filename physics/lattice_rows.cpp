#include "physics/lattice_rows.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

namespace gibbsite {
namespace {

using Cell = std::array<std::int64_t, LatticeRows::most_sides>;

/// The number of a cell, by its coordinates moved along a step or back; nothing where that leaves an open lattice.
std::optional<std::int64_t> number_of(const Cell& at, const std::vector<int>& step, int way, const Cell& length,
                                      bool periodic) {
  std::int64_t number = 0, stride = 1;
  for (std::size_t d = 0; d < at.size(); ++d) {
    std::int64_t x = at[d] + (d < step.size() ? way * step[d] : 0);
    if ((x < 0 || x >= length[d]) && !periodic) return std::nullopt;
    x = (x + length[d]) % length[d];
    number += x * stride;
    stride *= length[d];
  }
  return number;
}

}  // namespace

LatticeRows::LatticeRows(std::span<const std::size_t> sides, const std::vector<std::vector<int>>& steps,
                         std::size_t cell, bool periodic)
    : cell_(static_cast<std::uint32_t>(cell)) {
  constexpr std::uint32_t places = 3;  // of a coordinate: first, neither (or the only one), last
  Cell length = {1, 1, 1};
  auto weight = cell_;
  for (std::size_t d = 0; d < most_sides; ++d) {
    if (d < sides.size()) length[d] = static_cast<std::int64_t>(sides[d]);
    sides_[d] = {static_cast<std::uint32_t>(length[d]), weight,
                 ~std::uint64_t{0} / static_cast<std::uint64_t>(length[d]) + 1};
    weight *= places;
  }
  const auto sides_of_case = sides_;
  // Sides of 1, whose reciprocal is none, come last, where nothing is left to divide.
  std::stable_partition(sides_.begin(), sides_.end(), [](const Side& side) { return side.length > 1; });
  rows_.resize(weight);
  for (std::uint32_t kind = 0; kind < rows_.size(); ++kind) {
    Cell at{};
    for (std::size_t d = 0; d < most_sides; ++d) {
      const std::int64_t of[places] = {0, std::min<std::int64_t>(1, length[d] - 1), length[d] - 1};
      at[d] = of[kind / sides_of_case[d].weight % places];
    }
    const std::int64_t k = cell_, sub = kind % cell_, here = *number_of(at, {}, 0, length, periodic);
    std::vector<std::tuple<std::int64_t, std::size_t, std::int64_t>> bonds;  // cell whose bond it is, step, neighbour
    for (std::size_t s = 0; s < steps.size(); ++s) {
      const auto to = number_of(at, steps[s], 1, length, periodic),
                 from = number_of(at, steps[s], -1, length, periodic);
      if (to && sub == k - 1) bonds.emplace_back(here, s, k * *to);
      if (from && sub == 0) bonds.emplace_back(*from, s, k * *from + k - 1);
    }
    std::sort(bonds.begin(), bonds.end());
    for (const auto& [origin, step, neighbour] : bonds)
      rows_[kind].away[rows_[kind].count++] = static_cast<std::int32_t>(neighbour - (k * here + sub));
  }
}

}  // namespace gibbsite
