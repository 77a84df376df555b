// The halo of a lattice in blocks: words at the edges of blocks, copied with lanes moved by one block. Compiled once
// per target.
//
// Lane X + blocks_x (Y + blocks_y Z). Forward: block k receives what stood in block k - 1. 32 x 16 blocks: a step in x
// rotates the bits of 32-bit lanes, a step in y the lanes of the word. 8 x 8 x 8: bits of bytes, bytes of 64-bit lanes,
// lanes of the word.
#if defined(GIBBSITE_HALO_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_HALO_INL_H
#undef GIBBSITE_HALO_INL_H
#else
#define GIBBSITE_HALO_INL_H
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "samplers/simd/bits/logic-inl.h"
#include "samplers/simd/lattice/lattice_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

enum class Way { forward, back };

/// All 512 bits rotated by `bits` (32 or 64), upwards if forward.
template <std::size_t bits, Way way>
HWY_INLINE void rotate_word(const std::uint64_t* from, std::uint64_t* to) {
  if constexpr (column_parts == word_parts) {
    const hn::Repartition<std::uint32_t, Bits> d;
    constexpr std::uint32_t by = way == Way::forward ? 16 - bits / 32 : bits / 32;
    const auto lane = hn::And(hn::Iota(d, by), hn::Set(d, 15));
    const auto moved = hn::TableLookupLanes(hn::BitCast(d, hn::Load(Bits(), from)), hn::IndicesFromVec(d, lane));
    hn::Store(hn::BitCast(Bits(), moved), Bits(), to);
  } else {
    for (std::size_t k = 0; k < word_parts; ++k) {
      const std::uint64_t next = from[(k + (way == Way::forward ? word_parts - 1 : 1)) % word_parts];
      if constexpr (bits == 64)
        to[k] = next;
      else
        to[k] = way == Way::forward ? from[k] << 32 | next >> 32 : from[k] >> 32 | next << 32;
    }
  }
}

/// The bits of every lane of `lane_bits` (8, 32 or 64) rotated by `bits`.
template <std::size_t lane_bits, std::size_t bits, Way way>
HWY_INLINE void rotate_lanes(const std::uint64_t* from, std::uint64_t* to) {
  const Bits d;
  for (std::size_t c = 0; c < word_parts; c += column_parts) {
    const BitVector v = hn::Load(d, from + c);
    if constexpr (lane_bits == 32) {
      const hn::Repartition<std::uint32_t, Bits> d32;
      constexpr int by = way == Way::back ? bits : 32 - bits;
      hn::Store(hn::BitCast(d, hn::RotateRight<by>(hn::BitCast(d32, v))), d, to + c);
    } else if constexpr (lane_bits == 64) {
      constexpr int by = way == Way::back ? bits : 64 - bits;
      hn::Store(hn::RotateRight<by>(v), d, to + c);
    } else {
      static_assert(lane_bits == 8 && bits == 1);
      const BitVector low = hn::Set(d, 0x0101010101010101U), high = hn::Set(d, 0x8080808080808080U);
      if constexpr (way == Way::forward)
        hn::Store(select(low, hn::ShiftRight<7>(v), hn::ShiftLeft<1>(v)), d, to + c);
      else
        hn::Store(select(high, hn::ShiftLeft<7>(v), hn::ShiftRight<1>(v)), d, to + c);
    }
  }
}

struct Flat {  // 32 x 16 blocks
  template <Way way>
  static HWY_INLINE void x(const std::uint64_t* from, std::uint64_t* to) {
    rotate_lanes<32, 1, way>(from, to);
  }
  template <Way way>
  static HWY_INLINE void y(const std::uint64_t* from, std::uint64_t* to) {
    rotate_word<32, way>(from, to);
  }
};
struct Solid {  // 8 x 8 x 8 blocks
  template <Way way>
  static HWY_INLINE void x(const std::uint64_t* from, std::uint64_t* to) {
    rotate_lanes<8, 1, way>(from, to);
  }
  template <Way way>
  static HWY_INLINE void y(const std::uint64_t* from, std::uint64_t* to) {
    rotate_lanes<64, 8, way>(from, to);
  }
};

