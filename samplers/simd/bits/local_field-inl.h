// Local fields of 512 spins at once, by full adders. Compiled once per target.
//
// k of z neighbours pull up, |f| = |2k - z|. Without a field only the majority and the class of |f| matter to a move,
// so that k itself is not made: 3 instructions for z = 3, 4 for z = 4 and 8 for z = 6.
//
// At the edge of an open lattice the missing neighbours are up and down in turn, and down where one is left over: then
// |f| = |2k - (z - 1)| in "odd" lanes, and classes of both kinds are told apart.
#if defined(GIBBSITE_FIELD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_FIELD_INL_H
#undef GIBBSITE_FIELD_INL_H
#else
#define GIBBSITE_FIELD_INL_H
#endif

#include <hwy/highway.h>

#include "samplers/simd/bits/logic-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// What the neighbours of a word say: what most of them want (anything where there is no majority), and the class.
template <std::size_t neighbours>
struct Field;

template <>
struct Field<3> {
  static constexpr std::size_t classes = 2;
  BitVector most, three;
  HWY_INLINE void count(const BitVector (&n)[3]) {
    most = majority(n[0], n[1], n[2]);
    three = hn::Not(differ(n[0], n[1], n[2]));
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[2], BitVector) const { return select(three, yes[1], yes[0]); }
};

template <>
struct Field<4> {
  static constexpr std::size_t classes = 2;
  BitVector most, two, none;  // none: of those that are not |f| = 2
  HWY_INLINE void count(const BitVector (&n)[4]) {
    most = majority(n[0], n[1], n[2]);
    none = differ(n[0], n[1], n[2]);
    two = hn::Xor(hn::Xor3(n[0], n[1], n[2]), n[3]);
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[2], BitVector tie) const {
    return select(two, yes[0], select(none, tie, yes[1]));
  }
};

template <>
struct Field<6> {
  static constexpr std::size_t classes = 3;
  BitVector most, odd, none, two;  // odd: |f| = 0 or 4; none: of the odd ones; two: of the others
  HWY_INLINE void count(const BitVector (&n)[6]) {
    const BitVector a = hn::Xor3(n[0], n[1], n[2]), b = hn::Xor3(n[3], n[4], n[5]);
    const BitVector twice_a = majority(n[0], n[1], n[2]), twice_b = majority(n[3], n[4], n[5]);
    odd = hn::Xor(a, b);
    most = majority(twice_a, twice_b, a);
    none = hn::Xor(twice_a, twice_b);
    two = differ(twice_a, twice_b, a);
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[3], BitVector tie) const {
    return select(odd, select(none, tie, yes[1]), select(two, yes[0], yes[2]));
  }
};

/// k itself, in binary: each a class of its own.
template <std::size_t neighbours>
struct Number;

template <>
struct Number<3> {
  static constexpr std::size_t classes = 4;
  BitVector ones, twos;
  HWY_INLINE void count(const BitVector (&n)[3]) {
    ones = hn::Xor3(n[0], n[1], n[2]);
    twos = majority(n[0], n[1], n[2]);
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[4], BitVector) const {
    return select(twos, select(ones, yes[3], yes[2]), select(ones, yes[1], yes[0]));
  }
};

template <>
struct Number<4> {
  static constexpr std::size_t classes = 5;
  BitVector ones, twos, fours;
  HWY_INLINE void count(const BitVector (&n)[4]) {
    const BitVector three = hn::Xor3(n[0], n[1], n[2]), twice = majority(n[0], n[1], n[2]);
    const BitVector carry = hn::And(three, n[3]);
    ones = hn::Xor(three, n[3]);
    twos = hn::Xor(twice, carry);
    fours = hn::And(twice, carry);
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[5], BitVector) const {
    const BitVector low = select(twos, select(ones, yes[3], yes[2]), select(ones, yes[1], yes[0]));
    return select(fours, yes[4], low);
  }
};

