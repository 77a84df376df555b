/// The key of random words that vector code makes by itself, ARS-5, and how many lanes it makes them for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "physics/random.hpp"

namespace gibbsite::simd {

inline constexpr std::size_t lanes = 16;  ///< 32-bit lanes of a vector, on every instruction set

/// The random words of one sweep: ARS-5 (Random123: five rounds of AES) of the counter (unit and level, vector and
/// part), so that a draw depends on nothing but where it is used. round_key: those of ars1xm128i_R(5), low word first.
struct Cipher {
  alignas(16) std::uint64_t round_key[6][2] = {};
  Cipher() = default;
  Cipher(std::uint64_t low, std::uint64_t high) noexcept;
};

/// The key of all random words of one (key, purpose, time, stream).
inline Cipher cipher_of(Key key, Purpose purpose, std::uint64_t time, std::uint64_t stream) noexcept {
  Stream words(key, purpose, time, stream);
  const std::uint64_t low = words(), high = words();
  return Cipher(low, high);
}

}  // namespace gibbsite::simd
