// How many of many words have a bit set, for every bit: adders of bit lanes. Compiled once per target.
#if defined(GIBBSITE_LANE_COUNTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_LANE_COUNTS_INL_H
#undef GIBBSITE_LANE_COUNTS_INL_H
#else
#define GIBBSITE_LANE_COUNTS_INL_H
#endif

#include "samplers/simd/bits/logic-inl.h"
#include "samplers/simd/replicas/replica_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// sum += x + y, two of these bits carried; where `turned`, a bit counts turned over (1: of sum, 2: of x, 4: of y).
template <unsigned turned = 0>
HWY_INLINE BitVector add_two(BitVector& sum, BitVector x, BitVector y) {
  const BitVector carry = majority_of<turned>(sum, x, y);
  sum = (turned & 1U) ^ (turned >> 1U & 1U) ^ (turned >> 2U) ? not_xor3(sum, x, y) : hn::Xor3(sum, x, y);
  return carry;
}
/// The first of n bits and all pairs behind it, of which the first `negative` bits count turned over.
template <std::size_t k, std::size_t n, std::size_t negative>
HWY_INLINE void add_pairs(const BitVector* bits, BitVector& sum, BitVector* carry) {
  if constexpr (k + 1 < n) {
    constexpr unsigned turned =
        (k == 1 && negative > 0 ? 1U : 0U) | (negative > k ? 2U : 0U) | (negative > k + 1 ? 4U : 0U);
    carry[k / 2] = add_two<turned>(sum, bits[k], bits[k + 1]);
    add_pairs<k + 2, n, negative>(bits, sum, carry);
  }
}

/// Planes of constant + the n bits, from plane on: full adders, one for every two bits. The first `negative` bits count
/// turned over.
template <std::size_t n, std::size_t constant, std::size_t plane, std::size_t negative = 0>
HWY_INLINE void add_up(const BitVector* bits, BitVector* planes) {
  constexpr bool one = (constant >> plane & 1U) != 0;
  if constexpr (n == 0) {
    if (one) planes[plane] = hn::Not(hn::Zero(Bits()));
    if constexpr ((constant >> (plane + 1)) != 0) add_up<0, constant, plane + 1>(bits, planes);
  } else {
    BitVector sum = n <= 2 && negative > 0 ? hn::Not(bits[0]) : bits[0], carry[n / 2 + 1];
    add_pairs<1, n, negative>(bits, sum, carry);
    if constexpr (n % 2 == 0) {
      const BitVector last = negative == n ? hn::Not(bits[n - 1]) : bits[n - 1];
      carry[n / 2 - 1] = one ? hn::Or(sum, last) : hn::And(sum, last);
      sum = hn::Xor(sum, last);
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
  HWY_INLINE LaneCounter() { open(0); }
  HWY_INLINE void add(BitVector word) { add(word, 0); }
  /// add(see(0)), ..., add(see(n - 1)).
  template <class See>
  HWY_INLINE void add_seen(std::size_t n, See&& see) {
    std::size_t k = 0;
    for (; k + 8 <= n; k += 8) {
      BitVector word[8];
      HWY_UNROLL(8) for (std::size_t j = 0; j < 8; ++j) word[j] = see(k + j);
      add(add_eight(word, plane_), 1);
    }
    for (; k < n; ++k) add(see(k), 0);
  }
  /// Adds the counts to planes[plane * word_parts ...]. No word may follow.
  HWY_INLINE void store(std::uint64_t* planes) {
    const Bits d;
    for (std::size_t s = 0; s < used_; ++s) {
      if (count_[s] == 0) continue;
      for (std::size_t k = count_[s]; k < 8; ++k) waiting_[s][k] = hn::Zero(d);
      count_[s] = 0;
      const BitVector eight = add_eight(waiting_[s], plane_ + 3 * s);
      if (s + 1 < used_) add(eight, s + 1);  // or there is none: the last stage has had at most seven words
    }
    BitVector carry = hn::Zero(d);
    for (std::size_t p = 0; p < count_planes && (p < 3 * used_ || any(carry)); ++p) {
      BitVector sum = hn::Load(d, planes + p * word_parts);
      carry = add_two(sum, p < 3 * used_ ? plane_[p] : hn::Zero(d), carry);
      hn::Store(sum, d, planes + p * word_parts);
    }
  }

 private:
  static constexpr std::size_t stages = 12;  // 2^36 words and more

  /// Planes are cleared as they are needed: all of them would take as long as a few words of a sweep.
  HWY_INLINE void open(std::size_t stage) {
    for (std::size_t p = 3 * used_; p < 3 * (stage + 1); ++p) plane_[p] = hn::Zero(Bits());
    used_ = stage + 1;
  }

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
      if (stage >= used_) open(stage);
      waiting_[stage][count_[stage]] = word;
      count_[stage] = (count_[stage] + 1) % 8;
      if (count_[stage] != 0 || stage + 1 == stages) return;
      word = add_eight(waiting_[stage], plane_ + 3 * stage);
    }
  }

  BitVector plane_[3 * stages], waiting_[stages][8];
  std::size_t count_[stages] = {}, used_ = 0;  // words that wait; stages that had any
};

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
