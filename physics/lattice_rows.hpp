/// The neighbours of a site of a lattice in one to three dimensions, by arithmetic, in the order in which Graph lists
/// them: by the cell whose bond it is, then by the step of the bond.
///
/// How far away neighbours are depends on whether each coordinate is the first, the last or neither: at most 27 cases,
/// times the sites of a cell. Cost: two multiplications a side to find the case of a site.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gibbsite {

class LatticeRows {
 public:
  static constexpr std::size_t most_sides = 3, most_neighbours = 6;
  struct Row {
    std::uint32_t count = 0;
    std::array<std::int32_t, most_neighbours> away = {};  ///< number of the neighbour less that of the site
  };

  /// steps: of bonds between cells (physics/lattice.hpp); cell: sites of one.
  LatticeRows(std::span<const std::size_t> sides, const std::vector<std::vector<int>>& steps, std::size_t cell,
              bool periodic);

  /// The case of a site, for those who keep it: a byte a site then takes the place of the multiplications.
  std::uint8_t kind(std::uint32_t site) const noexcept {
    std::uint32_t rest = cell_ == 2 ? site >> 1 : site;
    std::uint32_t k = cell_ == 2 ? site & 1 : 0;
    for (const Side& side : sides_) {
      const auto quotient = static_cast<std::uint32_t>(static_cast<Wide>(rest) * side.reciprocal >> 64);
      const std::uint32_t x = rest - quotient * side.length;
      k += side.weight * ((x != 0) + (x + 1 == side.length));
      rest = quotient;
    }
    return static_cast<std::uint8_t>(k);
  }
  const Row& of_kind(std::uint8_t k) const noexcept { return rows_[k]; }
  const Row& operator[](std::uint32_t site) const noexcept { return rows_[kind(site)]; }

 private:
  __extension__ using Wide = unsigned __int128;
  struct Side {
    std::uint32_t length = 1, weight = 0;
    std::uint64_t reciprocal = 0;  // of 2^64, rounded up: exact for 32 bits (Lemire, Kaser & Kurz, SPE 49, 953 (2019))
  };
  std::array<Side, most_sides> sides_;
  std::uint32_t cell_;
  std::vector<Row> rows_;  // [case][site of the cell]
};

}  // namespace gibbsite
