#include "samplers/simd/lattice/block_lattice.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
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

/// Bit k: whether spin k is 1.
std::uint64_t from_spins(const std::byte* spins, std::size_t count) {
  std::uint64_t bits = 0;
  for (std::size_t k = 0; k < count; k += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, spins + k, std::min<std::size_t>(8, count - k));
    constexpr std::uint64_t ones = 0x0101010101010101, gather = 0x0102040810204080;
    bits |= ((eight & ~(eight >> 7) & ones) * gather >> 56) << k;  // 1, and not -1
  }
  return bits;
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
  const bool open = lattice.boundary == Boundary::open;
  const std::size_t dimensions = lattice.geometry == Geometry::cubic ? 3 : 2;
  if (lattice.size.size() != dimensions) return std::nullopt;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::size_t side = lattice.size[d], unit = b.phases * b.blocks[d];
    if (side < 3) return std::nullopt;
    b.sides[d] = side;
    b.cells[d] = (side + unit - 1) / unit * b.phases;
    // One dead cell is no ghost of two sites: the other one stands in the halo alone, if corners do not need it.
    if (!open && b.cells[d] * b.blocks[d] == side + 1 && b.phases != 2) b.cells[d] += b.phases;
    assert(b.cells[d] % b.phases == 0);
  }
  b.open = open;
  b.link();
  if (b.ragged() && !open) b.add_ghosts();
  if (open || b.ragged()) b.list_words();
  b.add_turns();
  return b;
}

void BlockLattice::link() noexcept {
  for (std::size_t d = 0; d < 3; ++d) last[d] = {(sides[d] - 1) / cells[d], (sides[d] - 1) % cells[d]};
  for (std::size_t kind = 0; kind < live.size(); ++kind)
    for (std::size_t lane = 0; lane < word_bits; ++lane) {
      bool alive = true;
      for (std::size_t d = 0; d < 3; ++d)
        alive = alive && block_of(lane)[d] < last[d].block + ((kind >> d & 1U) != 0 ? 0 : 1);
      if (alive) live[kind][lane / 64] |= std::uint64_t{1} << (lane % 64);
    }
  row_words = cells[0] / phases;
  colour_words = row_words * cells[1] * cells[2];
  row = static_cast<std::ptrdiff_t>(8 * (row_words + 2));
  sheet = row * static_cast<std::ptrdiff_t>(cells[1] + 2);
  plane = sheet * static_cast<std::ptrdiff_t>(cells_3() ? cells[2] + 2 : 1);
  const int m = static_cast<int>(phases);
  for (int colour = 0; colour < static_cast<int>(colours); ++colour)
    for (int phase = 0; phase < m; ++phase)
      for (std::size_t k = 0; k < neighbours; ++k) {
        const Offset to = step(static_cast<std::size_t>(colour), k);
        const int first = two_sites_a_cell() ? 0 : (colour - phase + m) % m;  // cell of word 0
        const int words = (first + to.x + m) / m - 1;                         // rounded down
        const int other = two_sites_a_cell() ? 1 - colour : (colour + to.x + to.y + to.z + 2 * m) % m;
        offset[static_cast<std::size_t>(colour)][static_cast<std::size_t>(phase)][k] =
            (other - colour) * plane + to.z * sheet + to.y * row + 8 * words;
      }
}

BlockLattice::Offset BlockLattice::step(std::size_t colour, std::size_t k) const noexcept {
  if (two_sites_a_cell()) {  // site 2c + 1 meets site A of the cells one step along either side
    const int back = colour == 0 ? -1 : 1;
    return {k == 1 ? back : 0, k == 2 ? back : 0, 0};
  }
  const int way = k % 2 == 0 ? 1 : -1;
  if (k < 4) return {k < 2 ? way : 0, k < 2 ? 0 : way, 0};
  return corners ? Offset{way, way, 0} : Offset{0, 0, way};
}

