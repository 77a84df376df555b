/// The decisions a kernel may draw. Kernels are templates over this interface, so that a test can put an enumerator
/// in its place, walk every outcome with its probability, and write the exact transition matrix down.
#pragma once

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "physics/random.hpp"

namespace gibbsite {

/// A probability, prepared for comparison with random words: exact to 2^-64; 0 never and 1 always comes true.
struct Coin {
  double p = 0;
  std::uint64_t threshold = 0;  ///< p 2^64, or all ones for p = 1

  constexpr Coin() = default;
  explicit Coin(double probability) noexcept : p(probability) {
    assert(probability >= 0 && probability <= 1);
    threshold = probability >= 1 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(probability * 0x1p64);
  }
};

/// Decisions drawn from a Stream.
class Chance {
 public:
  explicit Chance(Stream stream) noexcept : stream_(stream) {}

  /// True with probability coin.p. Reads 32 bits; only on a tie of those, 32 more.
  bool coin(const Coin& coin) noexcept {
    const std::uint32_t word = stream_.next32();
    const auto high = static_cast<std::uint32_t>(coin.threshold >> 32);
    if (word != high) [[likely]]
      return word < high;
    const auto low = static_cast<std::uint32_t>(coin.threshold);
    return stream_.next32() < low || coin.p >= 1;
  }
  /// Uniform on 0 .. n-1 without bias (Lemire 2019, doi:10.1145/3230636); 0 < n <= 2^32.
  std::size_t pick(std::size_t n) noexcept {
    assert(n > 0 && n <= (std::uint64_t{1} << 32));
    std::uint64_t product = std::uint64_t{stream_.next32()} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint64_t floor = (std::uint64_t{1} << 32) % n;
      while (static_cast<std::uint32_t>(product) < floor) product = std::uint64_t{stream_.next32()} * n;
    }
    return static_cast<std::size_t>(product >> 32);
  }
  /// Uniform on (0, 1), 53 bits, never 0 or 1.
  double uniform() noexcept { return (static_cast<double>(stream_() >> 12) + 0.5) * 0x1p-52; }
  /// Gaussian with mean 0 and variance 1.
  double normal();

 private:
  Stream stream_;
};

/// What kernels may ask of a source of chance: discrete decisions only.
template <class C>
concept DiscreteChance = requires(C& chance, const Coin& coin, std::size_t n) {
  { chance.coin(coin) } -> std::same_as<bool>;
  { chance.pick(n) } -> std::same_as<std::size_t>;
};
static_assert(DiscreteChance<Chance>);

}  // namespace gibbsite
