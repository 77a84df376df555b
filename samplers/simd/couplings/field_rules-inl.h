// What becomes of spins, given their fields and a random word each. Compiled once per target.
#if defined(GIBBSITE_FIELD_RULES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_FIELD_RULES_INL_H
#undef GIBBSITE_FIELD_RULES_INL_H
#else
#define GIBBSITE_FIELD_RULES_INL_H
#endif

#include <hwy/highway.h>

#include "samplers/simd/networks/decide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

using Lanes = hn::Mask<Integers>;

/// New spins: up with probability 1 / (1 + 2^-y), y = 2 lambda f / ln 2.
struct HeatBathRule {
  static HWY_INLINE Verdict ask(Float y, Lanes, Float, Word random) { return choose(y, random); }
  static HWY_INLINE Lanes spins(Float y, Lanes, Mask minority) {
    return hn::RebindMask(Integers(), hn::Xor(hn::Gt(y, hn::Zero(Floats())), minority));
  }
};

/// Turns over with probability 2^-y where that costs energy, 1/2 where it is free, else `top`; 31 random bits, then 31
/// more.
struct MetropolisRule {
  static HWY_INLINE Verdict ask(Float y, Lanes up, Float top, Word random) {
    const Floats d;
    const Float one = hn::Set(d, 1.0F), cost = hn::IfThenElse(hn::RebindMask(d, up), y, hn::Neg(y));
    const Mask pays = hn::Gt(cost, hn::Zero(d));
    const Float gains = hn::IfThenElse(hn::Lt(cost, hn::Zero(d)), top, hn::Set(d, 0.5F));
    const Float p = hn::IfThenElse(pays, exp2_minus(hn::Max(cost, hn::Zero(d))), gains);
    const Float r = hn::ConvertTo(d, hn::BitCast(Integers(), hn::ShiftRight<1>(random)));
    const Float rest = hn::Sub(hn::Mul(p, hn::Set(d, 0x1p31F)), r);
    const Mask accepted = hn::Gt(rest, hn::Zero(d));
    return {accepted, hn::And(accepted, hn::Lt(rest, one)), rest, one};
  }
  static HWY_INLINE Lanes spins(Float, Lanes up, Mask accepted) {
    return hn::Xor(up, hn::RebindMask(Integers(), accepted));
  }
};

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
