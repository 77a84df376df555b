/// Many coins of one probability, and many random bits, each a pure function of where it is used: ARS-5 of (unit,
/// level; place) under a key, compiled once per instruction set, the same bits on each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

struct CoinKernels {
  const char* name;  ///< of the instruction set
  /// Bit b of out[w] = coin 64 (first + w) + b of `unit`: 1 with probability threshold / 2^64. A 32-bit word decides,
  /// and where it ties with the threshold's upper half, a second one (level 1) with the lower half.
  void (*coins)(const Cipher&, std::uint32_t unit, std::uint64_t first, std::size_t words, std::uint64_t threshold,
                std::uint64_t* out);
  /// The same where each coin has a threshold of its own, high[64 w + b] its upper half. Coins that tie with it come
  /// down as 0, and are set in ties; whether there are any. `second` of these decides.
  bool (*coins_each)(const Cipher&, std::uint32_t unit, std::uint64_t first, std::size_t words,
                     const std::uint32_t* high, std::uint64_t* out, std::uint64_t* ties);
  /// The second word of coin `number` of `unit`.
  std::uint32_t (*second)(const Cipher&, std::uint32_t unit, std::uint64_t number);
  /// Sum of those of the numbers[64 w + b] whose bit b of bits[w] is set.
  std::uint64_t (*sum_of_set)(const std::uint64_t* bits, std::size_t words, const std::uint32_t* numbers);
  /// out: 16 `blocks` words of 32 bits of `unit`, those of blocks first, first + 1, ...
  void (*words)(const Cipher&, std::uint32_t unit, std::uint64_t first, std::size_t blocks, std::uint32_t* out);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const CoinKernels*> coin_kernels();

}  // namespace gibbsite::simd
