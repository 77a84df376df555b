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
  /// out: 16 `blocks` words of 32 bits of `unit`, those of blocks first, first + 1, ...
  void (*words)(const Cipher&, std::uint32_t unit, std::uint64_t first, std::size_t blocks, std::uint32_t* out);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const CoinKernels*> coin_kernels();

}  // namespace gibbsite::simd
