#include "samplers/simd/couplings/quartet_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/couplings/quartet_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/networks/decide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

using OfVector = Words;                          // sites of a register, four replicas each
using OfSite = hn::CappedTag<std::uint32_t, 1>;  // one site, four replicas
template <class D>
using Bytes = hn::Repartition<std::uint8_t, D>;

template <class D, class V = hn::Vec<D>>
HWY_INLINE V add_bytes(D d, V a, V b) {
  return hn::BitCast(d, hn::Add(hn::BitCast(Bytes<D>(), a), hn::BitCast(Bytes<D>(), b)));
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V subtract_bytes(D d, V a, V b) {
  return hn::BitCast(d, hn::Sub(hn::BitCast(Bytes<D>(), a), hn::BitCast(Bytes<D>(), b)));
}

/// Sums over flips, in bytes until they might overflow.
template <class D>
class FlipSums {
 public:
  explicit HWY_INLINE FlipSums(std::size_t classes) : d_(), top_(hn::Set(D(), of_all(classes - 1))) {
    for (auto& sum : sum_) sum = hn::Zero(d_);
  }
  /// Class `field` of spins that were `before`, those of which `turned` turned over.
  HWY_INLINE void add(hn::Vec<D> field, hn::Vec<D> before, hn::Vec<D> turned, const std::uint32_t* other,
                      QuartetSums& out) {
    sum_[0] = subtract_bytes(d_, sum_[0], turned);
    sum_[1] = subtract_bytes(d_, sum_[1], hn::And(turned, before));
    sum_[2] = add_bytes(d_, sum_[2], hn::And(turned, towards(field, hn::Not(before))));
    if (other != nullptr) sum_[3] = subtract_bytes(d_, sum_[3], hn::And(turned, hn::Xor(before, hn::Load(d_, other))));
    if (HWY_UNLIKELY(++terms_ == most_terms)) flush(out);
  }
  /// Counted from the other end where `turned`.
  HWY_INLINE hn::Vec<D> towards(hn::Vec<D> field, hn::Vec<D> turned) const {
    return hn::Or(hn::AndNot(turned, field), hn::And(turned, subtract_bytes(d_, top_, field)));
  }
  HWY_INLINE void flush(QuartetSums& out) {
    std::uint64_t* const to[] = {out.flips, out.ups, out.classes, out.real_ups};
    for (std::size_t k = 0; k < 4; ++k) {
      for (std::size_t r = 0; r < quartet; ++r) {
        const auto byte = hn::And(hn::ShiftRightSame(sum_[k], static_cast<int>(8 * r)), hn::Set(d_, 0xFF));
        to[k][r] += hn::GetLane(hn::SumOfLanes(d_, byte));
      }
      sum_[k] = hn::Zero(d_);
    }
    terms_ = 0;
  }

 private:
  static constexpr std::size_t most_terms = 255 / (most_classes - 1);
  static constexpr std::uint32_t of_all(std::size_t byte) { return static_cast<std::uint32_t>(byte) * 0x01010101U; }
  D d_;
  hn::Vec<D> top_, sum_[4];
  std::size_t terms_ = 0;
};

/// Entries of a replica's table.
class Table {
 public:
  HWY_INLINE Table(const std::int32_t* entries, std::size_t classes) : entries_(entries), two_(classes > 16) {}
  HWY_INLINE Integer operator[](Integer at) const {
    const Integers n;
    if constexpr (width == 16) {
      const auto in_half = hn::IndicesFromVec(n, hn::And(at, hn::Set(n, 15)));
      const Integer first = hn::TableLookupLanes(hn::Load(n, entries_), in_half);
      if (HWY_LIKELY(!two_)) return first;
      return hn::IfThenElse(hn::Gt(at, hn::Set(n, 15)), hn::TableLookupLanes(hn::Load(n, entries_ + 16), in_half),
                            first);
    } else {
      return hn::GatherIndex(n, entries_, at);
    }
  }

 private:
  const std::int32_t* entries_;
  bool two_;
};

HWY_INLINE Integer upper_31(Word random) { return hn::BitCast(Integers(), hn::ShiftRight<1>(random)); }

template <bool heat_bath>
void in_order(const QuartetCouplings& graph, const QuartetSweep& sweep, std::uint32_t* up, QuartetSums& sums) {
  const OfVector d;
  const Integers n;
  const Cipher cipher = *sweep.cipher;
  const auto* const spins = reinterpret_cast<const std::int32_t*>(up);
  FlipSums<OfVector> flips(graph.classes);
  for (std::size_t step = 0; step < graph.vectors; ++step) {
    const std::size_t v = sweep.reversed ? graph.vectors - 1 - step : step;
    const auto unit = static_cast<std::uint32_t>(v);
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t begin = v * lanes + part * width;
      Word field = hn::Load(d, graph.base + begin);
      for (std::size_t e = graph.first[v]; e < graph.first[v + 1]; ++e) {
        const std::size_t at = e * lanes + part * width;
        const std::int32_t run = graph.run[e];  // a register in one load: gathers take longer than all else
        const Integer is_up = HWY_LIKELY(run >= 0) ? hn::LoadU(n, spins + run + part * width)
                                                   : hn::GatherIndex(n, spins, hn::Load(n, graph.neighbour + at));
        field = add_bytes(d, field, hn::And(hn::BitCast(d, is_up), hn::Load(d, graph.weight + at)));
      }
      const Word before = hn::Load(d, up + begin);
      const Word asked = heat_bath ? field : flips.towards(field, before);
      Word verdict = hn::Zero(d);
      const auto where = place(sweep.number, part);
      for (std::size_t r = 0; r < sweep.replicas; ++r) {
        const int shift = static_cast<int>(8 * r);
        const Integer at = hn::BitCast(n, hn::And(hn::ShiftRightSame(asked, shift), hn::Set(d, 0xFF)));
        const Integer level = Table(sweep.high + r * most_classes, graph.classes)[at];
        const auto draw = static_cast<std::uint32_t>(2 * r);
        const Integer random = upper_31(random_words(cipher, unit, draw, where));
        auto yes = hn::Lt(random, level);
        const auto tie = hn::Eq(random, level);
        if (HWY_UNLIKELY(!hn::AllFalse(n, tie))) {
          const Integer next = Table(sweep.low + r * most_classes, graph.classes)[at];
          yes = hn::Or(yes, hn::And(tie, hn::Lt(upper_31(random_words(cipher, unit, draw + 1, where)), next)));
        }
        verdict = hn::Or(verdict, hn::And(hn::BitCast(d, hn::VecFromMask(n, yes)), hn::Set(d, 0xFFU << shift)));
      }
      const std::size_t here = graph.count[v] > part * width ? graph.count[v] - part * width : 0;
      const Word live =
          hn::And(hn::VecFromMask(d, hn::FirstN(d, here)), hn::Set(d, 0xFFFFFFFFU >> (8 * (quartet - sweep.replicas))));
      const Word turned = hn::And(live, heat_bath ? hn::Xor(before, verdict) : verdict);
      hn::Store(hn::Xor(before, turned), d, up + begin);
      flips.add(field, before, turned, graph.turned == nullptr ? nullptr : graph.turned + begin, sums);
    }
  }
  flips.flush(sums);
}

