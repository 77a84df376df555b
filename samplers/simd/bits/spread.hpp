/// Bits of many replicas to bits and bytes of one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace gibbsite::simd {

/// Bit c of byte r becomes bit r of byte c (Warren, Hacker's Delight, 7-3).
constexpr std::uint64_t transposed(std::uint64_t x) {
  std::uint64_t t = (x ^ (x >> 7U)) & 0x00AA00AA00AA00AAULL;
  x ^= t ^ (t << 7U);
  t = (x ^ (x >> 14U)) & 0x0000CCCC0000CCCCULL;
  x ^= t ^ (t << 14U);
  t = (x ^ (x >> 28U)) & 0x00000000F0F0F0F0ULL;
  return x ^ t ^ (t << 28U);
}

/// Eight spins of one byte each, +1 where the bit is set and -1 elsewhere; bit 0 is the first.
inline std::array<std::int8_t, 8> spins_of(std::uint64_t bits) noexcept {
  std::array<std::int8_t, 8> spins;
  for (std::size_t k = 0; k < 8; ++k) spins[k] = static_cast<std::int8_t>(static_cast<int>(bits >> k & 1) * 2 - 1);
  return spins;
}

}  // namespace gibbsite::simd
