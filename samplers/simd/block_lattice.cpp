#include "samplers/simd/block_lattice.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gibbsite::simd {
namespace {

/// Bit k of word q becomes bit q of word k (Warren, Hacker's Delight, 2nd ed., sec. 7-3).
void transpose(std::array<std::uint64_t, 64>& a) {
  std::uint64_t mask = 0x00000000FFFFFFFF;
  for (std::size_t shift = 32; shift != 0; shift /= 2, mask ^= mask << shift)
    for (std::size_t begin = 0; begin < 64; begin += 2 * shift)
      for (std::size_t k = begin; k < begin + shift; ++k) {
        const std::uint64_t t = (a[k] >> shift ^ a[k + shift]) & mask;
        a[k + shift] ^= t;
        a[k] ^= t << shift;
      }
}

/// Eight bits as eight spins.
constexpr auto spins_of_byte = [] {
  std::array<std::array<std::int8_t, 8>, 256> table{};
  for (std::size_t byte = 0; byte < 256; ++byte)
    for (std::size_t k = 0; k < 8; ++k) table[byte][k] = (byte >> k & 1U) != 0 ? 1 : -1;
  return table;
}();

void to_spins(std::uint64_t bits, std::size_t count, std::byte* spins) {
  for (std::size_t k = 0; k < count; k += 8)
    std::memcpy(spins + k, spins_of_byte[bits >> k & 255U].data(), std::min<std::size_t>(8, count - k));
}

}  // namespace

std::optional<BlockLattice> BlockLattice::of(const Lattice& lattice) {
  BlockLattice b;
  switch (lattice.geometry) {
    case Geometry::square:
      break;
    case Geometry::cubic:
      b.blocks = {8, 8, 8};
      b.neighbours = 6;
      break;
    case Geometry::triangular:
      b.colours = b.phases = 3;
      b.neighbours = 6;
      b.corners = true;
      break;
    case Geometry::honeycomb:
      b.phases = 1;
      b.neighbours = 3;
      break;
    default:
      return std::nullopt;
  }
  const std::size_t dimensions = lattice.geometry == Geometry::cubic ? 3 : 2;
  if (lattice.size.size() != dimensions) return std::nullopt;
  for (std::size_t d = 0; d < dimensions; ++d) {
    if (lattice.size[d] == 0 || lattice.size[d] % (b.phases * b.blocks[d]) != 0) return std::nullopt;
    b.cells[d] = lattice.size[d] / b.blocks[d];
  }
  b.link();
  if (lattice.boundary == Boundary::open) b.open_up();
  return b;
}

void BlockLattice::link() noexcept {
  row_words = cells[0] / phases;
  colour_words = row_words * cells[1] * cells[2];
  row = static_cast<std::ptrdiff_t>(8 * (row_words + 2));
  sheet = row * static_cast<std::ptrdiff_t>(cells[1] + 2);
  plane = sheet * static_cast<std::ptrdiff_t>(cells_3() ? cells[2] + 2 : 1);
  const int m = static_cast<int>(phases);
  for (int colour = 0; colour < static_cast<int>(colours); ++colour)
    for (int phase = 0; phase < m; ++phase)
      for (std::size_t k = 0; k < neighbours; ++k) {
        const Step to = step(static_cast<std::size_t>(colour), k);
        const int first = two_sites_a_cell() ? 0 : (colour - phase + m) % m;  // cell of word 0
        const int words = (first + to.x + m) / m - 1;                         // rounded down
        const int other = two_sites_a_cell() ? 1 - colour : (colour + to.x + to.y + to.z + 2 * m) % m;
        offset[static_cast<std::size_t>(colour)][static_cast<std::size_t>(phase)][k] =
            (other - colour) * plane + to.z * sheet + to.y * row + 8 * words;
      }
}

