#include "samplers/simd/couplings/field_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/couplings/field_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/couplings/field_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

constexpr std::size_t register_bytes = width < 8 ? 1 : width / 8;  // of spins
constexpr std::size_t vector_bytes = parts * register_bytes;

/// Which spins of a register turn up, and which down.
struct Turns {
#if HWY_TARGET <= HWY_AVX3
  Turns(Lanes turned, Lanes now) : up(hn::And(turned, now)), down(hn::AndNot(now, turned)) {}
  HWY_INLINE Integer apply(Integer field, Integer twice) const {
    const __m512i raised = _mm512_mask_add_epi32(field.raw, up.raw, field.raw, twice.raw);
    return Integer{_mm512_mask_sub_epi32(raised, down.raw, raised, twice.raw)};
  }
  Lanes up, down;
#else
  Turns(Lanes is_turned, Lanes now)
      : turned(hn::VecFromMask(Integers(), is_turned)), down(hn::VecFromMask(Integers(), hn::Not(now))) {}
  HWY_INLINE Integer apply(Integer field, Integer twice) const {
    return hn::Add(field, hn::And(turned, hn::Sub(hn::Xor(twice, down), down)));
  }
  Integer turned, down;
#endif
};

/// Tells the neighbours of site i; at a time as many registers as there are mask registers for.
template <std::size_t together>
HWY_INLINE void tell(const FieldSweep& s, std::size_t i, std::size_t registers, std::size_t c, const Lanes* turned,
                     const Lanes* now) {
  const Integers n;
  const Turns first(turned[c], now[c]), second(turned[c + together - 1], now[c + together - 1]);
  const std::uint32_t* const neighbour = s.neighbour;
  const std::int32_t* const twice = s.twice;
  std::int32_t* const fields = s.fields + c * width;
  const std::uint32_t end = s.first[i + 1];
  const std::size_t row = registers * width;
  for (std::uint32_t e = s.first[i]; e < end; ++e) {
    std::int32_t* const at = fields + neighbour[e] * row;
    const Integer change = hn::Set(n, twice[e]);
    hn::Store(first.apply(hn::Load(n, at), change), n, at);
    if (together == 2) hn::Store(second.apply(hn::Load(n, at + width), change), n, at + width);
  }
}

/// `fixed`: registers of a block, or 0 for any number.
template <class Rule, std::size_t fixed>
void sweep(const FieldSweep& s) {
  const Floats d;
  const Integers n;
  const Cipher cipher = *s.cipher;
  const std::size_t registers = fixed > 0 ? fixed : s.vectors * parts;
  HWY_ALIGN std::uint64_t places[most_field_vectors * parts][width / 2];
  for (std::size_t c = 0; c < registers; ++c) hn::Store(place(s.vector + c / parts, c % parts), Halves(), places[c]);
  const std::int32_t* const fields = s.fields;
  auto* const count = reinterpret_cast<std::int32_t*>(s.turned);
  for (std::size_t visit = 0; visit < s.visits; ++visit) {
    const std::size_t i = s.order[visit];
    const auto unit = static_cast<std::uint32_t>(s.unit + i);
    std::uint8_t* const bits = s.spins + i * registers * register_bytes;
    Lanes turned[fixed > 0 ? fixed : most_field_vectors * parts], now[fixed > 0 ? fixed : most_field_vectors * parts];
    Lanes any = hn::MaskFromVec(hn::Zero(n));
    HWY_UNROLL(4) for (std::size_t c = 0; c < registers; ++c) {
      const auto where = hn::Load(Halves(), places[c]);
      const Lanes before = hn::LoadMaskBits(n, bits + c * register_bytes);
      const Float field = hn::ConvertTo(d, hn::Load(n, fields + (i * registers + c) * width));
      const Float y = hn::Mul(field, hn::Load(d, s.scale + c * width));
      const Verdict verdict =
          Rule::ask(y, before, hn::Load(d, s.top + c * width), random_words(cipher, unit, 0, where));
      Mask chosen = verdict.minority;
      if (HWY_UNLIKELY(!hn::AllFalse(d, verdict.tie))) chosen = settle(verdict, random_words(cipher, unit, 1, where));
      now[c] = Rule::spins(y, before, chosen);
      turned[c] = hn::Xor(now[c], before);
      any = hn::Or(any, turned[c]);
      hn::StoreMaskBits(n, now[c], bits + c * register_bytes);
    }
    if (hn::AllFalse(n, any)) continue;
    HWY_UNROLL(4)
    for (std::size_t c = 0; c < registers; ++c)
      hn::Store(hn::Sub(hn::Load(n, count + c * width), hn::VecFromMask(n, turned[c])), n, count + c * width);
    std::size_t c = 0;
    for (; c + 1 < registers; c += 2) tell<2>(s, i, registers, c, turned, now);
    if (c < registers) tell<1>(s, i, registers, c, turned, now);
  }
}
template <class Rule>
void sweep_any(const FieldSweep& s) {
  switch (s.vectors * parts) {
    case 1:
      return sweep<Rule, 1>(s);
    case 2:
      return sweep<Rule, 2>(s);
    case 4:
      return sweep<Rule, 4>(s);
    default:
      return sweep<Rule, 0>(s);
  }
}
void heat_bath(const FieldSweep& s) { sweep_any<HeatBathRule>(s); }
void metropolis(const FieldSweep& s) { sweep_any<MetropolisRule>(s); }