template <>
struct Number<6> {
  static constexpr std::size_t classes = 7;
  BitVector ones, twos, fours;
  HWY_INLINE void count(const BitVector (&n)[6]) {
    const BitVector a = hn::Xor3(n[0], n[1], n[2]), b = hn::Xor3(n[3], n[4], n[5]), carry = hn::And(a, b);
    const BitVector twice_a = majority(n[0], n[1], n[2]), twice_b = majority(n[3], n[4], n[5]);
    ones = hn::Xor(a, b);
    twos = hn::Xor3(twice_a, twice_b, carry);
    fours = majority(twice_a, twice_b, carry);
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[7], BitVector) const {
    const BitVector low = select(twos, select(ones, yes[3], yes[2]), select(ones, yes[1], yes[0]));
    return select(fours, select(twos, yes[6], select(ones, yes[5], yes[4])), low);
  }
};

/// Number at the edge of an open lattice. Classes: k = 0 ... z, and k = 0 ... z - 1 in odd lanes.
template <std::size_t neighbours>
struct EdgeNumber {
  static constexpr std::size_t classes = 2 * neighbours + 1;
  Number<neighbours> number;
  BitVector odd;
  HWY_INLINE void count(const BitVector (&n)[neighbours], BitVector odd_lanes) {
    number.count(n);
    odd = odd_lanes;
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[classes], BitVector fair) const {
    BitVector even[neighbours + 1], rest[neighbours + 1];
    HWY_UNROLL(7) for (std::size_t k = 0; k <= neighbours; ++k) {
      even[k] = yes[k];
      rest[k] = yes[k < neighbours ? neighbours + 1 + k : k];  // k = z does not come up in odd lanes
    }
    return select(odd, number.choose(rest, fair), number.choose(even, fair));
  }
};

/// Field at the edge of an open lattice. Classes: |f| = 1 ... z.
template <std::size_t neighbours>
struct EdgeField;

template <>
struct EdgeField<3> {
  static constexpr std::size_t classes = 3;
  BitVector most, ones, odd;
  HWY_INLINE void count(const BitVector (&n)[3], BitVector odd_lanes) {
    Number<3> k;
    k.count(n);
    most = k.twos;
    ones = k.ones;
    odd = odd_lanes;
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[3], BitVector tie) const {
    const BitVector one = hn::Xor(ones, most);
    return select(odd, select(ones, tie, yes[1]), select(one, yes[0], yes[2]));
  }
};

template <>
struct EdgeField<4> {
  static constexpr std::size_t classes = 4;
  BitVector most, ones, twos, odd;
  HWY_INLINE void count(const BitVector (&n)[4], BitVector odd_lanes) {
    Number<4> k;
    k.count(n);
    most = hn::Or(k.twos, k.fours);
    ones = k.ones;
    twos = k.twos;
    odd = odd_lanes;
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[4], BitVector tie) const {
    const BitVector even = select(ones, yes[1], select(twos, tie, yes[3]));
    return select(odd, select(hn::Xor(ones, twos), yes[0], yes[2]), even);
  }
};

template <>
struct EdgeField<6> {
  static constexpr std::size_t classes = 6;
  BitVector most, ones, twos, fours, odd;
  HWY_INLINE void count(const BitVector (&n)[6], BitVector odd_lanes) {
    Number<6> k;
    k.count(n);
    most = hn::OrAnd(k.fours, k.ones, k.twos);
    ones = k.ones;
    twos = k.twos;
    fours = k.fours;
    odd = odd_lanes;
  }
  HWY_INLINE BitVector choose(const BitVector (&yes)[6], BitVector tie) const {
    const BitVector even = select(ones, select(twos, tie, yes[3]), select(hn::Xor(twos, fours), yes[1], yes[5]));
    return select(odd, select(twos, yes[0], select(hn::Xor(ones, fours), yes[2], yes[4])), even);
  }
};

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
