// What is known of the spins of a batch before they are decided, and what becomes of them. Compiled once per target.
#if defined(GIBBSITE_REPLICA_RULES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_REPLICA_RULES_INL_H
#undef GIBBSITE_REPLICA_RULES_INL_H
#else
#define GIBBSITE_REPLICA_RULES_INL_H
#endif

#include "samplers/simd/random/bernoulli-inl.h"
#include "samplers/simd/replicas/lane_counts-inl.h"
#include "samplers/simd/replicas/word_rows.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// A register of `row` 64-bit parts from each of several places.
template <std::size_t row, class D>
HWY_INLINE hn::Vec<D> gather(D d, const std::uint64_t* state, const std::uint32_t* begin, std::size_t column) {
  if constexpr (hn::MaxLanes(D()) <= row) {
    return hn::Load(d, state + begin[column / row] + column % row);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, gather<row>(half, state, begin, column + hn::MaxLanes(half)),
                       gather<row>(half, state, begin, column));
  }
}
/// An entry's word, where words hold several rows.
template <std::size_t row>
HWY_INLINE BitVector gather_entry(const ReplicaRows& rows, std::size_t entry, const std::uint64_t* state,
                                  std::size_t column) {
  const Bits d;
  const std::uint32_t* begin = rows.begin + entry * (word_parts / row);
  const unsigned run = rows.run[entry];
  if ((run & whole_word) != 0) return hn::LoadU(d, state + *begin + column);
  if constexpr (column_parts == word_parts && 2 * row < word_parts) {
    constexpr std::size_t middle = word_parts / 2;
    const hn::Half<Bits> half;
    const auto low = (run & low_half) != 0 ? hn::LoadU(half, state + *begin) : gather<row>(half, state, begin, 0);
    const auto high =
        (run & high_half) != 0 ? hn::LoadU(half, state + begin[middle / row]) : gather<row>(half, state, begin, middle);
    return hn::Combine(d, high, low);
  }
  return gather<row>(d, state, begin, column);
}
template <std::size_t row>
HWY_INLINE BitVector gather_signed(const ReplicaRows& rows, std::size_t entry, const std::uint64_t* state,
                                   std::size_t column) {
  return hn::Xor(gather_entry<row>(rows, entry, state, column),
                 hn::Load(Bits(), rows.sign + entry * word_parts + column));
}

/// What is known of the words of a batch, in one column, when decisions are made: digits of the class, and
///   heat bath: the spin that local fields favour (in a field: down);  Metropolis: flips that are always accepted.
/// Afterwards `base` tells the spins that have changed.
struct Known {
  BitVector digit[4][group], base[group];
};

/// The smallest k with 2^k >= n.
constexpr std::size_t log2_up(std::size_t n) {
  std::size_t k = 0;
  while ((std::size_t{1} << k) < n) ++k;
  return k;
}

/// The first `negative` neighbours count turned over.
template <Decide decide, std::size_t degree, std::size_t negative>
HWY_INLINE void classify(const BitVector (&pull)[degree + 1], Known& known, std::size_t w) {
  // Satisfied or pulling neighbours u are counted from such a number that u > degree / 2 shows in one plane.
  constexpr std::size_t half = (degree + 1) / 2;
  const BitVector zero = hn::Zero(Bits());
  BitVector v[5] = {zero, zero, zero, zero, zero};
  if constexpr (decide == Decide::heat_bath_in_field) {
    add_up<degree, 0, 0, negative>(pull, v);
    known.base[w] = zero;
    for (std::size_t b = 0; b < 4; ++b) known.digit[b][w] = v[b];
  } else if constexpr (degree == 0) {
    known.base[w] = known.digit[0][w] = known.digit[1][w] = known.digit[2][w] = zero;
  } else if constexpr (decide == Decide::metropolis) {  // v = 2^k - most + unsatisfied; where f = 0, class 0
    constexpr std::size_t most = degree / 2 + 1, k = log2_up(most);
    add_up<degree, (std::size_t{1} << k) - most, 0, negative>(pull, v);
    known.base[w] = hn::Or(v[k], v[k + 1]);
    for (std::size_t b = 0; b < k; ++b) known.digit[b][w] = hn::Not(v[b]);
  } else if constexpr (degree % 2 == 1) {  // v = 2^k - half + up; |f| = 2 class + 1
    constexpr std::size_t k = log2_up(half);
    add_up<degree, (std::size_t{1} << k) - half, 0, negative>(pull, v);
    known.base[w] = v[k];
    for (std::size_t b = 0; b < k; ++b) known.digit[b][w] = hn::Not(hn::Xor(v[b], v[k]));
  } else {  // v = 2^k - half + up; |f| = 2 |v - 2^k|: where v < 2^k, the two's complement
    constexpr std::size_t k = log2_up(half + 1);
    add_up<degree, (std::size_t{1} << k) - half, 0, negative>(pull, v);
    known.base[w] = v[k];
    known.digit[0][w] = v[0];
    if constexpr (k > 1) known.digit[1][w] = hn::Xor(v[1], hn::AndNot(v[k], v[0]));
    if constexpr (k > 2) known.digit[2][w] = hn::Xor(v[2], hn::AndNot(v[k], hn::Or(v[0], v[1])));
  }
}

