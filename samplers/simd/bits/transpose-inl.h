// Bits of 64 rows become those of 64 columns, in all 64-bit parts of a word at once. Compiled once per target.
//
// Blocks of 32, 16, ..., 1 bits are swapped in turn (Warren, Hacker's Delight, 2nd ed., sec. 7-3): two shifts and two
// selections for two rows. The first three steps take eight rows that stand eight apart, the last three eight that are
// neighbours, so that registers hold them.
#if defined(GIBBSITE_TRANSPOSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_TRANSPOSE_INL_H
#undef GIBBSITE_TRANSPOSE_INL_H
#else
#define GIBBSITE_TRANSPOSE_INL_H
#endif

#include "samplers/simd/bits/logic-inl.h"
#include "samplers/simd/bits/word.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// In rows k and k + apart of `rows`, of which bit b and bit b + shift change places.
template <int shift, std::size_t apart, std::size_t rows>
HWY_INLINE void swap_blocks(BitVector (&a)[rows]) {
  constexpr std::uint64_t low = ~std::uint64_t{0} / ((std::uint64_t{1} << shift) + 1);  // 0x0F0F... and the like
  const BitVector mask = hn::Set(Bits(), low), other = hn::Not(mask);
  HWY_UNROLL(8) for (std::size_t k = 0; k < rows; ++k) {
    if ((k & apart) != 0) continue;
    const BitVector down = hn::ShiftRight<shift>(a[k]), up = hn::ShiftLeft<shift>(a[k + apart]);
    a[k] = replace(a[k], other, up);
    a[k + apart] = replace(a[k + apart], mask, down);
  }
}

template <std::size_t rows>
HWY_INLINE void load_rows(const std::uint64_t* in, std::ptrdiff_t step, BitVector (&a)[rows]) {
  HWY_UNROLL(16) for (BitVector& row : a) {
    row = hn::Load(Bits(), in);
    in += step * static_cast<std::ptrdiff_t>(word_parts);
  }
}
template <std::size_t rows>
HWY_INLINE void store_rows(const BitVector (&a)[rows], std::ptrdiff_t step, std::uint64_t* out) {
  HWY_UNROLL(16) for (const BitVector& row : a) {
    hn::Store(row, Bits(), out);
    out += step * static_cast<std::ptrdiff_t>(word_parts);
  }
}

/// Rows of `out` stand `step` words apart.
inline void transpose(const std::uint64_t* in, std::uint64_t* out, std::ptrdiff_t step) {
  BitVector a[8];
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const auto row = [&](std::size_t k) {
      return out + static_cast<std::ptrdiff_t>(column) +
             static_cast<std::ptrdiff_t>(k) * step * static_cast<std::ptrdiff_t>(word_parts);
    };
    for (std::size_t begin = 0; begin < 8; ++begin) {
      load_rows(in + begin * word_parts + column, 8, a);
      swap_blocks<32, 4>(a);
      swap_blocks<16, 2>(a);
      swap_blocks<8, 1>(a);
      store_rows(a, 8 * step, row(begin));
    }
    for (std::size_t begin = 0; begin < 64; begin += 8) {
      load_rows(row(begin), step, a);
      swap_blocks<4, 4>(a);
      swap_blocks<2, 2>(a);
      swap_blocks<1, 1>(a);
      store_rows(a, step, row(begin));
    }
  }
}
inline void transpose_short(const std::uint64_t* in, std::uint64_t* out) {
  BitVector a[16];
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    load_rows(in + column, 1, a);
    swap_blocks<8, 8>(a);
    swap_blocks<4, 4>(a);
    swap_blocks<2, 2>(a);
    swap_blocks<1, 1>(a);
    store_rows(a, 1, out + column);
  }
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
