// Pairs of normal numbers in double precision out of pairs of 64-bit words (Box & Muller, Ann. Math. Stat. 29, 610
// (1958)): sqrt(-2 ln u) (cos a, sin a). The angle is drawn within an eighth of a turn of an axis, where short series
// give its sine and cosine to 2e-15, and two more bits say which axis. Compiled once per target.
#if defined(GIBBSITE_BOX_MULLER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_BOX_MULLER_INL_H
#undef GIBBSITE_BOX_MULLER_INL_H
#else
#define GIBBSITE_BOX_MULLER_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>

#include "samplers/simd/random/ars5-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

using Doubles = hn::RepartitionToWide<hn::Repartition<float, Words>>;
using Double = hn::Vec<Doubles>;
constexpr std::size_t doubles = hn::MaxLanes(Doubles());  // of a register

/// (word / 2^12 + 1/2) / 2^52: in (0, 1).
HWY_INLINE Double uniform_of(hn::Vec<Halves> word) {
  const auto bits = hn::Or(hn::ShiftRight<12>(word), hn::Set(Halves(), 0x3FF0000000000000ULL));
  return hn::Sub(hn::BitCast(Doubles(), bits), hn::Set(Doubles(), 1 - 0x1p-53));
}

template <std::size_t terms>
HWY_INLINE Double series(Double x, const double (&coefficient)[terms]) {
  Double sum = hn::Set(Doubles(), coefficient[terms - 1]);
  for (std::size_t k = terms - 1; k-- > 0;) sum = hn::MulAdd(sum, x, hn::Set(Doubles(), coefficient[k]));
  return sum;
}

struct NormalPair {
  Double first, second;
};
HWY_INLINE NormalPair normal_pair(hn::Vec<Halves> u, hn::Vec<Halves> w) {
  constexpr double sine[] = {
      1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000};
  constexpr double cosine[] = {1,           -1.0 / 2,       1.0 / 24,        -1.0 / 720,
                               1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200};
  const Doubles d;
  const Double angle = hn::Mul(hn::Sub(uniform_of(w), hn::Set(d, 0.5)), hn::Set(d, 1.57079632679489661923));
  const Double square = hn::Mul(angle, angle), s = hn::Mul(angle, series(square, sine)), along = series(square, cosine);
  const Double c = hn::Xor(along, hn::BitCast(d, hn::ShiftLeft<63>(w)));  // bit 0: which way the axis points
  const Double radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0), hn::Log(d, uniform_of(u))));
  const auto other = hn::RebindMask(d, hn::TestBit(w, hn::Set(Halves(), 2)));  // bit 1: which axis
  return {hn::Mul(radius, hn::IfThenElse(other, s, c)), hn::Mul(radius, hn::IfThenElse(other, c, s))};
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