/// Words i ... i_end - 1 of row y of sheet z.
template <class Blocks>
HWY_INLINE void close_row(const Stripe& s, std::size_t z, std::size_t y, std::size_t i, std::size_t i_end) {
  const BlockLattice& b = *s.lattice;
  std::uint64_t* const row = s.state + b.at(s.colour, z, y, 0);
  const auto length = static_cast<std::ptrdiff_t>(b.row_words * word_parts);
  constexpr auto word = static_cast<std::ptrdiff_t>(word_parts);
  const std::ptrdiff_t sides = static_cast<std::ptrdiff_t>(b.cells[1]) * b.row;
  const bool first = i == 0, last = i_end == b.row_words;
  if (first) Blocks::template x<Way::back>(row, row + length);
  if (last) Blocks::template x<Way::forward>(row + length - word, row - word);
  if (y == 0) {
    for (std::size_t k = i; k < i_end; ++k)
      Blocks::template y<Way::back>(row + k * word_parts, row + k * word_parts + sides);
    if (b.corners && first) Blocks::template y<Way::back>(row + length, row + length + sides);
  }
  if (y + 1 == b.cells[1]) {
    for (std::size_t k = i; k < i_end; ++k)
      Blocks::template y<Way::forward>(row + k * word_parts, row + k * word_parts - sides);
    if (b.corners && last) Blocks::template y<Way::forward>(row - word, row - word - sides);
  }
  if constexpr (std::is_same_v<Blocks, Solid>) {
    const std::ptrdiff_t sheets = static_cast<std::ptrdiff_t>(b.cells[2]) * b.sheet;
    for (std::size_t k = i; z == 0 && k < i_end; ++k)
      rotate_word<64, Way::back>(row + k * word_parts, row + k * word_parts + sheets);
    for (std::size_t k = i; z + 1 == b.cells[2] && k < i_end; ++k)
      rotate_word<64, Way::forward>(row + k * word_parts, row + k * word_parts - sheets);
  }
}

/// Some lanes of a word become those of another, or of the same, that stand `turn` lanes lower.
HWY_INLINE void copy_lanes(const std::uint64_t* from, std::uint64_t* to, std::size_t turn, const std::uint64_t* lanes) {
  const std::size_t parts = turn / 64;
  const int bits = static_cast<int>(turn % 64);
  if constexpr (column_parts == word_parts) {
    const Bits d;
    const BitVector word = hn::Load(d, from);
    const auto lowered = [&](std::size_t by) {
      const auto part = hn::And(hn::Iota(d, word_parts - by), hn::Set(d, word_parts - 1));
      return hn::TableLookupLanes(word, hn::IndicesFromVec(d, part));
    };
    const BitVector moved = hn::Or(hn::ShiftLeftSame(lowered(parts), bits),
                                   hn::ShiftRightSame(hn::ShiftRight<1>(lowered((parts + 1) % word_parts)), 63 - bits));
    hn::Store(select(hn::LoadU(d, lanes), moved, hn::Load(d, to)), d, to);
  } else {
    std::uint64_t word[word_parts];
    std::copy_n(from, word_parts, word);
    for (std::size_t k = 0; k < word_parts; ++k) {
      const std::uint64_t low = word[(k + word_parts - parts) % word_parts];
      const std::uint64_t high = word[(k + 2 * word_parts - parts - 1) % word_parts];
      to[k] = (to[k] & ~lanes[k]) | ((low << bits | high >> 1 >> (63 - bits)) & lanes[k]);
    }
  }
}

HWY_INLINE void close_stripe(const Stripe& s) {
  const BlockLattice& b = *s.lattice;
  std::size_t word = s.begin, i = word % b.row_words, y = word / b.row_words % b.cells[1],
              z = word / b.row_words / b.cells[1];
  while (word < s.end) {
    const std::size_t i_end = std::min(b.row_words, i + s.end - word);
    b.blocks[2] > 1 ? close_row<Solid>(s, z, y, i, i_end) : close_row<Flat>(s, z, y, i, i_end);
    word += i_end - i;
    i = 0;
    if (++y == b.cells[1]) y = 0, ++z;
  }
}

void close(const Stripe& s) {
  const BlockLattice& b = *s.lattice;
  for (const BlockLattice::Ghost& ghost : b.ghosts[s.colour])
    copy_lanes(s.state + ghost.from, s.state + ghost.to, ghost.turn, b.ghost_lanes[ghost.lanes].data());
  close_stripe(s);
  for (std::size_t colour = 0; colour < b.colours; ++colour)
    if (colour != s.colour && (b.planes[s.colour] >> colour & 1U) != 0)
      close_stripe({&b, s.state, s.signs, colour, 0, b.colour_words});
  for (const BlockLattice::Ghost& ghost : b.halo_ghosts)
    copy_lanes(s.state + ghost.from, s.state + ghost.to, ghost.turn, b.ghost_lanes[ghost.lanes].data());
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
