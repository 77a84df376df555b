// Periodic lattices whose sides do not fill the blocks: their ghosts, and what moves later where colours do not fit.
#include <algorithm>
#include <bit>
#include <cassert>
#include <map>
#include <span>

#include "samplers/simd/lattice/block_lattice.hpp"

namespace gibbsite::simd {

/// Behind the last cell of a side stands a copy of the first one, and at the end of the last block, which is before the
/// first cell, a copy of the last one. Sides in turn, so that corners are copies of copies.
void BlockLattice::add_ghosts() {
  const std::array<std::size_t, 3> lane_step = {1, blocks[0], blocks[0] * blocks[1]};
  std::vector<std::uint8_t> copies_of(colours * colour_words);  // bits of colours: that a word has copies of, or is
  for (std::size_t k = 0; k < copies_of.size(); ++k) copies_of[k] = static_cast<std::uint8_t>(1U << k / colour_words);
  const auto word_of = [&](const std::array<std::size_t, 3>& cell, std::size_t sub) {
    const std::size_t colour = two_sites_a_cell() ? sub : (cell[0] + cell[1] + cell[2]) % phases;
    const std::size_t word = (cell[2] * cells[1] + cell[1]) * row_words + cell[0] / phases;
    return std::pair(colour * colour_words + word, at(colour, cell[2], cell[1], cell[0] / phases));
  };
  for (std::size_t d = 0; d < 3; ++d) {
    const std::size_t all = blocks[d] * cells[d];
    if (sides[d] == all) continue;
    if (sides[d] + 1 == all) add_halo_ghosts(d);
    const std::pair<std::size_t, std::size_t> copies[] = {{sides[d], 0}, {all - 1, sides[d] - 1}};
    for (const auto& [to, from] : std::span(copies).first(sides[d] + 1 == all ? 1 : 2)) {
      Lanes those{};
      for (std::size_t lane = 0; lane < word_bits; ++lane)
        if (block_of(lane)[d] == to / cells[d]) those[lane / 64] |= std::uint64_t{1} << (lane % 64);
      const std::size_t turn = (to / cells[d] - from / cells[d]) * lane_step[d];
      for (std::size_t number = 0; number < cells[0] * cells[1] * cells[2]; ++number)
        for (std::size_t sub = 0; sub < (two_sites_a_cell() ? 2 : 1); ++sub) {
          std::array<std::size_t, 3> cell = {number % cells[0], number / cells[0] % cells[1],
                                             number / (cells[0] * cells[1])};
          if (cell[d] != to % cells[d]) continue;
          const auto [ghost, ghost_at] = word_of(cell, sub);
          cell[d] = from % cells[d];
          const auto [source, source_at] = word_of(cell, sub);
          copies_of[ghost] |= copies_of[source];
          for (std::size_t colour = 0; colour < colours; ++colour) {
            if ((copies_of[source] >> colour & 1U) == 0) continue;
            ghosts[colour].push_back({ghost_at, source_at, turn, ghost_lanes.size()});
            planes[colour] |= static_cast<std::uint8_t>(1U << ghost / colour_words);
          }
        }
      ghost_lanes.push_back(those);
    }
  }
}

/// Copies of the last sites of a side before its first ones, in the halo around the first blocks. Two colours.
void BlockLattice::add_halo_ghosts(std::size_t d) {
  const std::array<std::size_t, 3> lane_step = {1, blocks[0], blocks[0] * blocks[1]};
  const std::array<std::ptrdiff_t, 3> back = {8, row, sheet};
  Lanes those{};
  for (std::size_t lane = 0; lane < word_bits; ++lane)
    if (block_of(lane)[d] == 0) those[lane / 64] |= std::uint64_t{1} << (lane % 64);
  for (std::size_t number = 0; number < cells[0] * cells[1] * cells[2]; ++number) {
    std::array<std::size_t, 3> cell = {number % cells[0], number / cells[0] % cells[1], number / (cells[0] * cells[1])};
    if (cell[d] != 0) continue;
    // What would stand in cell -1 has the colour that cell 1 has.
    const std::size_t other = (cell[0] + cell[1] + cell[2] + 1) % 2;
    const std::ptrdiff_t to = at(other, cell[2], cell[1], cell[0] / 2) - back[d];
    cell[d] = (sides[d] - 1) % cells[d];
    const std::size_t colour = (cell[0] + cell[1] + cell[2]) % 2;
    halo_ghosts.push_back({to, at(colour, cell[2], cell[1], cell[0] / 2), word_bits - (blocks[d] - 1) * lane_step[d],
                           ghost_lanes.size()});
  }
  ghost_lanes.push_back(those);
}

std::uint8_t BlockLattice::number_of(const Mask& mask) {
  const auto found = std::find(masks.begin(), masks.end(), mask);
  const std::ptrdiff_t number = found - masks.begin();
  if (found == masks.end()) masks.push_back(mask);
  assert(number < 256);
  return static_cast<std::uint8_t>(number);
}

/// The last sites of sides that have a seam, in ascending order.
std::vector<std::size_t> BlockLattice::seam_sites() const {
  std::vector<std::size_t> all;
  for (std::size_t d = 0; d < 3; ++d) {
    if (!has_seam(d)) continue;
    std::array<std::size_t, 3> begin = {}, end = sides;
    begin[d] = sides[d] - 1;
    for (std::size_t z = begin[2]; z < end[2]; ++z)
      for (std::size_t y = begin[1]; y < end[1]; ++y)
        for (std::size_t x = begin[0]; x < end[0]; ++x) all.push_back(site({{x, y, z}, 0}));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// All sites of a colour have a turn, but for those at a seam that have neighbours in it: they take the first later one
/// in which they have none.
void BlockLattice::add_turns() {
  for (std::size_t colour = 0; colour < colours; ++colour) turns.push_back({colour});
  if (two_sites_a_cell()) return;
  const std::vector<std::size_t> seam = seam_sites();
  constexpr std::size_t none = 32;
  std::vector<std::size_t> round(seam.size(), none);                                // of turns in which they move
  std::map<std::pair<std::size_t, std::size_t>, std::map<std::size_t, Mask>> late;  // [round, colour][word]
  for (std::size_t n = 0; n < seam.size(); ++n) {
    const Place mine = place(seam[n]);
    std::uint64_t taken = 0;
    for (std::size_t k = 0; k < neighbours; ++k) {
      const std::size_t other = neighbour(seam[n], k);
      if (place(other).colour != mine.colour) continue;
      const auto found = std::lower_bound(seam.begin(), seam.end(), other);
      const bool there = found != seam.end() && *found == other;
      taken |= std::uint64_t{1} << (there ? round[static_cast<std::size_t>(found - seam.begin())] : 0);
    }
    round[n] = static_cast<std::size_t>(std::countr_one(taken));
    if (round[n] > 0)
      late[{round[n], mine.colour}][mine.word].lanes[mine.lane / 64] |= std::uint64_t{1} << (mine.lane % 64);
  }
  for (const auto& [when, words] : late) {
    turns.push_back({when.second});
    for (const auto& [word, mask] : words) {
      Spot& first = spots[when.second * colour_words + word];
      Mask rest = masks[first.moves];
      for (std::size_t part = 0; part < word_parts; ++part) rest.lanes[part] &= ~mask.lanes[part];
      Spot later = first;
      first.moves = number_of(rest);
      later.moves = number_of(mask);
      turns.back().late.push_back(later);
    }
  }
}

std::size_t BlockLattice::turn_of(std::size_t site) const {
  const Place mine = place(site);
  for (std::size_t turn = colours; turn < turns.size(); ++turn)
    for (const Spot& spot : turns[turn].late)
      if (turns[turn].colour == mine.colour && spot.word == mine.word &&
          (masks[spot.moves].lanes[mine.lane / 64] >> (mine.lane % 64) & 1U) != 0)
        return turn;
  return mine.colour;
}

}  // namespace gibbsite::simd
