// The coins of words, and what they say of every class of probabilities: level by level, in every lane at once
// (samplers/simd/random/bernoulli.hpp says what is decided). Compiled once per target.
//
// Below the last of the seven levels a verdict is 0 for now; one level up it becomes r_j ? verdict : t_j (Horner's
// scheme). With digits that all lanes share, 512-bit registers do two or three levels in one instruction whose
// immediate holds the digits: 3 instructions for each class. Where every lane has its own digits they are loaded, 7 for
// each class: a load and an operation cost half a cycle each, but 0.77 together (Xeon of 2023), so up to four words
// share them.
#if defined(GIBBSITE_VERDICTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_VERDICTS_INL_H
#undef GIBBSITE_VERDICTS_INL_H
#else
#define GIBBSITE_VERDICTS_INL_H
#endif

#include <hwy/highway.h>

#include "samplers/simd/bits/logic-inl.h"
#include "samplers/simd/random/ars5-inl.h"
#include "samplers/simd/random/bernoulli.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// The coins of one column of words.
class Coins {
 public:
  /// column: the first of a word's 64-bit parts that a register holds.
  HWY_INLINE Coins(const Cipher& cipher, std::size_t column) : cipher_(cipher) {
    const Bits d;
    const auto block = hn::ShiftRight<1>(hn::Iota(d, column));  // of 128 bits
    place_ = hn::Xor(hn::OddEven(block, hn::Zero(d)), hn::LoadDup128(d, cipher_.round_key[0]));
  }
  HWY_INLINE BitVector start(std::uint64_t word) const {
    const Bits d;
    return hn::Xor(place_, hn::OddEven(hn::Zero(d), hn::Set(d, word * levels)));
  }
  HWY_INLINE BitVector toss(BitVector start, std::size_t level) const {
    return rounds(Bits(), hn::Xor(start, hn::LoadDup128(Bits(), level_counters.counter[level])), cipher_);
  }

 private:
  Cipher cipher_;
  BitVector place_;
};

/// Verdicts of every class after the first levels; 0 in lanes that are left.
template <std::size_t classes>
struct Verdicts {
  BitVector yes[classes];
  BitVector fair;  ///< of p = 1/2, at no cost
  BitVector left;
};

/// One level up: r ? yes : digit.
HWY_INLINE BitVector horner_step(BitVector yes, BitVector r, bool digit) {
  return digit ? hn::Or(yes, hn::Not(r)) : hn::And(yes, r);
}
HWY_INLINE BitVector lowest(const BitVector (&r)[first_levels], unsigned step) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  switch (step) {  // r4 ? (r5 ? (r6 ? 0 : t6) : t5) : t4
    case 0:
      return hn::Zero(Bits());
    case 1:
      return hn::Not(r[4]);
    case 2:
      return ternary<0x30>(r[4], r[5], r[6]);
    case 3:
      return ternary<0x3F>(r[4], r[5], r[6]);
    case 4:
      return ternary<0x40>(r[4], r[5], r[6]);
    case 5:
      return ternary<0x4F>(r[4], r[5], r[6]);
    case 6:
      return ternary<0x70>(r[4], r[5], r[6]);
    default:
      return ternary<0x7F>(r[4], r[5], r[6]);
  }
#else
  const BitVector last = (step & 4U) != 0 ? hn::Not(r[6]) : hn::Zero(Bits());
  return horner_step(horner_step(last, r[5], (step & 2U) != 0), r[4], (step & 1U) != 0);
#endif
}
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
/// r_low ? (r_high ? yes : t_high) : t_low, twice: levels 2 and 3, then 0 and 1.
template <unsigned step>
HWY_INLINE BitVector raise_by(const BitVector (&r)[first_levels], BitVector yes) {
  constexpr auto table = [](unsigned digits) {
    return ((digits & 1U) != 0 ? 0x0F : 0) | ((digits & 2U) != 0 ? 0xB0 : 0x80);
  };
  return ternary<table(step & 3U)>(r[0], r[1], ternary<table(step >> 2U)>(r[2], r[3], yes));
}
#endif
HWY_INLINE BitVector horner_four(const BitVector (&r)[first_levels], BitVector yes, unsigned step) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  switch (step) {  // a jump; less would become a chain of comparisons
    case 0:
      return raise_by<0>(r, yes);
    case 1:
      return raise_by<1>(r, yes);
    case 2:
      return raise_by<2>(r, yes);
    case 3:
      return raise_by<3>(r, yes);
    case 4:
      return raise_by<4>(r, yes);
    case 5:
      return raise_by<5>(r, yes);
    case 6:
      return raise_by<6>(r, yes);
    case 7:
      return raise_by<7>(r, yes);
    case 8:
      return raise_by<8>(r, yes);
    case 9:
      return raise_by<9>(r, yes);
    case 10:
      return raise_by<10>(r, yes);
    case 11:
      return raise_by<11>(r, yes);
    case 12:
      return raise_by<12>(r, yes);
    case 13:
      return raise_by<13>(r, yes);
    case 14:
      return raise_by<14>(r, yes);
    default:
      return raise_by<15>(r, yes);
  }
