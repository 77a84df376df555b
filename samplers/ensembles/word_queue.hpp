/// The random words of one sweep for a kernel that cannot know how many it will need.
#pragma once

#include <cstdint>
#include <vector>

#include "samplers/simd/random/coins.hpp"

namespace gibbsite {

/// Random words one after the other, made many at a time.
class WordQueue {
 public:
  WordQueue(const simd::CoinKernels& kernels, const simd::Cipher& cipher, std::size_t most)
      : kernels_(kernels), cipher_(cipher), words_((most / lanes + 32) * lanes), used_(words_.size()) {}
  /// The next n <= most words: those left over are skipped where they are too few.
  const std::uint32_t* take(std::size_t n) {
    if (used_ + n > words_.size()) {
      kernels_.words(cipher_, word_unit, block_, words_.size() / lanes, words_.data());
      block_ += words_.size() / lanes;
      used_ = 0;
    }
    used_ += n;
    return words_.data() + used_ - n;
  }
  /// A word that decides a tie.
  std::uint32_t second() {
    std::uint32_t words[lanes];
    kernels_.words(cipher_, tie_unit, ties_++, 1, words);
    return words[0];
  }
  /// Uniform on (0, 1), 52 bits, as Chance::uniform.
  double uniform() {
    const std::uint32_t* two = take(2);
    const std::uint64_t word = std::uint64_t{two[0]} << 32 | two[1];
    return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
  }
  /// Uniform on 0 .. n-1, as Chance::pick.
  std::size_t pick(std::size_t n) {
    std::uint64_t product = std::uint64_t{*take(1)} * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint64_t floor = (std::uint64_t{1} << 32) % n;
      while (static_cast<std::uint32_t>(product) < floor) product = std::uint64_t{*take(1)} * n;
    }
    return static_cast<std::size_t>(product >> 32);
  }

 private:
  static constexpr std::size_t lanes = simd::lanes;
  static constexpr std::uint32_t word_unit = (1U << 31) + 1, tie_unit = word_unit + 1;
  const simd::CoinKernels& kernels_;
  const simd::Cipher& cipher_;
  std::vector<std::uint32_t> words_;
  std::size_t used_;
  std::uint64_t block_ = 0, ties_ = 0;
};

}  // namespace gibbsite