/// The upper halves of 32-bit products: numbers below n from random words.
HWY_INLINE Word number_below(std::uint32_t n, Word random) {
  const Words u;
  const hn::Repartition<std::uint64_t, Words> wide;
  const auto factor = hn::Set(u, n);
  const auto even = hn::ShiftRight<32>(hn::MulEven(random, factor));
  const auto odd = hn::MulEven(hn::BitCast(u, hn::ShiftRight<32>(hn::BitCast(wide, random))), factor);
  return hn::OddEven(hn::BitCast(u, odd), hn::BitCast(u, even));
}

/// Sums over flips of one site after the other, a 32-bit lane for each replica.
using OfReplicas = hn::CappedTag<std::int32_t, quartet>;
using Replicas = hn::Vec<OfReplicas>;
struct VisitSums {
  Replicas flips, ups, real_ups, classes;
  HWY_INLINE VisitSums() { flips = ups = real_ups = classes = hn::Zero(OfReplicas()); }
  HWY_INLINE void flush(QuartetSums& out) {
    const auto add = [](Replicas& sum, std::uint64_t* to) HWY_ATTR {
      HWY_ALIGN std::int32_t number[quartet];
      hn::Store(sum, OfReplicas(), number);
      for (std::size_t r = 0; r < quartet; ++r) to[r] += static_cast<std::uint64_t>(number[r]);
      sum = hn::Zero(OfReplicas());
    };
    add(flips, out.flips);
    add(ups, out.ups);
    add(real_ups, out.real_ups);
    add(classes, out.classes);
  }
};

