/// The unit of memory of everything that works on bits.
#pragma once

#include <cstddef>

namespace gibbsite::simd {

inline constexpr std::size_t word_bits = 512, word_parts = word_bits / 64;  ///< parts: numbers of 64 bits

}  // namespace gibbsite::simd
