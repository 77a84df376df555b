// Words of lattices that end somewhere: open ones, and those that do not fill their blocks.
#include <algorithm>

#include "samplers/simd/lattice/block_lattice.hpp"

namespace gibbsite::simd {

/// kind: where the word's cell stands in its block, 2 bits a side: at the lattice's lower end, at its upper end.
BlockLattice::Edge BlockLattice::edge(std::size_t colour, std::size_t kind) const noexcept {
  Edge edge;
  for (std::size_t lane = 0; lane < word_bits; ++lane) {
    const auto block = block_of(lane);
    const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
    std::size_t missing = 0;
    for (std::size_t k = 0; k < neighbours; ++k) {
      const Offset step = this->step(colour, k);
      const int to[] = {step.x, step.y, step.z};
      bool there = true;
      for (std::size_t d = 0; d < 3; ++d) {
        if (to[d] < 0) there = there && !((kind >> 2 * d & 1U) != 0 && block[d] == 0);
        if (to[d] > 0) there = there && !((kind >> 2 * d & 2U) != 0 && block[d] == last[d].block);
      }
      if (there)
        edge.there[k][lane / 64] |= bit;
      else if (missing++ % 2 != 0)
        edge.raised[k][lane / 64] |= bit;
    }
    if (missing % 2 != 0) edge.odd[lane / 64] |= bit;
  }
  return edge;
}

BlockLattice::Spot BlockLattice::spot(std::size_t colour, std::size_t word) const noexcept {
  const std::size_t i = word % row_words, y = word / row_words % cells[1], z = word / (row_words * cells[1]);
  return {static_cast<std::uint32_t>(at(colour, z, y, i)), static_cast<std::uint32_t>(word),
          static_cast<std::uint8_t>((y + z) % phases), 0,
          static_cast<std::uint8_t>(live_kind(cell_of(colour, z, y, i), y, z))};
}

void BlockLattice::list_words() {
  const std::size_t kinds = !open ? 1 : cells_3() ? 64 : 16;
  std::vector<char> lacks(colours * kinds, 0);  // something
  for (std::size_t e = 0; e < lacks.size(); ++e) {
    edges.push_back(edge(e / kinds, e % kinds));
    for (std::size_t k = 0; k < neighbours; ++k)
      for (const std::uint64_t part : edges[e].there[k]) lacks[e] |= static_cast<char>(~part != 0);
  }
  for (const Lanes& alive : live) masks.push_back({alive});
  for (std::size_t colour = 0; colour < colours; ++colour)
    for (std::size_t word = 0; word < colour_words; ++word) {
      const std::size_t i = word % row_words, y = word / row_words % cells[1], z = word / (row_words * cells[1]);
      const std::size_t x[] = {cell_of(colour, z, y, i), y, z};
      std::size_t kind = 0;
      for (std::size_t d = 0; open && d < (cells_3() ? 3 : 2); ++d)
        kind |= std::size_t{(x[d] == 0 ? 1U : 0U) | (x[d] == last[d].cell ? 2U : 0U)} << 2 * d;
      const std::size_t e = colour * kinds + kind;
      spots.push_back(spot(colour, word));
      if (lacks[e] != 0) spots.back().edge = static_cast<std::uint8_t>(e);
    }
  for (std::size_t colour = 0; colour < colours; ++colour)
    for (std::size_t word = 0; word < colour_words; word += group) {
      const auto begin = spots.begin() + static_cast<std::ptrdiff_t>(colour * colour_words + word);
      const auto end = begin + static_cast<std::ptrdiff_t>(std::min(group, colour_words - word));
      const auto middle = std::stable_partition(begin, end, [](const Spot& s) { return s.edge == 0; });
      inner.push_back(static_cast<std::uint8_t>(middle - begin));
    }
}

}  // namespace gibbsite::simd