/// degree: of all rows; 0 where it is only known as the program runs.
template <bool heat_bath, std::size_t degree>
void visit_at_random(const QuartetCouplings& graph, const QuartetSweep& sweep, std::uint32_t* up, QuartetSums& out) {
  const OfSite d;
  const OfReplicas n;
  const hn::RebindToUnsigned<OfReplicas> u;
  const hn::Rebind<std::int8_t, OfReplicas> signs;
  const hn::Rebind<std::uint8_t, OfReplicas> bytes;
  constexpr std::size_t at_once = lanes;                     // visits
  constexpr std::size_t most_visits = std::size_t{1} << 26;  // that sums hold
  constexpr std::uint32_t picks = 8;  // levels below are those of decisions: words, and where they tie, words behind
  const Cipher cipher = *sweep.cipher;
  const std::size_t neighbours = degree == 0 ? graph.degree : degree, sites = graph.sites;
  const std::uint32_t *const rows = graph.rows, *const base = graph.base, *const other = graph.turned;
  const std::int32_t *const high = sweep.high, *const low = sweep.low;
  const Replicas row_of_table = hn::Mul(hn::Iota(n, 0), hn::Set(n, int{most_classes}));
  const Replicas top = hn::Set(n, static_cast<std::int32_t>(graph.classes - 1));
  const Replicas live = hn::VecFromMask(n, hn::FirstN(n, sweep.replicas));
  hn::Vec<Halves> where[parts];
  for (std::size_t part = 0; part < parts; ++part) where[part] = place(sweep.number, part);
  HWY_ALIGN std::uint32_t picked[at_once], random[at_once * quartet];
  const auto draw = [&](std::uint32_t unit, std::uint32_t level, std::uint32_t* words) HWY_ATTR {
    for (std::size_t part = 0; part < parts; ++part)
      hn::Store(random_words(cipher, unit, level, where[part]), Words(), words + part * width);
  };
  const auto bits = [&](const std::uint32_t* words)
                        HWY_ATTR { return hn::BitCast(n, hn::ShiftRight<1>(hn::Load(u, words))); };
  VisitSums sums;
  for (std::size_t begin = 0; begin < sites; begin += at_once) {
    const auto unit = static_cast<std::uint32_t>(begin / at_once);
    for (std::size_t part = 0; part < parts; ++part)
      hn::Store(number_below(static_cast<std::uint32_t>(sites), random_words(cipher, unit, picks, where[part])),
                Words(), picked + part * width);
    for (std::uint32_t k = 0; k < quartet; ++k) draw(unit, k, random + k * at_once);
    for (std::size_t k = 0; k < at_once; ++k) __builtin_prefetch(rows + picked[k] * (2 * neighbours));
    for (std::size_t k = 0; k < std::min(at_once, sites - begin); ++k) {
      const std::size_t i = picked[k];
      const std::uint32_t* const row = rows + i * (2 * neighbours);
      auto packed = hn::Load(d, base + i);
      HWY_UNROLL(8)
      for (std::size_t e = 0; e < neighbours; ++e)
        packed = add_bytes(d, packed, hn::And(hn::Load(d, up + row[e]), hn::Load(d, row + neighbours + e)));
      const auto packed_before = hn::Load(d, up + i);
      const Replicas field = hn::PromoteTo(n, hn::BitCast(bytes, packed));
      const Replicas before = hn::PromoteTo(n, hn::BitCast(signs, packed_before));
      // The class from the other end where the spin is up: (top - field), and where it is down.
      const Replicas for_up = hn::Sub(top, field);
      const Replicas asked = heat_bath ? field : hn::Or(hn::AndNot(before, field), hn::And(before, for_up));
      const Replicas at = hn::Add(asked, row_of_table), level = hn::GatherIndex(n, high, at);
      const Replicas word = bits(random + k * quartet);
      auto yes = hn::Lt(word, level);
      const auto tie = hn::Eq(word, level);
      if (HWY_UNLIKELY(!hn::AllFalse(n, tie))) {
        HWY_ALIGN std::uint32_t more[at_once];
        draw(unit, quartet + static_cast<std::uint32_t>(k * quartet / at_once), more);
        yes = hn::Or(yes, hn::And(tie, hn::Lt(bits(more + k * quartet % at_once), hn::GatherIndex(n, low, at))));
      }
      const Replicas verdict = hn::VecFromMask(n, yes);
      const Replicas turned = hn::And(live, heat_bath ? hn::Xor(before, verdict) : verdict);
      hn::Store(hn::Xor(packed_before, hn::BitCast(d, hn::DemoteTo(signs, turned))), d, up + i);
      sums.flips = hn::Sub(sums.flips, turned);
      sums.ups = hn::Sub(sums.ups, hn::And(turned, before));
      const Replicas along = hn::Or(hn::And(before, field), hn::AndNot(before, for_up));
      sums.classes = hn::Add(sums.classes, hn::And(turned, along));
      if (other != nullptr)
        sums.real_ups =
            hn::Sub(sums.real_ups, hn::And(turned, hn::Xor(before, hn::Set(n, static_cast<std::int32_t>(other[i])))));
    }
    if (HWY_UNLIKELY(begin % (most_visits / most_classes) == 0)) sums.flush(out);
  }
  sums.flush(out);
}