void sum(const FieldSum& s) {
  constexpr std::size_t together = 1U << 13;  // sites whose halves add up without a carry
  const Integers n;
  const std::size_t registers = s.vectors * parts;
  for (std::size_t begin = 0; begin < s.sites; begin += together) {
    const std::size_t end = begin + together < s.sites ? begin + together : s.sites;
    for (std::size_t c = 0; c < registers; ++c) {
      Integer low = hn::Zero(n), high = low, up = low;
      const auto add = [&](Integer term, Lanes is_up) {
        const Integer signed_term = hn::IfThenElse(is_up, term, hn::Neg(term));
        low = hn::Add(low, hn::And(signed_term, hn::Set(n, 0xFFFF)));
        high = hn::Add(high, hn::ShiftRight<16>(signed_term));
      };
      for (std::size_t i = begin; i < end; ++i) {
        const Lanes is_up = hn::LoadMaskBits(n, s.spins + (i * registers + c) * register_bytes);
        up = hn::Sub(up, hn::VecFromMask(n, is_up));
        add(hn::Load(n, s.fields + (i * registers + c) * width), is_up);
        if (s.outside[i] != 0) add(hn::Set(n, s.outside[i]), is_up);
      }
      HWY_ALIGN std::int32_t lows[width], highs[width], ups[width];
      hn::Store(low, n, lows);
      hn::Store(high, n, highs);
      hn::Store(up, n, ups);
      for (std::size_t k = 0; k < width; ++k) {
        s.sum[c * width + k] += std::int64_t{highs[k]} * 65536 + lows[k];
        s.up[c * width + k] += ups[k];
      }
    }
  }
}

void pack(const FieldPack& p) {
  const Words u;
  const Integers n;
  const std::size_t registers = p.vectors * parts;
  for (std::size_t g = 0; g < p.groups; ++g)
    for (std::size_t c = 0; c < registers; ++c) {
      Word word = hn::Zero(u);
      for (std::size_t o = 0; o < p.bits; ++o) {
        const std::uint8_t* bits = p.spins + ((g * p.bits + o) * registers + c) * register_bytes;
        const auto up = hn::RebindMask(u, hn::LoadMaskBits(n, bits));
        word = hn::Or(word, hn::IfThenElseZero(up, hn::Set(u, 1U << (o * p.spacing))));
      }
      hn::Store(word, u, p.words + (g * registers + c) * width);
    }
}

const FieldKernels* fields() {
  static const FieldKernels all = {
      hwy::TargetName(HWY_TARGET), vector_bytes, width < 8 ? width : 8, heat_bath, metropolis, sum, pack};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const FieldKernels*> field_kernels() {
  std::vector<const FieldKernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::fields());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::fields());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::fields());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
