/// Samples of binary units as bits, one row of words a sample.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "physics/matrices/matrix.hpp"

namespace gibbsite {

/// visit(k) for every bit k of a word that is set.
template <class Visit>
void each_bit(std::uint64_t word, Visit&& visit) {
  for (; word != 0; word &= word - 1) visit(static_cast<std::size_t>(std::countr_zero(word)));
}

class BitRows {
 public:
  static constexpr std::size_t word_bits = 64;

  BitRows() = default;
  /// samples: [unit][sample]; what is above 0 is 1.
  explicit BitRows(const Matrix& samples)
      : units_(samples.rows()),
        size_(samples.columns()),
        words_((units_ + word_bits - 1) / word_bits),
        bits_(size_ * words_, 0) {
    for (std::size_t n = 0; n < size_; ++n)
      for (std::size_t i = 0; i < units_; ++i)
        if (samples(i, n) > 0) bits_[n * words_ + i / word_bits] |= std::uint64_t{1} << (i % word_bits);
  }

  std::size_t size() const noexcept { return size_; }    ///< samples
  std::size_t units() const noexcept { return units_; }  ///< of each
  bool operator()(std::size_t unit, std::size_t sample) const {
    return (bits_[sample * words_ + unit / word_bits] >> (unit % word_bits) & 1U) != 0;
  }
  std::size_t words() const noexcept { return words_; }  ///< of a sample
  const std::uint64_t* row(std::size_t sample) const { return bits_.data() + sample * words_; }
  /// visit(i) for every unit of a sample that is 1, in their order.
  template <class Visit>
  void each_unit(std::size_t sample, Visit&& visit) const {
    for (std::size_t w = 0; w < words_; ++w)
      each_bit(bits_[sample * words_ + w], [&](std::size_t k) { visit(w * word_bits + k); });
  }

 private:
  std::size_t units_ = 0, size_ = 0, words_ = 0;
  std::vector<std::uint64_t> bits_;  // [sample][word]
};

}  // namespace gibbsite
