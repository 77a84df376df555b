// Logic on bit lanes. Compiled once per target.
//
// Highway's IfVecThenElse is a bitwise select on AVX3 only; on SSE4 and AVX2 it blends bytes by their sign. And Highway
// 1.0.3 has few operations of three operands, though 512-bit registers do any of them in one instruction.
#if defined(GIBBSITE_LOGIC_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_LOGIC_INL_H
#undef GIBBSITE_LOGIC_INL_H
#else
#define GIBBSITE_LOGIC_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bits = hn::CappedTag<std::uint64_t, 8>;
using BitVector = hn::Vec<Bits>;
constexpr std::size_t column_parts = hn::MaxLanes(Bits());  // 64-bit parts of a word that a register holds

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
/// Bit 4 a + 2 b + c of `table` is the result.
template <int table>
HWY_INLINE BitVector ternary(BitVector a, BitVector b, BitVector c) {
  return BitVector{_mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, table)};
}
/// mask ? yes : no
HWY_INLINE BitVector select(BitVector mask, BitVector yes, BitVector no) { return ternary<0xCA>(mask, yes, no); }
/// mask ? yes : no, where `yes` is not needed afterwards: its register takes the result.
HWY_INLINE BitVector choose_by(BitVector yes, BitVector mask, BitVector no) { return ternary<0xE2>(yes, mask, no); }
/// mask ? fresh : old, where `old` is not needed afterwards.
HWY_INLINE BitVector replace(BitVector old, BitVector mask, BitVector fresh) { return ternary<0xB8>(old, mask, fresh); }
/// At least two of three.
HWY_INLINE BitVector majority(BitVector a, BitVector b, BitVector c) { return ternary<0xE8>(a, b, c); }
/// The same, of a, b, c of which some are turned over first (1: a, 2: b, 4: c).
template <unsigned turned>
HWY_INLINE BitVector majority_of(BitVector a, BitVector b, BitVector c) {
  constexpr auto table = [] {
    int bits = 0;
    for (unsigned k = 0; k < 8; ++k) {  // k = 4 a + 2 b + c
      const unsigned up = ((k >> 2U ^ turned) & 1U) + ((k >> 1U ^ turned >> 1U) & 1U) + ((k ^ turned >> 2U) & 1U);
      bits |= (up >= 2 ? 1 : 0) << k;
    }
    return bits;
  };
  return ternary<table()>(a, b, c);
}
HWY_INLINE BitVector not_xor3(BitVector a, BitVector b, BitVector c) { return ternary<0x69>(a, b, c); }
HWY_INLINE BitVector not_xor(BitVector a, BitVector b) { return ternary<0xC3>(a, b, b); }
/// Not all three equal.
HWY_INLINE BitVector differ(BitVector a, BitVector b, BitVector c) { return ternary<0x7E>(a, b, c); }
HWY_INLINE BitVector all_of(BitVector a, BitVector b, BitVector c) { return ternary<0x80>(a, b, c); }
/// a ^ (b | (a ^ c))
HWY_INLINE BitVector turn(BitVector a, BitVector b, BitVector c) { return ternary<0x2E>(a, b, c); }
#else
HWY_INLINE BitVector select(BitVector mask, BitVector yes, BitVector no) {
  return hn::Xor(no, hn::And(mask, hn::Xor(yes, no)));
}
HWY_INLINE BitVector choose_by(BitVector yes, BitVector mask, BitVector no) { return select(mask, yes, no); }
HWY_INLINE BitVector replace(BitVector old, BitVector mask, BitVector fresh) { return select(mask, fresh, old); }
HWY_INLINE BitVector majority(BitVector a, BitVector b, BitVector c) {
  return hn::Xor(b, hn::And(hn::Xor(a, b), hn::Xor(b, c)));
}
template <unsigned turned>
HWY_INLINE BitVector majority_of(BitVector a, BitVector b, BitVector c) {
  return majority((turned & 1U) != 0 ? hn::Not(a) : a, (turned & 2U) != 0 ? hn::Not(b) : b,
                  (turned & 4U) != 0 ? hn::Not(c) : c);
}
HWY_INLINE BitVector not_xor3(BitVector a, BitVector b, BitVector c) { return hn::Not(hn::Xor3(a, b, c)); }
HWY_INLINE BitVector not_xor(BitVector a, BitVector b) { return hn::Not(hn::Xor(a, b)); }
HWY_INLINE BitVector differ(BitVector a, BitVector b, BitVector c) { return hn::Or(hn::Xor(a, b), hn::Xor(b, c)); }
HWY_INLINE BitVector all_of(BitVector a, BitVector b, BitVector c) { return hn::And(a, hn::And(b, c)); }
HWY_INLINE BitVector turn(BitVector a, BitVector b, BitVector c) { return hn::Xor(a, hn::Or(b, hn::Xor(a, c))); }
#endif

HWY_INLINE bool any(BitVector v) { return !hn::AllTrue(Bits(), hn::Eq(v, hn::Zero(Bits()))); }

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