BlockLattice::Cell BlockLattice::cell(std::size_t site) const noexcept {
  const std::size_t sub = two_sites_a_cell() ? site % 2 : 0, number = two_sites_a_cell() ? site / 2 : site;
  return {{number % sides[0], number / sides[0] % sides[1], number / (sides[0] * sides[1])}, sub};
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
  const Offset to = step(two_sites_a_cell() ? sub : place(site).colour, k);
  const auto moved = [&, x = x](std::size_t d, int by) {
    return (x[d] + sides[d] + static_cast<std::size_t>(by)) % sides[d];  // by may wrap: the sum does not
  };
  return this->site({{moved(0, to.x), moved(1, to.y), moved(2, to.z)}, 1 - sub});
}

std::array<std::uint32_t, 512> BlockLattice::lane_steps() const noexcept {
  std::array<std::uint32_t, 512> steps{};
  for (std::size_t lane = 0; lane < steps.size(); ++lane) {
    const auto [x, y, z] = block_of(lane);
    steps[lane] = static_cast<std::uint32_t>(site({{x * cells[0], y * cells[1], z * cells[2]}, 0}));
  }
  return steps;
}

std::size_t BlockLattice::live_in_row(std::size_t lane, std::size_t z, std::size_t y) const noexcept {
  const auto block = block_of(lane);
  const std::size_t at[] = {block[0] * cells[0], block[1] * cells[1] + y, block[2] * cells[2] + z};
  if (at[0] >= sides[0] || at[1] >= sides[1] || at[2] >= sides[2]) return 0;
  return std::min(cells[0], sides[0] - at[0]) * (two_sites_a_cell() ? 2 : 1);
}

void pack(const BlockLattice& blocks, std::span<const std::byte> spins, std::uint64_t* state) {
  const auto steps = blocks.lane_steps();
  for (std::size_t z = 0; z < blocks.cells[2]; ++z)
    for (std::size_t y = 0; y < blocks.cells[1]; ++y)
      for (std::size_t begin = 0; begin < blocks.row_sites(); begin += 64) {
        const std::size_t count = std::min<std::size_t>(64, blocks.row_sites() - begin);
        for (std::size_t part = 0; part < word_parts; ++part) {
          std::array<std::uint64_t, 64> bits{};  // of a lane, at all sites; then of a site, in all lanes of this part
          for (std::size_t k = 0; k < 64; ++k) {
            const std::size_t row = blocks.live_in_row(64 * part + k, z, y);
            if (row > begin)
              bits[k] = from_spins(&spins[blocks.row_start(z, y) + steps[64 * part + k] + begin],
                                   std::min(count, row - begin));
          }
          transpose(bits);
          for (std::size_t q = 0; q < count; ++q)
            state[blocks.in_row(z, y, begin + q) + static_cast<std::ptrdiff_t>(part)] = bits[q];
        }
      }
}

void unpack(const BlockLattice& blocks, const std::uint64_t* state, std::span<std::byte> spins) {
  const auto steps = blocks.lane_steps();
  for (std::size_t z = 0; z < blocks.cells[2]; ++z)
    for (std::size_t y = 0; y < blocks.cells[1]; ++y)
      for (std::size_t begin = 0; begin < blocks.row_sites(); begin += 64) {
        const std::size_t count = std::min<std::size_t>(64, blocks.row_sites() - begin);
        for (std::size_t part = 0; part < word_parts; ++part) {
          std::array<std::uint64_t, 64> bits{};  // of a site, in all lanes of this part; then of a lane, at all sites
          for (std::size_t q = 0; q < count; ++q)
            bits[q] = state[blocks.in_row(z, y, begin + q) + static_cast<std::ptrdiff_t>(part)];
          transpose(bits);
          for (std::size_t k = 0; k < 64; ++k) {
            const std::size_t row = blocks.live_in_row(64 * part + k, z, y);
            if (row > begin)
              to_spins(bits[k], std::min(count, row - begin),
                       &spins[blocks.row_start(z, y) + steps[64 * part + k] + begin]);
          }
        }
      }
}

std::size_t differences(const BlockLattice& blocks, const std::uint64_t* a, const std::uint64_t* b) {
  std::size_t sum = 0;
  blocks.visit_words([&](std::ptrdiff_t at, std::size_t, const BlockLattice::Lanes& live) {
    for (std::size_t part = 0; part < word_parts; ++part) {
      const std::ptrdiff_t k = at + static_cast<std::ptrdiff_t>(part);
      sum += static_cast<std::size_t>(std::popcount((a[k] ^ b[k]) & live[part]));
    }
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
