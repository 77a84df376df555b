#include "samplers/simd/replica_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/replica_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/replica_rules-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

constexpr std::size_t columns = word_parts / column_parts;

template <Decide decide, std::size_t classes, Zero zero>
void settle(const ReplicaSweep& s, const Batch& batch, std::size_t number, std::size_t column, const Coins& coins,
            Known& known, LaneCounter& changed) {
  const BitVector reference = hn::Load(Bits(), s.reference + column);
  if (decide == Decide::metropolis)  // a fresh spin is a fair coin, whatever the local field
    for (std::size_t w = 0; w < batch.words; ++w) known.base[w] = hn::AndNot(reference, known.base[w]);
  const std::size_t offset = batch.word * word_parts + column;
  BatchRule<decide, classes, zero> rule{known, s.state + offset, s.width == word_bits ? nullptr : s.real + offset,
                                        reference};
  const LaneDigits<classes> digits{s.digits + std::size_t{batch.classes} * levels * word_parts};
  decide_group(rule, digits, column, coins, number * group, batch.words);
  changed.add(known.base, batch.words);
}

using Looker = void (*)(const ReplicaSweep&, const Batch&, std::size_t, Known&);
using Settler = void (*)(const ReplicaSweep&, const Batch&, std::size_t, std::size_t, const Coins&, Known&,
                         LaneCounter&);

template <Decide decide, std::size_t degree>
Looker looker(std::size_t pack) {
  return pack == 64    ? look<decide, degree, 1>
         : pack == 128 ? look<decide, degree, 2>
         : pack == 256 ? look<decide, degree, 4>
                       : look<decide, degree, 8>;
}
struct Step {
  Looker look = nullptr;
  Settler settle = nullptr;
};
template <Decide decide, std::size_t degree = 0>
Step step_of(std::size_t pack, std::size_t wanted) {
  if constexpr (degree < most_degree) {
    if (wanted != degree) return step_of<decide, degree + 1>(pack, wanted);
  }
  constexpr bool fair = decide == Decide::heat_bath && degree % 2 == 0 && degree > 0;
  return {looker<decide, degree>(pack), settle < decide, classes_of(decide, degree),
          fair ? Zero::fair_coin : Zero::a_class > };
}
Step step_for(const ReplicaSweep& s, std::size_t degree) {
  switch (s.decide) {
    case Decide::heat_bath:
      return step_of<Decide::heat_bath>(s.width, degree);
    case Decide::heat_bath_in_field:
      return step_of<Decide::heat_bath_in_field>(s.width, degree);
    default:
      return step_of<Decide::metropolis>(s.width, degree);
  }
}

void sweep(const ReplicaSweep& s) {
  Step steps[most_degree + 1];
  for (std::size_t degree = 0; degree <= most_degree; ++degree) steps[degree] = step_for(s, degree);
  LaneCounter changed[columns];
  Known known;
  for (std::size_t k = 0; k < s.count; ++k) {
    const std::size_t number = s.backwards ? s.count - 1 - k : k;
    const Batch& batch = s.batches[number];
    for (std::size_t c = 0; c < columns; ++c) {
      steps[batch.degree].look(s, batch, c * column_parts, known);
      steps[batch.degree].settle(s, batch, number, c * column_parts, Coins(s.cipher, c * column_parts), known,
                                 changed[c]);
    }
  }
  for (std::size_t c = 0; c < columns; ++c) changed[c].store(s.changed + c * column_parts);
}

void count_ones(const std::uint64_t* words, const std::uint64_t* real, std::size_t n, std::uint64_t* planes) {
  const Bits d;
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    LaneCounter counter;
    for (std::size_t w = column; w < n * word_parts; w += word_parts)
      counter.add(hn::And(hn::Load(d, words + w), hn::Load(d, real + w)));
    counter.store(planes + column);
  }
}

template <std::size_t row>
void count_rows(ReplicaRows ends, const std::uint64_t* state, std::size_t n, std::uint64_t* planes) {
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    LaneCounter counter;
    for (std::size_t k = 0; k < n; ++k)
      counter.add(hn::Xor(gather<row>(Bits(), state, ends.begin + 2 * k * (word_parts / row), column),
                          gather_signed<row>(ends, 2 * k + 1, state, column)));
    counter.store(planes + column);
  }
}
void count_bonds(ReplicaRows ends, std::size_t pack, const std::uint64_t* state, std::size_t n, std::uint64_t* planes) {
  switch (pack) {
    case 64:
      return count_rows<1>(ends, state, n, planes);
    case 128:
      return count_rows<2>(ends, state, n, planes);
    case 256:
      return count_rows<4>(ends, state, n, planes);
    default:
      return count_rows<8>(ends, state, n, planes);
  }
}

/// Swaps blocks of 32, 16, ..., 1 bits (Warren, Hacker's Delight, 2nd ed., sec. 7-3), in all parts at once.
template <int shift>
HWY_INLINE void swap_blocks(BitVector (&a)[64]) {
  constexpr std::uint64_t masks[] = {0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F,
                                     0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF, 0x00000000FFFFFFFF};
  const BitVector mask = hn::Set(Bits(), masks[log2_up(shift)]);
  for (std::size_t begin = 0; begin < 64; begin += 2 * shift)
    for (std::size_t k = begin; k < begin + shift; ++k) {
      const BitVector t = hn::And(hn::Xor(hn::ShiftRight<shift>(a[k]), a[k + shift]), mask);
      a[k + shift] = hn::Xor(a[k + shift], t);
      a[k] = hn::Xor(a[k], hn::ShiftLeft<shift>(t));
    }
}
void transpose(const std::uint64_t* in, std::uint64_t* out) {
  const Bits d;
  BitVector a[64];
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    for (std::size_t k = 0; k < 64; ++k) a[k] = hn::Load(d, in + k * word_parts + column);
    swap_blocks<32>(a);
    swap_blocks<16>(a);
    swap_blocks<8>(a);
    swap_blocks<4>(a);
    swap_blocks<2>(a);
    swap_blocks<1>(a);
    for (std::size_t k = 0; k < 64; ++k) hn::Store(a[k], d, out + k * word_parts + column);
  }
}

const ReplicaKernels* replicas() {
  static const ReplicaKernels all = {hwy::TargetName(HWY_TARGET), sweep, count_ones, count_bonds, transpose};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gibbsite::simd {

std::vector<const ReplicaKernels*> replica_kernels() {
  std::vector<const ReplicaKernels*> all;
  const std::int64_t supported = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::replicas());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::replicas());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::replicas());
#endif
#if HWY_TARGETS & HWY_SSE4
  if ((supported & HWY_SSE4) != 0) all.push_back(N_SSE4::replicas());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
