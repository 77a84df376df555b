#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

Cipher::Cipher(std::uint64_t low, std::uint64_t high) noexcept {
  for (std::uint64_t round = 0; round < 6; ++round) {
    round_key[round][0] = low + round * 0x9E3779B97F4A7C15ULL;
    round_key[round][1] = high + round * 0xBB67AE8584CAA73BULL;
  }
}

}  // namespace gibbsite::simd
