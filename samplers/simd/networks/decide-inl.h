// Decisions with P(1) = 1 / (1 + 2^-y) and sums of ln(1 + 2^y), in single precision. Compiled once per target, and with
// the same bits on each: no fused multiply-add, no approximate reciprocals.
//
// A unit takes the rarer of its two states with probability q = z / (1 + z), z = 2^-|y|. With w = 1 + z and a uniform
// word r < 2^31, that is where r < q 2^31, or r w < z 2^31: single precision keeps all of a small r, so a probability
// has a relative error of about 1e-7 however small it is. Between the last whole r below q 2^31 and the next, a second
// word decides (about once in 2^31 draws), so that the grid of r favours neither state.
#if defined(GIBBSITE_DECIDE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_DECIDE_INL_H
#undef GIBBSITE_DECIDE_INL_H
#else
#define GIBBSITE_DECIDE_INL_H
#endif

#include <hwy/highway.h>

#include "samplers/simd/random/ars5-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

using Floats = hn::RebindToFloat<Words>;
using Integers = hn::RebindToSigned<Words>;
using Word = hn::Vec<Words>;
using Float = hn::Vec<Floats>;
using Integer = hn::Vec<Integers>;
using Mask = hn::Mask<Floats>;

/// 2^-y for y >= 0; 2^-126 beyond. y is cut in whole and rest without error (adding 1.5 2^23 rounds to whole numbers
/// and leaves them in the last bits), and 2^-rest = 1 - rest P(-rest) with P the interpolation of (2^x - 1) / x at
/// Chebyshev's nodes of [-1/2, 1/2]: 1e-8 off, and a rounding.
HWY_INLINE Float exp2_minus(Float y) {
  const Floats d;
  const Integers i;
  const Float shift = hn::Set(d, 0x1.8p23F), most = hn::Min(y, hn::Set(d, 126.0F));
  const Float whole = hn::Sub(shift, most), rest = hn::Sub(most, hn::Sub(shift, whole));
  const auto times_rest_plus = [&](Float p, float c) { return hn::Add(hn::Mul(p, rest), hn::Set(d, c)); };
  Float p = times_rest_plus(hn::Set(d, 1.54531634e-4F), -1.33908633e-3F);
  p = times_rest_plus(p, 9.61808302e-3F);
  p = times_rest_plus(p, -5.55035695e-2F);
  p = times_rest_plus(p, 2.40226507e-1F);
  p = times_rest_plus(p, -6.93147182e-1F);
  p = times_rest_plus(p, 1.0F);
  return hn::BitCast(d, hn::Add(hn::BitCast(i, p), hn::ShiftLeft<23>(hn::BitCast(i, whole))));
}

struct Verdict {
  Mask minority, tie;  // a tie counts as minority until the second word is asked
  Float rest, whole;   // of a tie: minority with probability rest / whole
};
/// By z and w as above.
HWY_INLINE Verdict choose(Float z, Float w, Word random) {
  const Floats d;
  const Integers i;
  const Float r = hn::ConvertTo(d, hn::BitCast(i, hn::ShiftRight<1>(random)));
  const Float rest = hn::Sub(hn::Mul(z, hn::Set(d, 0x1p31F)), hn::Mul(r, w));
  const Mask minority = hn::Gt(rest, hn::Zero(d));
  return {minority, hn::And(minority, hn::Lt(rest, w)), rest, w};
}
HWY_INLINE Verdict choose(Float y, Word random) {
  const Float z = exp2_minus(hn::Abs(y));
  return choose(z, hn::Add(z, hn::Set(Floats(), 1.0F)), random);
}
/// The minority of a verdict once ties are decided.
HWY_INLINE Mask settle(const Verdict& verdict, Word second) {
  const Floats d;
  const Integers i;
  const Float r = hn::ConvertTo(d, hn::BitCast(i, hn::ShiftRight<1>(second)));
  const Mask below = hn::Lt(hn::Mul(r, verdict.whole), hn::Mul(verdict.rest, hn::Set(d, 0x1p31F)));
  return hn::And(verdict.minority, hn::Or(hn::Not(verdict.tie), below));
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