/// kind: where the word's cell stands in its block, 2 bits a side: at its lower end, at its upper end.
BlockLattice::Edge BlockLattice::edge(std::size_t colour, std::size_t kind) const noexcept {
  Edge edge;
  for (std::size_t lane = 0; lane < word_bits; ++lane) {
    const std::size_t block[] = {lane % blocks[0], lane / blocks[0] % blocks[1], lane / (blocks[0] * blocks[1])};
    const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
    std::size_t missing = 0;
    for (std::size_t k = 0; k < neighbours; ++k) {
      const Step step = this->step(colour, k);
      const int to[] = {step.x, step.y, step.z};
      bool there = true;
      for (std::size_t d = 0; d < 3; ++d) {
        if (to[d] < 0) there = there && !((kind >> 2 * d & 1U) != 0 && block[d] == 0);
        if (to[d] > 0) there = there && !((kind >> 2 * d & 2U) != 0 && block[d] + 1 == blocks[d]);
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

void BlockLattice::open_up() {
  const std::size_t kinds = cells_3() ? 64 : 16;
  std::vector<char> lacks(colours * kinds, 0);  // something
  for (std::size_t e = 0; e < lacks.size(); ++e) {
    edges.push_back(edge(e / kinds, e % kinds));
    for (std::size_t k = 0; k < neighbours; ++k)
      for (const std::uint64_t part : edges[e].there[k]) lacks[e] |= static_cast<char>(~part != 0);
  }
  for (std::size_t colour = 0; colour < colours; ++colour)
    for (std::size_t word = 0; word < colour_words; ++word) {
      const std::size_t i = word % row_words, y = word / row_words % cells[1], z = word / (row_words * cells[1]);
      const std::size_t x[] = {cell_of(colour, z, y, i), y, z}, phase = (y + z) % phases;
      std::size_t kind = 0;
      for (std::size_t d = 0; d < (cells_3() ? 3 : 2); ++d)
        kind |= std::size_t{(x[d] == 0 ? 1U : 0U) | (x[d] + 1 == cells[d] ? 2U : 0U)} << 2 * d;
      const std::size_t e = colour * kinds + kind;
      spots.push_back({static_cast<std::uint32_t>(at(colour, z, y, i)), static_cast<std::uint32_t>(word),
                       static_cast<std::uint8_t>(phase), static_cast<std::uint8_t>(lacks[e] != 0 ? e : 0)});
    }
  for (std::size_t colour = 0; colour < colours; ++colour)
    for (std::size_t word = 0; word < colour_words; word += group) {
      const auto begin = spots.begin() + static_cast<std::ptrdiff_t>(colour * colour_words + word);
      const auto end = begin + static_cast<std::ptrdiff_t>(std::min(group, colour_words - word));
      const auto middle = std::stable_partition(begin, end, [](const Spot& spot) { return spot.edge == 0; });
      inner.push_back(static_cast<std::uint8_t>(middle - begin));
    }
}

BlockLattice::Step BlockLattice::step(std::size_t colour, std::size_t k) const noexcept {
  if (two_sites_a_cell()) {  // site 2c + 1 meets site A of the cells one step along either side
    const int back = colour == 0 ? -1 : 1;
    return {k == 1 ? back : 0, k == 2 ? back : 0, 0};
  }
  const int way = k % 2 == 0 ? 1 : -1;
  if (k < 4) return {k < 2 ? way : 0, k < 2 ? 0 : way, 0};
  return corners ? Step{way, way, 0} : Step{0, 0, way};
}

BlockLattice::Cell BlockLattice::cell(std::size_t site) const noexcept {
  const std::size_t sub = two_sites_a_cell() ? site % 2 : 0, number = two_sites_a_cell() ? site / 2 : site;
  return {{number % side(0), number / side(0) % side(1), number / (side(0) * side(1))}, sub};
}

BlockLattice::Place BlockLattice::place(std::size_t site) const noexcept {
  const auto [x, sub] = cell(site);
  const std::size_t in_x = x[0] % cells[0], in_y = x[1] % cells[1], in_z = x[2] % cells[2];
  const std::size_t colour = two_sites_a_cell() ? sub : (in_x + in_y + in_z) % phases, i = in_x / phases;
  const std::size_t lane = x[0] / cells[0] + blocks[0] * (x[1] / cells[1] + blocks[1] * (x[2] / cells[2]));
  return {colour, (in_z * cells[1] + in_y) * row_words + i, lane, at(colour, in_z, in_y, i)};
}

std::size_t BlockLattice::neighbour(std::size_t site, std::size_t k) const noexcept {
  const auto [x, sub] = cell(site);
  const Step to = step(two_sites_a_cell() ? sub : place(site).colour, k);
  const auto moved = [&](std::size_t d, int by) {
    return (x[d] + side(d) + static_cast<std::size_t>(by)) % side(d);  // by may wrap: the sum does not
  };
  return this->site({{moved(0, to.x), moved(1, to.y), moved(2, to.z)}, 1 - sub});
}

std::array<std::uint32_t, 512> BlockLattice::lane_steps() const noexcept {
  std::array<std::uint32_t, 512> steps{};
  for (std::size_t lane = 0; lane < steps.size(); ++lane) {
    const std::size_t x = lane % blocks[0], y = lane / blocks[0] % blocks[1], z = lane / (blocks[0] * blocks[1]);
    steps[lane] = static_cast<std::uint32_t>(site({{x * cells[0], y * cells[1], z * cells[2]}, 0}));
  }
  return steps;
}

void pack(const BlockLattice& blocks, std::span<const std::byte> spins, std::uint64_t* state) {
  const auto steps = blocks.lane_steps();
  blocks.visit_words([&](std::ptrdiff_t at, std::size_t first) {
    for (std::size_t part = 0; part < 8; ++part) {
      std::uint64_t bits = 0;
      for (std::size_t k = 0; k < 64; ++k)
        bits |= std::uint64_t{static_cast<std::int8_t>(spins[first + steps[64 * part + k]]) > 0} << k;
      state[at + static_cast<std::ptrdiff_t>(part)] = bits;
    }
  });
}

void unpack(const BlockLattice& blocks, const std::uint64_t* state, std::span<std::byte> spins) {
  const auto steps = blocks.lane_steps();
  for (std::size_t z = 0; z < blocks.cells[2]; ++z)
    for (std::size_t y = 0; y < blocks.cells[1]; ++y)
      for (std::size_t begin = 0; begin < blocks.row_sites(); begin += 64) {
        const std::size_t count = std::min<std::size_t>(64, blocks.row_sites() - begin);
        for (std::size_t part = 0; part < 8; ++part) {
          std::array<std::uint64_t, 64> bits{};  // of a site, in all lanes of this part; then of a lane, at all sites
          for (std::size_t q = 0; q < count; ++q)
            bits[q] = state[blocks.in_row(z, y, begin + q) + static_cast<std::ptrdiff_t>(part)];
          transpose(bits);
          for (std::size_t k = 0; k < 64; ++k)
            to_spins(bits[k], count, &spins[blocks.row_start(z, y) + steps[64 * part + k] + begin]);
        }
      }
}

std::size_t differences(const BlockLattice& blocks, const std::uint64_t* a, const std::uint64_t* b) {
  std::size_t sum = 0;
  blocks.visit_words([&](std::ptrdiff_t at, std::size_t) {
    for (std::ptrdiff_t part = at; part < at + 8; ++part)
      sum += static_cast<std::size_t>(std::popcount(a[part] ^ b[part]));
  });
  return sum;
}

Buffer<std::uint64_t> bond_signs(const BlockLattice& blocks, const Graph& graph) {
  const std::size_t z = blocks.neighbours;
  Buffer<std::uint64_t> sign(blocks.colours * blocks.colour_words * z * 8);
  for (std::size_t site = 0; site < graph.sites(); ++site) {
    const BlockLattice::Place place = blocks.place(site);
    std::uint64_t* at = sign.data() + (place.colour * blocks.colour_words + place.word) * z * 8;
    for (std::size_t k = 0; k < z; ++k) {
      const std::size_t other = blocks.neighbour(site, k);
      std::uint32_t e = graph.first()[site];
      while (e < graph.first()[site + 1] && graph.neighbour()[e] != other) ++e;
      if (e < graph.first()[site + 1] && graph.coupling()[e] < 0)
        at[k * 8 + place.lane / 64] |= std::uint64_t{1} << (place.lane % 64);
    }
  }
  return sign;
}

}  // namespace gibbsite::simd
