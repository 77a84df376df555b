/// Yes or no with given probabilities, 512 independent decisions at a time: definitions that all instruction sets
/// share.
///
/// A *word* is 512 bits on every target, one decision a bit; a narrower register walks through a word in columns. Read
/// the binary digits of a probability p = 0.t_0 t_1 t_2 ... and toss fair coins r_0, r_1, ... until the first zero,
/// r_J: the verdict t_J is "yes" with probability sum_j t_j 2^-(j+1) = p, exact to 2^-64. (If all 64 are ones the last
/// digit is the verdict, so that 0 never and 1 always comes true.) The coins do not depend on p, so decisions with
/// different probabilities share everything but the digits.
///
/// Seven words of coins settle all but one decision in 128. Those of 32 consecutive words (a *group*) that are left go
/// on together: the n-th of them in a lane, n = 0, 1, ..., reads levels 7 ... 63 of the group's n-th word, which nobody
/// else does. So a decision costs 7.5 random bits, whatever p, where one at a time needs about 16 words for every 512.
///
/// Coins: ARS-5 of the counter (64 word + level, place in the word), under a key for each (key, purpose, time): the
/// same bits on every target, for any number of threads that share words out by groups.
#pragma once

#include <cstddef>
#include <cstdint>

#include "samplers/simd/bits/word.hpp"
#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

inline constexpr std::size_t levels = 64;       ///< digits of a probability
inline constexpr std::size_t first_levels = 7;  ///< coins for every lane
inline constexpr std::size_t group = 32;        ///< words whose undecided lanes go on together

/// What a level adds to the counter of ARS-5.
struct LevelCounters {
  alignas(16) std::uint64_t counter[levels][2] = {};
  constexpr LevelCounters() noexcept {
    for (std::size_t j = 0; j < levels; ++j) counter[j][0] = j;
  }
};
inline constexpr LevelCounters level_counters;

/// Probabilities of several classes, the same in all lanes.
template <std::size_t count>
struct UniformDigits {
  static constexpr std::size_t classes = count;
  std::uint8_t step[count][2] = {};  ///< digits 4 5 6, and 0 1 2 3, the first lowest: what several levels depend on
  std::uint64_t digit[levels][count] = {};  ///< 0 or all ones

  /// threshold: p 2^64, or all ones for p = 1, as in Coin.
  void set(std::size_t which, std::uint64_t threshold) noexcept {
    for (std::size_t j = 0; j < levels; ++j) digit[j][which] = 0 - (threshold >> (levels - 1 - j) & 1U);
    const auto bit = [&](std::size_t j) { return static_cast<unsigned>(digit[j][which] & 1U); };
    step[which][0] = static_cast<std::uint8_t>(bit(4) | bit(5) << 1 | bit(6) << 2);
    step[which][1] = static_cast<std::uint8_t>(bit(0) | bit(1) << 1 | bit(2) << 2 | bit(3) << 3);
  }
};

/// Probabilities of several classes, in every lane its own: digit[level][class][part], 64-byte aligned.
template <std::size_t count>
struct LaneDigits {
  static constexpr std::size_t classes = count;
  const std::uint64_t* digit = nullptr;

  /// Bit `lane` of every level of a class, in what `digit` points to.
  static void set(std::uint64_t* digit, std::size_t which, std::size_t lane, std::uint64_t threshold) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (lane % 64);
    for (std::size_t j = 0; j < levels; ++j) {
      std::uint64_t& part = digit[(j * count + which) * word_parts + lane / 64];
      part = (threshold >> (levels - 1 - j) & 1U) != 0 ? part | bit : part & ~bit;
    }
  }
};

}  // namespace gibbsite::simd
