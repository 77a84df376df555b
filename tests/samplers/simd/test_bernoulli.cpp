// The decisions of 512 bit lanes at a time: equal to their definition word by word, on every instruction set; and the
// definition gives the probabilities it should, independently in neighbouring lanes, words and levels.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/samplers/simd/test_bernoulli.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/random/bernoulli-inl.h"
#include "tests/samplers/simd/bernoulli_cases.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Three classes by two masks, and a fourth that is fair.
class TestRule {
 public:
  struct Look {
    BitVector a, b, fair;
  };
  TestRule(const std::uint64_t* masks, std::uint64_t* out) : masks_(masks), out_(out) {}
  HWY_INLINE Look look(std::size_t k) const {
    const std::uint64_t* at = masks_ + k * 3 * word_parts;
    return {hn::LoadU(Bits(), at), hn::LoadU(Bits(), at + word_parts), hn::LoadU(Bits(), at + 2 * word_parts)};
  }
  static HWY_INLINE BitVector choose(const Look& look, const BitVector (&yes)[3], BitVector fair) {
    return select(look.fair, fair, select(look.a, yes[0], select(look.b, yes[1], yes[2])));
  }
  HWY_INLINE void write(std::size_t k, const Look&, BitVector verdict) const {
    hn::StoreU(verdict, Bits(), out_ + k * word_parts);
  }

 private:
  const std::uint64_t* masks_;
  std::uint64_t* out_;
};

/// Coins of a table [word][level][part].
class TableCoins {
 public:
  TableCoins(const std::uint64_t* table, std::size_t column) : table_(table + column) {}
  HWY_INLINE const std::uint64_t* start(std::uint64_t word) const { return table_ + word * levels * word_parts; }
  HWY_INLINE BitVector toss(const std::uint64_t* start, std::size_t level) const {
    return hn::LoadU(Bits(), start + level * word_parts);
  }

 private:
  const std::uint64_t* table_;
};

template <class Source, class Digits, class Make>
void decide_words(const Digits& digits, const Decisions& decisions, Make make) {
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    const Source coins = make(column);
    for (std::size_t k = 0; k < decisions.words; k += group) {
      TestRule rule(decisions.masks + k * 3 * word_parts + column, decisions.out + k * word_parts + column);
      decide_group(rule, digits, column, coins, decisions.first + k, std::min(group, decisions.words - k));
    }
  }
}
void uniform(const UniformDigits<3>& digits, const Cipher& cipher, const Decisions& decisions) {
  decide_words<Coins>(digits, decisions, [&](std::size_t column) { return Coins(cipher, column); });
}
void each_lane(const LaneDigits<3>& digits, const Cipher& cipher, const Decisions& decisions) {
  decide_words<Coins>(digits, decisions, [&](std::size_t column) { return Coins(cipher, column); });
}
void chosen_words(const UniformDigits<3>& digits, const std::uint64_t* table, const Decisions& decisions) {
  decide_words<TableCoins>(digits, decisions, [&](std::size_t column) { return TableCoins(table, column); });
}
Engine engine() { return {hwy::TargetName(HWY_TARGET), uniform, each_lane, chosen_words}; }

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gibbsite::simd {
std::vector<Engine> engines() {
  std::vector<Engine> all;
  const std::int64_t supported = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::engine());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::engine());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::engine());
#endif
  return all;
}
}  // namespace gibbsite::simd
#endif
