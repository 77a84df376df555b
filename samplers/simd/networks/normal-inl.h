// Normal numbers in single precision (Box & Muller, Ann. Math. Stat. 29, 610 (1958)): sqrt(-2 ln u) cos 2 pi w and sin,
// u and w uniform in (0, 1] with 32 bits, so that none is above 6.8. Compiled once per target.
#if defined(GIBBSITE_NORMAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_NORMAL_INL_H
#undef GIBBSITE_NORMAL_INL_H
#else
#define GIBBSITE_NORMAL_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "samplers/simd/networks/decide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// (word + 1/2) / 2^32. Upper and lower halves apart: conversions are of signed words.
HWY_INLINE Float uniform_of(Word word) {
  const Floats d;
  const Float high = hn::ConvertTo(d, hn::BitCast(Integers(), hn::ShiftRight<16>(word)));
  const Float low = hn::ConvertTo(d, hn::BitCast(Integers(), hn::And(word, hn::Set(Words(), 0xFFFFU))));
  return hn::MulAdd(high, hn::Set(d, 0x1p-16F), hn::MulAdd(low, hn::Set(d, 0x1p-32F), hn::Set(d, 0x1p-33F)));
}

struct Normals {
  Float first, second;
};
HWY_INLINE Normals two_normals(Word u, Word w) {
  const Floats d;
  const Float radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0F), hn::Log(d, uniform_of(u))));
  const Float angle = hn::Mul(hn::Set(d, 6.28318531F), uniform_of(w));
  return {hn::Mul(radius, hn::Cos(d, angle)), hn::Mul(radius, hn::Sin(d, angle))};
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
