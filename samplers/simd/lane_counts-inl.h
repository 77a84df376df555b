// How many of many words have a bit set, for every bit: adders of bit lanes. Compiled once per target.
#if defined(GIBBSITE_LANE_COUNTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_LANE_COUNTS_INL_H
#undef GIBBSITE_LANE_COUNTS_INL_H
#else
#define GIBBSITE_LANE_COUNTS_INL_H
#endif

#include "samplers/simd/logic-inl.h"
#include "samplers/simd/replica_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// sum += x + y, two of these bits carried.
HWY_INLINE BitVector add_two(BitVector& sum, BitVector x, BitVector y) {
  const BitVector carry = majority(sum, x, y);
  sum = hn::Xor3(sum, x, y);
  return carry;
}

/// Planes of constant + the n bits, from plane on: full adders, one for every two bits.
template <std::size_t n, std::size_t constant, std::size_t plane>
HWY_INLINE void add_up(const BitVector* bits, BitVector* planes) {
  constexpr bool one = (constant >> plane & 1U) != 0;
  if constexpr (n == 0) {
    if (one) planes[plane] = hn::Not(hn::Zero(Bits()));
    if constexpr ((constant >> (plane + 1)) != 0) add_up<0, constant, plane + 1>(bits, planes);
  } else {
    BitVector sum = bits[0], carry[n / 2 + 1];
    HWY_UNROLL(4) for (std::size_t k = 1; k + 1 < n; k += 2) carry[k / 2] = add_two(sum, bits[k], bits[k + 1]);
    if constexpr (n % 2 == 0) {
      carry[n / 2 - 1] = one ? hn::Or(sum, bits[n - 1]) : hn::And(sum, bits[n - 1]);
      sum = hn::Xor(sum, bits[n - 1]);
    } else if constexpr (one) {
      carry[n / 2] = sum;
    }
    planes[plane] = one ? hn::Not(sum) : sum;
    add_up<(n + (one ? 1 : 0)) / 2, constant, plane + 1>(carry, planes);
  }
}

/// Counts in planes (Harley and Seal; Warren, Hacker's Delight, 2nd ed., sec. 5-1): eight words are seven adders and
/// one word that is worth eight, eight of which are ...
class LaneCounter {
 public:
  HWY_INLINE LaneCounter() {
    for (BitVector& plane : plane_) plane = hn::Zero(Bits());
  }
  HWY_INLINE void add(BitVector word) { add(word, 0); }
  HWY_INLINE void add(const BitVector* words, std::size_t n) {
    std::size_t k = 0;
    for (; k + 8 <= n; k += 8) add(add_eight(words + k, plane_), 1);
    for (; k < n; ++k) add(words[k], 0);
  }
  /// Adds the counts to planes[plane * word_parts ...].
  HWY_INLINE void store(std::uint64_t* planes) {
    const Bits d;
    for (std::size_t s = 0; s < stages; ++s)
      while (count_[s] != 0) add(hn::Zero(d), s);
    BitVector carry = hn::Zero(d);
    for (std::size_t p = 0; p < count_planes; ++p) {
      BitVector sum = hn::Load(d, planes + p * word_parts);
      carry = add_two(sum, p < 3 * stages ? plane_[p] : hn::Zero(d), carry);
      hn::Store(sum, d, planes + p * word_parts);
    }
  }

 private:
  static constexpr std::size_t stages = 12;  // 2^36 words and more

  /// Eight words into three planes; what is worth eight is carried.
  static HWY_INLINE BitVector add_eight(const BitVector* x, BitVector* plane) {
    BitVector one = plane[0], two = plane[1], four = plane[2];
    const BitVector two_a = add_two(one, x[0], x[1]), two_b = add_two(one, x[2], x[3]);
    const BitVector two_c = add_two(one, x[4], x[5]), two_d = add_two(one, x[6], x[7]);
    const BitVector four_a = add_two(two, two_a, two_b), four_b = add_two(two, two_c, two_d);
    const BitVector eight = add_two(four, four_a, four_b);
    plane[0] = one;
    plane[1] = two;
    plane[2] = four;
    return eight;
  }
  HWY_INLINE void add(BitVector word, std::size_t stage) {
    for (;; ++stage) {
      waiting_[stage][count_[stage]] = word;
      count_[stage] = (count_[stage] + 1) % 8;
      if (count_[stage] != 0 || stage + 1 == stages) return;
      word = add_eight(waiting_[stage], plane_ + 3 * stage);
    }
  }

  BitVector plane_[3 * stages], waiting_[stages][8];
  std::size_t count_[stages] = {};
};

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