template <Decide decide, std::size_t degree, std::size_t row, std::size_t negative>
HWY_INLINE void look_at(const ReplicaSweep& s, const Batch& batch, std::size_t column, std::size_t begin,
                        std::size_t end, Known& known) {
  const std::uint64_t* own = s.state + batch.word * word_parts + column;
  for (std::size_t turn = begin; turn < end; ++turn) {
    const std::size_t w = row == word_parts ? s.turns[batch.word + turn] : turn;
    BitVector pull[degree + 1];
    HWY_UNROLL(8) for (std::size_t k = 0; k < degree; ++k) {
      const std::size_t entry = batch.entry + turn * degree + k;
      pull[k] = row == word_parts ? gather<row>(Bits(), s.state, s.neighbours.begin + entry, column)
                                  : gather_signed<row>(s.neighbours, entry, s.state, column);
      if (decide == Decide::metropolis) pull[k] = hn::Xor(pull[k], hn::Load(Bits(), own + w * word_parts));
    }
    classify<decide, degree, negative>(pull, known, w);
  }
}
/// Words with `negative` J < 0 and more, whose turns begin there.
template <Decide decide, std::size_t degree, std::size_t negative>
HWY_INLINE void look_by_sign(const ReplicaSweep& s, const Batch& batch, std::size_t column, std::size_t begin,
                             Known& known) {
  const std::size_t end = begin + batch.negative[negative];
  look_at<decide, degree, word_parts, negative>(s, batch, column, begin, end, known);
  if constexpr (negative < degree) look_by_sign<decide, degree, negative + 1>(s, batch, column, end, known);
}
template <Decide decide, std::size_t degree, std::size_t row>
void look(const ReplicaSweep& s, const Batch& batch, std::size_t column, Known& known) {
  if constexpr (row == word_parts)
    look_by_sign<decide, degree, 0>(s, batch, column, 0, known);
  else
    look_at<decide, degree, row, 0>(s, batch, column, 0, batch.words, known);
}

/// digits ? : leaf[first + digits], among `n` leaves.
template <std::size_t first, std::size_t n, std::size_t bit, std::size_t leaves>
HWY_INLINE BitVector choose_leaf(const BitVector (&leaf)[leaves], const Known& known, std::size_t w) {
  constexpr std::size_t half = std::size_t{1} << bit;
  if constexpr (n == 1)
    return leaf[first];
  else if constexpr (n <= half)
    return choose_leaf<first, n, bit - 1>(leaf, known, w);
  else
    return select(known.digit[bit][w], choose_leaf < first + half, n - half, bit == 0 ? 0 : bit - 1 > (leaf, known, w),
                  choose_leaf < first, half, bit == 0 ? 0 : bit - 1 > (leaf, known, w));
}

/// The rule of a batch's decisions. `fair`: class 0 is a fair coin, and the others follow.
enum class Zero { fair_coin, a_class };
template <Decide decide, std::size_t classes, Zero zero>
struct BatchRule {
  struct Look {
    std::size_t w;
  };
  Known& known;
  std::uint64_t* own;         // the batch's words in this column
  const std::uint64_t* real;  // or null
  BitVector reference;        // lanes at lambda = 0

  HWY_INLINE Look look(std::size_t w) const { return {w}; }
  HWY_INLINE BitVector choose(const Look& look, const BitVector (&yes)[classes], BitVector fair) const {
    BitVector chosen;
    if constexpr (zero == Zero::fair_coin) {
      BitVector leaf[classes + 1];
      leaf[0] = fair;
      HWY_UNROLL(8) for (std::size_t q = 0; q < classes; ++q) leaf[q + 1] = yes[q];
      chosen = choose_leaf<0, classes + 1, 3>(leaf, known, look.w);
    } else {
      chosen = choose_leaf<0, classes, 3>(yes, known, look.w);
    }
    return decide == Decide::metropolis ? hn::Or(chosen, known.base[look.w]) : chosen;
  }
  HWY_INLINE void write(std::size_t w, const Look&, BitVector verdict) {
    const Bits d;
    std::uint64_t* at = own + w * word_parts;
    const BitVector before = hn::Load(d, at);
    const BitVector after = decide == Decide::metropolis ? hn::Xor(hn::AndNot(reference, before), verdict)
                                                         : hn::Xor(known.base[w], verdict);
    hn::Store(after, d, at);
    BitVector turned = hn::Xor(before, after);
    if (real != nullptr) turned = hn::And(turned, hn::Load(d, real + w * word_parts));
    known.base[w] = turned;
  }
};

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
