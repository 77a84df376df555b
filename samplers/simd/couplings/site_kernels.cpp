#include "samplers/simd/couplings/site_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/couplings/site_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/couplings/field_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

HWY_INLINE std::uint64_t bits_of(Lanes mask) { return bits_of(hn::RebindMask(Words(), mask)); }

struct Seen {
  Float y;
  Lanes up;
};
HWY_INLINE Float scaled(Integer field, const SiteSweep& sweep) {
  const Floats d;
  return hn::Mul(hn::ConvertTo(d, field), hn::Set(d, sweep.scale));
}
/// The lanes that turn over, of register `part` of a vector.
template <class Rule>
HWY_INLINE Lanes decide(const Seen& seen, const Cipher& cipher, std::uint32_t vector, hn::Vec<Halves> where,
                        Word random) {
  const Floats d;
  const Verdict verdict = Rule::ask(seen.y, seen.up, hn::Set(d, 2.0F), random);
  Mask chosen = verdict.minority;
  if (HWY_UNLIKELY(!hn::AllFalse(d, verdict.tie))) chosen = settle(verdict, random_words(cipher, vector, 1, where));
  return hn::Xor(Rule::spins(seen.y, seen.up, chosen), seen.up);
}

/// Sums of many 32-bit numbers in lanes, by halves that add up without a carry.
class LaneSum {
 public:
  HWY_INLINE LaneSum() : low_(hn::Zero(Integers())), high_(hn::Zero(Integers())) {}
  HWY_INLINE void add(Integer term) {
    const Integers n;
    low_ = hn::Add(low_, hn::And(term, hn::Set(n, 0xFFFF)));
    high_ = hn::Add(high_, hn::ShiftRight<16>(term));
    if (HWY_UNLIKELY(++terms_ == most_terms)) flush();
  }
  HWY_INLINE std::int64_t total() {
    flush();
    return total_;
  }

 private:
  void flush() {
    const Integers n;
    HWY_ALIGN std::int32_t low[width], high[width];
    hn::Store(low_, n, low);
    hn::Store(high_, n, high);
    for (std::size_t k = 0; k < width; ++k) total_ += std::int64_t{high[k]} * 65536 + low[k];
    low_ = high_ = hn::Zero(n);
    terms_ = 0;
  }
  static constexpr std::size_t most_terms = std::size_t{1} << 15;
  Integer low_, high_;
  std::size_t terms_ = 0;
  std::int64_t total_ = 0;
};

template <class Rule>
void sparse(const SiteCouplings& graph, const SiteSweep& sweep, SiteState& state) {
  const Integers n;
  const Cipher cipher = *sweep.cipher;
  std::int32_t* const up = state.up;
  LaneSum fields, outside;
  for (std::size_t step = 0; step < graph.vectors; ++step) {
    const std::size_t v = sweep.reversed ? graph.vectors - 1 - step : step;
    HWY_UNROLL(4) for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t begin = v * lanes + part * width;
      Integer field = hn::Load(n, graph.base + begin);
      for (std::size_t e = graph.first[v]; e < graph.first[v + 1]; ++e) {
        const std::size_t at = e * lanes + part * width;
        const std::int32_t run = graph.run[e];  // a register in one load: gathers take longer than all else
        const Integer is_up = HWY_LIKELY(run >= 0) ? hn::LoadU(n, up + run + part * width)
                                                   : hn::GatherIndex(n, up, hn::Load(n, graph.neighbour + at));
        field = hn::Add(field, hn::And(is_up, hn::Load(n, graph.twice + at)));
      }
      const Integer before = hn::Load(n, up + begin);
      const auto where = place(sweep.replica, part);
      const auto vector = static_cast<std::uint32_t>(v);
      const std::size_t here = graph.count[v] > part * width ? graph.count[v] - part * width : 0;
      const Lanes turned =
          hn::And(hn::FirstN(n, here), decide<Rule>({scaled(field, sweep), hn::MaskFromVec(before)}, cipher, vector,
                                                    where, random_words(cipher, vector, 0, where)));
      const Integer turn = hn::VecFromMask(n, turned);
      const auto with_spin = [&](Integer x) HWY_ATTR {  // s x of those that turn
        const Integer down = hn::Not(before);
        return hn::And(turn, hn::Sub(hn::Xor(x, down), down));
      };
      hn::Store(hn::Xor(before, turn), n, up + begin);
      fields.add(with_spin(field));
      outside.add(with_spin(hn::Load(n, graph.outside + begin)));
      const std::uint64_t bits = bits_of(turned), downs = bits_of(hn::AndNot(hn::MaskFromVec(before), turned));
      state.turned += static_cast<std::uint64_t>(__builtin_popcountll(bits));
      state.ups += 2 * __builtin_popcountll(downs) - __builtin_popcountll(bits);
    }
  }
  state.sum -= 4 * fields.total();
  state.field_sum -= 2 * outside.total();
}