#else
  for (std::size_t j = 4; j-- > 0;) yes = horner_step(yes, r[j], (step >> j & 1U) != 0);
  return yes;
#endif
}

template <std::size_t classes>
HWY_INLINE void compare(const UniformDigits<classes>& digits, std::size_t, const BitVector (&r)[first_levels],
                        BitVector (&yes)[classes]) {
  for (std::size_t q = 0; q < classes; ++q) yes[q] = horner_four(r, lowest(r, digits.step[q][0]), digits.step[q][1]);
}
template <std::size_t classes>
HWY_INLINE BitVector digit_of(const UniformDigits<classes>& digits, std::size_t, std::size_t level, std::size_t q) {
  return hn::Set(Bits(), digits.digit[level][q]);
}

template <std::size_t classes>
HWY_INLINE BitVector digit_of(const LaneDigits<classes>& digits, std::size_t column, std::size_t level, std::size_t q) {
  return hn::Load(Bits(), digits.digit + (level * classes + q) * word_parts + column);
}

/// The first levels of the words from `word` on.
template <std::size_t classes, class Source>
HWY_INLINE void first_verdicts(const UniformDigits<classes>& digits, std::size_t, const Source& coins,
                               std::uint64_t word, Verdicts<classes> (&verdicts)[1]) {
  const auto start = coins.start(word);
  BitVector r[first_levels];
  HWY_UNROLL(7) for (std::size_t j = 0; j < first_levels; ++j) r[j] = coins.toss(start, j);
  for (std::size_t q = 0; q < classes; ++q)
    verdicts[0].yes[q] = horner_four(r, lowest(r, digits.step[q][0]), digits.step[q][1]);
  verdicts[0].fair = hn::Not(r[0]);
  verdicts[0].left = all_of(all_of(r[0], r[1], r[2]), all_of(r[3], r[4], r[5]), r[6]);
}
/// One level after the other, so that few registers are alive, and several words share what they load.
template <std::size_t classes, class Source, std::size_t words>
HWY_INLINE void first_verdicts(const LaneDigits<classes>& digits, std::size_t column, const Source& coins,
                               std::uint64_t word, Verdicts<classes> (&verdicts)[words]) {
  decltype(coins.start(word)) start[words];
  for (std::size_t w = 0; w < words; ++w) start[w] = coins.start(word + w);
  BitVector above[words], r[words];  // coins of the level before
  HWY_UNROLL(7) for (std::size_t k = 1; k <= first_levels; ++k) {
    const std::size_t j = first_levels - k;
    HWY_UNROLL(4) for (std::size_t w = 0; w < words; ++w) {
      above[w] = r[w];
      r[w] = coins.toss(start[w], j);
    }
    HWY_UNROLL(8) for (std::size_t q = 0; q < classes; ++q) {
      const BitVector digit = digit_of(digits, column, j, q);
      HWY_UNROLL(4) for (std::size_t w = 0; w < words; ++w) {
        BitVector& yes = verdicts[w].yes[q];
        yes = k == 1 ? hn::AndNot(r[w], digit) : choose_by(yes, r[w], digit);
      }
    }
    HWY_UNROLL(4) for (std::size_t w = 0; w < words; ++w) {
      BitVector& left = verdicts[w].left;
      if (k == 1) left = r[w];
      if (k % 2 == 1 && k > 1) left = all_of(left, above[w], r[w]);
    }
  }
  for (std::size_t w = 0; w < words; ++w) verdicts[w].fair = hn::Not(r[w]);
}
/// Words whose first levels are done together, if digits are to be loaded and there are registers enough.
template <class Digits>
constexpr std::size_t together = 1;
template <std::size_t classes>
constexpr std::size_t together<LaneDigits<classes>> = column_parts < 8 ? 1
                                                      : classes <= 2   ? 4
                                                      : classes == 3   ? 3
                                                                       : 2;

/// The other levels of a word, for the lanes that own them. So many are likely to be needed: to look whether all lanes
/// are decided costs more than a level, where the answer is hard to predict.
template <class Digits, class Source>
HWY_INLINE void last_verdicts(const Digits& digits, std::size_t column, const Source& coins, std::uint64_t word,
                              BitVector owned, std::size_t likely, BitVector (&yes)[Digits::classes]) {
  const auto start = coins.start(word);
  for (std::size_t q = 0; q < Digits::classes; ++q) yes[q] = hn::Zero(Bits());
  for (std::size_t j = first_levels; j < levels && (j < first_levels + likely || any(owned)); ++j) {
    for (std::size_t q = 0; q < Digits::classes; ++q) yes[q] = replace(yes[q], owned, digit_of(digits, column, j, q));
    owned = hn::And(owned, coins.toss(start, j));
  }
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
