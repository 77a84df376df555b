#include "samplers/simd/random/coins.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/random/coins.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <cstring>

#include "samplers/simd/random/ars5-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

void coins(const Cipher& given, std::uint32_t unit, std::uint64_t first, std::size_t words, std::uint64_t threshold,
           std::uint64_t* out) {
  const Words u;
  const Halves h;
  const Cipher cipher = given;
  const auto high = hn::Set(u, static_cast<std::uint32_t>(threshold >> 32));
  const auto low = hn::Set(u, static_cast<std::uint32_t>(threshold));
  const auto step = hn::Set(h, width / 4);  // blocks of 128 bits in a register
  auto where = place(4 * first, 0);
  for (std::size_t w = 0; w < words; ++w) {
    std::uint64_t coins = 0;
    for (std::size_t at = 0; at < 64; at += width) {
      const auto random = random_words(cipher, unit, 0, where);
      auto less = hn::Lt(random, high);
      const auto tie = hn::Eq(random, high);
      if (HWY_UNLIKELY(!hn::AllFalse(u, tie)))
        less = hn::Or(less, hn::And(tie, hn::Lt(random_words(cipher, unit, 1, where), low)));
      coins |= bits_of(less) << at;
      where = hn::Add(where, step);
    }
    out[w] = coins;
  }
}

bool coins_each(const Cipher& given, std::uint32_t unit, std::uint64_t first, std::size_t words,
                const std::uint32_t* high, std::uint64_t* out, std::uint64_t* ties) {
  const Words u;
  const Halves h;
  const Cipher cipher = given;
  const auto step = hn::Set(h, width / 4);
  auto where = place(4 * first, 0);
  std::uint64_t any = 0;
  for (std::size_t w = 0; w < words; ++w) {
    std::uint64_t coins = 0, tied = 0;
    for (std::size_t at = 0; at < 64; at += width) {
      const auto random = random_words(cipher, unit, 0, where), level = hn::LoadU(u, high + 64 * w + at);
      coins |= bits_of(hn::Lt(random, level)) << at;
      tied |= bits_of(hn::Eq(random, level)) << at;
      where = hn::Add(where, step);
    }
    out[w] = coins;
    ties[w] = tied;
    any |= tied;
  }
  return any != 0;
}

std::uint32_t second_word(const Cipher& cipher, std::uint32_t unit, std::uint64_t number) {
  HWY_ALIGN std::uint32_t word[width];
  const std::uint64_t block = number / lanes;
  hn::Store(random_words(cipher, unit, 1, place(block, number % lanes / width)), Words(), word);
  return word[number % width];
}

std::uint64_t sum_of_set(const std::uint64_t* bits, std::size_t words, const std::uint32_t* numbers) {
  constexpr std::size_t at_once = 256;  // words whose halves add up without a carry
  const Words u;
  std::uint64_t sum = 0;
  for (std::size_t begin = 0; begin < words; begin += at_once) {
    auto low = hn::Zero(u), high = hn::Zero(u);
    for (std::size_t w = begin; w < std::min(words, begin + at_once); ++w)
      for (std::size_t at = 0; at < 64; at += width) {
        std::uint8_t mask[8] = {};
        const std::uint64_t here = bits[w] >> at;
        std::memcpy(mask, &here, sizeof here);
        const auto number = hn::IfThenElseZero(hn::LoadMaskBits(u, mask), hn::LoadU(u, numbers + 64 * w + at));
        low = hn::Add(low, hn::And(number, hn::Set(u, 0xFFFF)));
        high = hn::Add(high, hn::ShiftRight<16>(number));
      }
    HWY_ALIGN std::uint32_t lower[width], upper[width];
    hn::Store(low, u, lower);
    hn::Store(high, u, upper);
    for (std::size_t k = 0; k < width; ++k) sum += (std::uint64_t{upper[k]} << 16) + lower[k];
  }
  return sum;
}

void random_blocks(const Cipher& given, std::uint32_t unit, std::uint64_t first, std::size_t blocks,
                   std::uint32_t* out) {
  const Cipher cipher = given;
  const auto step = hn::Set(Halves(), width / 4);
  auto where = place(first, 0);
  for (std::size_t at = 0; at < blocks * lanes; at += width) {
    hn::StoreU(random_words(cipher, unit, 0, where), Words(), out + at);
    where = hn::Add(where, step);
  }
}

const CoinKernels* kernels_of_coins() {
  static const CoinKernels all = {
      hwy::TargetName(HWY_TARGET), coins, coins_each, second_word, sum_of_set, random_blocks};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const CoinKernels*> coin_kernels() {
  std::vector<const CoinKernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::kernels_of_coins());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::kernels_of_coins());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::kernels_of_coins());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
