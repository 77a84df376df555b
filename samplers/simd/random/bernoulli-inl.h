// Independent decisions for 512 bit lanes at a time (samplers/simd/random/bernoulli.hpp says what they are). Compiled
// once per target.
//
// Per word: 35 rounds of AES, the verdicts of samplers/simd/random/threshold_compare-inl.h, 3 instructions for the
// lanes that are left, and some 20 to hand these to the tails that a group shares.
#if defined(GIBBSITE_BERNOULLI_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_BERNOULLI_INL_H
#undef GIBBSITE_BERNOULLI_INL_H
#else
#define GIBBSITE_BERNOULLI_INL_H
#endif

#include <hwy/highway.h>

#include "samplers/simd/random/threshold_compare-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Words of a group on their way.
template <class Look>
struct Group {
  Look look[group];
  BitVector verdict[group], left[group];
};

/// The first levels of words k, k + 1, ... of a group; often[t]: lanes that were left more than t times.
template <std::size_t words, class Rule, class Digits, class Source>
HWY_INLINE void decide_first(Rule& rule, const Digits& digits, std::size_t column, const Source& coins,
                             std::uint64_t first, std::size_t k, Group<typename Rule::Look>& g, BitVector (&often)[4]) {
  typename Rule::Look look[words];
  for (std::size_t w = 0; w < words; ++w) look[w] = rule.look(k + w);
  Verdicts<Digits::classes> verdicts[words];
  first_verdicts(digits, column, coins, first + k, verdicts);
  HWY_UNROLL(4) for (std::size_t w = 0; w < words; ++w) {
    const BitVector left = verdicts[w].left;
    for (std::size_t t = 3; t > 0; --t) often[t] = hn::OrAnd(often[t], often[t - 1], left);
    often[0] = hn::Or(often[0], left);
    g.look[k + w] = look[w];
    g.verdict[k + w] = rule.choose(look[w], verdicts[w].yes, verdicts[w].fair);
    g.left[k + w] = left;
  }
  HWY_FENCE;  // or GCC distributes the loop, and tosses every coin twice
}

/// The tails of a group in which some lane was left more than three times: one group in 15.
template <class Rule, class Digits, class Source>
HWY_INLINE void settle_many(Rule& rule, const Digits& digits, std::size_t column, const Source& coins,
                            std::uint64_t first, std::size_t n, const Group<typename Rule::Look>& g) {
  const BitVector zero = hn::Zero(Bits());
  BitVector often[group + 1];  // lanes that were left so often
  for (BitVector& lanes : often) lanes = zero;
  std::size_t tails = 0;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t t = tails + 1; t > 1; --t) often[t] = hn::OrAnd(often[t], often[t - 1], g.left[k]);
    often[1] = hn::Or(often[1], g.left[k]);
    tails += any(often[tails + 1]) ? 1 : 0;
  }
  BitVector tail[group][Digits::classes];  // the lane's next verdict first
  for (std::size_t t = 0; t < tails; ++t) last_verdicts(digits, column, coins, first + t, often[t + 1], 1, tail[t]);
  for (std::size_t k = 0; k < n; ++k) {
    rule.write(k, g.look[k], hn::OrAnd(g.verdict[k], g.left[k], rule.choose(g.look[k], tail[0], zero)));
    for (std::size_t t = 1; t < tails; ++t)
      for (std::size_t q = 0; q < Digits::classes; ++q) tail[t - 1][q] = replace(tail[t - 1][q], g.left[k], tail[t][q]);
  }
}

/// Decides words first ... first + n - 1 of one group, or of the part of it that goes together, in one column. A Rule
/// says what depends on the verdicts:
///   rule.look(k)                  what it knows of word first + k: a struct Rule::Look of masks
///   rule.choose(look, yes, fair) the verdict of each lane's own class; where it is none of them, 0 if fair is 0, or 1
///   rule.write(k, look, verdict)
/// All words are looked at before any is written.
template <class Rule, class Digits, class Source>
HWY_INLINE void decide_group(Rule& rule, const Digits& digits, std::size_t column, const Source& coins,
                             std::uint64_t first, std::size_t n) {
  constexpr std::size_t classes = Digits::classes;
  const BitVector zero = hn::Zero(Bits());
  Group<typename Rule::Look> g;
  BitVector often[4] = {zero, zero, zero, zero};
  std::size_t done = 0;
  for (; done + together<Digits> <= n; done += together<Digits>)
    decide_first<together<Digits>>(rule, digits, column, coins, first, done, g, often);
  for (; together < Digits >> 1 && done < n; ++done)
    decide_first<1>(rule, digits, column, coins, first, done, g, often);
  if (HWY_UNLIKELY(any(often[3]))) return settle_many(rule, digits, column, coins, first, n, g);
  BitVector tail[3][classes];  // the lane's next verdict first
  const bool full = n > group / 4;
  last_verdicts(digits, column, coins, first, often[0], full ? 12 : 8, tail[0]);
  last_verdicts(digits, column, coins, first + 1, often[1], full ? 8 : 1, tail[1]);
  last_verdicts(digits, column, coins, first + 2, often[2], full ? 4 : 0, tail[2]);
  for (std::size_t k = 0; k < n; ++k) {
    const BitVector left = g.left[k];
    rule.write(k, g.look[k], hn::OrAnd(g.verdict[k], left, rule.choose(g.look[k], tail[0], zero)));
    for (std::size_t q = 0; q < classes; ++q) {
      tail[0][q] = replace(tail[0][q], left, tail[1][q]);
      tail[1][q] = replace(tail[1][q], left, tail[2][q]);
    }
  }
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