template <bool heat_bath>
void at_random(const QuartetCouplings& graph, const QuartetSweep& sweep, std::uint32_t* up, QuartetSums& sums) {
  switch (graph.degree) {
    case 3:
      return visit_at_random<heat_bath, 3>(graph, sweep, up, sums);
    case 4:
      return visit_at_random<heat_bath, 4>(graph, sweep, up, sums);
    case 6:
      return visit_at_random<heat_bath, 6>(graph, sweep, up, sums);
    default:
      return visit_at_random<heat_bath, 0>(graph, sweep, up, sums);
  }
}

void toss(const QuartetCouplings& graph, const Cipher& cipher, std::uint64_t number, std::uint32_t which,
          std::uint32_t* up) {
  constexpr std::uint32_t coins = 16;  // a level of its own
  const OfVector d;
  for (std::size_t v = 0; v < graph.vectors; ++v)
    for (std::size_t part = 0; part < parts; ++part) {
      std::uint32_t* const at = up + v * lanes + part * width;
      const std::size_t here = graph.count[v] > part * width ? graph.count[v] - part * width : 0;
      const Word live = hn::And(hn::VecFromMask(d, hn::FirstN(d, here)), hn::Set(d, which));
      const hn::Repartition<std::int8_t, OfVector> bytes;
      const auto random =
          hn::BitCast(bytes, random_words(cipher, static_cast<std::uint32_t>(v), coins, place(number, part)));
      const Word fresh = hn::BitCast(d, hn::VecFromMask(bytes, hn::Lt(random, hn::Zero(bytes))));
      hn::Store(hn::Or(hn::AndNot(live, hn::Load(d, at)), hn::And(live, fresh)), d, at);
    }
}

const QuartetKernels* quartets() {
  static const QuartetKernels all = {
      hwy::TargetName(HWY_TARGET), in_order<true>, in_order<false>, at_random<true>, at_random<false>, toss};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const QuartetKernels*> quartet_kernels() {
  std::vector<const QuartetKernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::quartets());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::quartets());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::quartets());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
