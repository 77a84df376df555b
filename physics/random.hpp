/// Random numbers without state: a draw is a pure function of where it is used.
///
/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11, doi:10.1145/2063384.2063405) encrypts the counter
///   (index, replica, time low, time high | purpose)  under the key  mix(seed, task),
/// so results cannot depend on threads, on the order of work or on interruptions: there is nothing to save.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace gibbsite {

/// What a draw is for. Two purposes never share a random number. The numbers are part of every result's bits.
enum class Purpose : std::uint8_t {
  reference = 1,
  sweep = 2,
  exchange = 3,
  resample = 4,
  start = 5,
  disorder = 6,
  test = 7,
  data = 8,
  turn = 9,
  batch = 10
};

/// Key of all draws of one task of one run. Neighbouring seeds give unrelated keys (the finaliser of splitmix64).
class Key {
 public:
  explicit constexpr Key(std::uint64_t seed, std::uint64_t task = 0) noexcept : value_(mix(mix(seed) + mix(~task))) {}
  constexpr std::uint64_t value() const noexcept { return value_; }

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::uint64_t value_;
};

/// The random words of one (key, purpose, time, replica): a uniform random bit generator of 64-bit words that
/// Boost.Random's distributions accept, and 32-bit words for coins. At most 2^34 words of 32 bits; time < 2^56.
class Stream {
 public:
  using result_type = std::uint64_t;
  static constexpr bool has_fixed_range = false;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  Stream(Key key, Purpose purpose, std::uint64_t time, std::uint64_t replica) noexcept
      : key_{{static_cast<std::uint32_t>(key.value()), static_cast<std::uint32_t>(key.value() >> 32)}},
        counter_{{0, static_cast<std::uint32_t>(replica), static_cast<std::uint32_t>(time),
                  static_cast<std::uint32_t>(time >> 32) | static_cast<std::uint32_t>(purpose) << 24}} {
    assert(time < (std::uint64_t{1} << 56) && replica < (std::uint64_t{1} << 32));
  }

  std::uint32_t next32() noexcept {
    if (used_ == words_.size()) refill();
    return words_[used_++];
  }
  result_type operator()() noexcept {
    const std::uint64_t high = next32();
    return high << 32 | next32();
  }

 private:
  void refill() noexcept;

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 16> words_{};
  std::size_t used_ = words_.size();
};

}  // namespace gibbsite