/// A spin of a dense graph turns over: all fields follow.
HWY_INLINE void flip(const SiteCouplings& graph, SiteState& s, std::size_t i) {
  const Integers n;
  const bool was_up = s.up[i] != 0;
  const std::int64_t spin = was_up ? 1 : -1;
  s.sum -= 4 * spin * s.fields[i];
  s.field_sum -= 2 * spin * graph.outside[i];
  s.ups -= spin;
  ++s.turned;
  s.up[i] = was_up ? 0 : -1;
  const std::size_t row = graph.vectors * lanes;
  const std::int32_t* const twice = graph.rows + i * row;
  const Integer minus = hn::Set(n, was_up ? -1 : 0);
  for (std::size_t j = 0; j < row; j += width) {
    const Integer change = hn::Sub(hn::Xor(hn::Load(n, twice + j), minus), minus);
    hn::Store(hn::Add(hn::Load(n, s.fields + j), change), n, s.fields + j);
  }
}

/// Visits of a dense graph, a register of them at a time, from the first lane to the last or back. see() gives the
/// lanes' scaled fields and spins, place_of(k) where one stands.
template <class Rule, class See, class Place>
HWY_INLINE void visit(const SiteCouplings& graph, const SiteSweep& sweep, const Cipher& cipher, SiteState& s,
                      std::uint32_t vector, std::size_t part, See&& see, Place&& place_of) {
  const auto where = place(sweep.replica, part);
  const Word random = random_words(cipher, vector, 0, where);
  const std::size_t end = (std::size_t{vector} * parts + part + 1) * width;
  const std::size_t here = end <= graph.sites ? width : end - graph.sites < width ? width - (end - graph.sites) : 0;
  std::uint64_t left = (std::uint64_t{1} << here) - 1;
  for (;;) {
    const std::uint64_t turn = bits_of(decide<Rule>(see(), cipher, vector, where, random)) & left;
    if (HWY_LIKELY(turn == 0)) return;
    const auto k = static_cast<std::size_t>(sweep.reversed ? 63 - __builtin_clzll(turn) : __builtin_ctzll(turn));
    flip(graph, s, place_of(k));
    left &= sweep.reversed ? (std::uint64_t{1} << k) - 1 : ~std::uint64_t{1} << k;
  }
}

/// The reference acts beside fields where there is one.
template <class Rule, bool with_reference = false>
void dense(const SiteCouplings& graph, const SiteSweep& sweep, SiteState& state) {
  const Integers n;
  const Cipher cipher = *sweep.cipher;
  SiteState s = state;
  for (std::size_t step = 0; step < graph.vectors * parts; ++step) {
    const std::size_t c = sweep.reversed ? graph.vectors * parts - 1 - step : step, begin = c * width;
    visit<Rule>(
        graph, sweep, cipher, s, static_cast<std::uint32_t>(c / parts), c % parts,
        [&]() HWY_ATTR {
          Float y = scaled(hn::Load(n, s.fields + begin), sweep);
          if constexpr (with_reference) {
            const Floats d;
            y = hn::Add(y, hn::Mul(hn::Load(d, sweep.reference + begin), hn::Set(d, sweep.tilt)));
          }
          return Seen{y, hn::MaskFromVec(hn::Load(n, s.up + begin))};
        },
        [&](std::size_t k) HWY_ATTR { return begin + k; });
  }
  state = s;
}

/// The upper halves of 32-bit products: numbers below n from random words.
HWY_INLINE Word below(std::uint32_t n, Word random) {
  const Words u;
  const hn::Repartition<std::uint64_t, Words> wide;
  const auto factor = hn::Set(u, n);
  const auto even = hn::ShiftRight<32>(hn::MulEven(random, factor));
  const auto odd = hn::MulEven(hn::BitCast(u, hn::ShiftRight<32>(hn::BitCast(wide, random))), factor);
  return hn::OddEven(hn::BitCast(u, odd), hn::BitCast(u, even));
}

template <class Rule>
void at_random(const SiteCouplings& graph, const SiteSweep& sweep, SiteState& state) {
  const Integers n;
  const Cipher cipher = *sweep.cipher;
  SiteState s = state;
  HWY_ALIGN std::int32_t picked[width];
  for (std::size_t step = 0; step < graph.vectors * parts; ++step) {
    const std::size_t c = sweep.reversed ? graph.vectors * parts - 1 - step : step;
    const auto vector = static_cast<std::uint32_t>(c / parts);
    const Integer at = hn::BitCast(n, below(static_cast<std::uint32_t>(graph.sites),
                                            random_words(cipher, vector, 2, place(sweep.replica, c % parts))));
    hn::Store(at, n, picked);
    visit<Rule>(
        graph, sweep, cipher, s, vector, c % parts,
        [&]() HWY_ATTR {
          return Seen{scaled(hn::GatherIndex(n, s.fields, at), sweep), hn::MaskFromVec(hn::GatherIndex(n, s.up, at))};
        },
        [&](std::size_t k) HWY_ATTR { return static_cast<std::size_t>(picked[k]); });
  }
  state = s;
}

const SiteKernels* sites() {
  static const SiteKernels all = {hwy::TargetName(HWY_TARGET), sparse<HeatBathRule>,     sparse<MetropolisRule>,
                                  dense<HeatBathRule>,         dense<MetropolisRule>,    at_random<HeatBathRule>,
                                  at_random<MetropolisRule>,   dense<HeatBathRule, true>};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const SiteKernels*> site_kernels() {
  std::vector<const SiteKernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::sites());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::sites());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::sites());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
