#include "samplers/simd/replicas/replica_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/replicas/replica_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/bits/transpose-inl.h"
#include "samplers/simd/replicas/replica_rules-inl.h"

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
  changed.add_seen(batch.words, [&](std::size_t w) HWY_ATTR { return known.base[w]; });
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
struct BatchRules {
  Looker look = nullptr;
  Settler settle = nullptr;
};
template <Decide decide, std::size_t degree = 0>
BatchRules rules_of(std::size_t pack, std::size_t wanted) {
  if constexpr (degree < most_degree) {
    if (wanted != degree) return rules_of<decide, degree + 1>(pack, wanted);
  }
  constexpr bool fair = decide != Decide::heat_bath_in_field && degree % 2 == 0 && degree > 0;
  return {looker<decide, degree>(pack), settle < decide, classes_of(decide, degree),
          fair ? Zero::fair_coin : Zero::a_class > };
}
BatchRules rules_for(Decide decide, std::size_t pack, std::size_t degree) {
  switch (decide) {
    case Decide::heat_bath:
      return rules_of<Decide::heat_bath>(pack, degree);
    case Decide::heat_bath_in_field:
      return rules_of<Decide::heat_bath_in_field>(pack, degree);
    default:
      return rules_of<Decide::metropolis>(pack, degree);
  }
}
/// Of every degree; looked up once, since a sweep of a small system is as short as looking them up.
const BatchRules* rules_of_all_degrees(Decide decide, std::size_t pack) {
  struct Table {
    BatchRules at[3][4][most_degree + 1];
  };
  static const Table table = [] {
    Table all;
    for (std::size_t d = 0; d < 3; ++d)
      for (std::size_t w = 0; w < 4; ++w)
        for (std::size_t degree = 0; degree <= most_degree; ++degree)
          all.at[d][w][degree] = rules_for(static_cast<Decide>(d), std::size_t{64} << w, degree);
    return all;
  }();
  return table.at[static_cast<std::size_t>(decide)][pack == 64 ? 0 : pack == 128 ? 1 : pack == 256 ? 2 : 3];
}

void sweep(const ReplicaSweep& s) {
  const BatchRules* steps = rules_of_all_degrees(s.decide, s.width);
  LaneCounter changed[columns];
  Known known;
  for (std::size_t k = s.begin; k < s.end; ++k) {
    const std::size_t number = s.backwards ? s.begin + s.end - 1 - k : k;
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
    counter.add_seen(n, [&](std::size_t w) HWY_ATTR {
      return hn::And(hn::Load(d, words + w * word_parts + column), hn::Load(d, real + w * word_parts + column));
    });
    counter.store(planes + column);
  }
}

template <std::size_t row>
void count_rows(const ReplicaBonds& bonds, const std::uint64_t* state, std::uint64_t* planes) {
  const auto end = [&](std::size_t k, std::size_t column) HWY_ATTR {
    if constexpr (row < word_parts) return gather_entry<row>(bonds.ends, k, state, column);
    return hn::Load(Bits(), state + bonds.ends.begin[k] + column);
  };
  for (std::size_t column = 0; column < word_parts; column += column_parts) {
    LaneCounter counter;
    if constexpr (row == word_parts) {
      const std::size_t positive = bonds.positive;
      counter.add_seen(positive,
                       [&](std::size_t k) HWY_ATTR { return hn::Xor(end(2 * k, column), end(2 * k + 1, column)); });
      counter.add_seen(bonds.words - positive, [&](std::size_t k) HWY_ATTR {
        return not_xor(end(2 * (positive + k), column), end(2 * (positive + k) + 1, column));
      });
    } else {
      counter.add_seen(bonds.words, [&](std::size_t k) HWY_ATTR {
        return hn::Xor(end(2 * k, column), gather_signed<row>(bonds.ends, 2 * k + 1, state, column));
      });
    }
    counter.store(planes + column);
  }
}
void count_bonds(const ReplicaBonds& bonds, std::size_t pack, const std::uint64_t* state, std::uint64_t* planes) {
  switch (pack) {
    case 64:
      return count_rows<1>(bonds, state, planes);
    case 128:
      return count_rows<2>(bonds, state, planes);
    case 256:
      return count_rows<4>(bonds, state, planes);
    default:
      return count_rows<8>(bonds, state, planes);
  }
}

template <std::size_t numbers>
HWY_INLINE BitVector repeated(const std::uint64_t* in) {
  const Bits d;
  if constexpr (numbers == 1) {
    return hn::Set(d, *in);
  } else if constexpr (numbers == 2) {
    return hn::LoadDup128(d, in);
  } else if constexpr (column_parts <= 4) {
    return hn::Load(d, in);
  } else {
    const auto half = hn::Load(hn::Half<Bits>(), in);
    return hn::Combine(d, half, half);
  }
}
template <std::size_t numbers>
void repeat_numbers(const std::uint64_t* in, std::uint64_t* out, std::ptrdiff_t step) {
  for (std::size_t k = 0; k < 64; ++k) {
    const BitVector word = repeated<numbers>(in);
    for (std::size_t column = 0; column < word_parts; column += column_parts) hn::Store(word, Bits(), out + column);
    in += word_parts;
    out += step * static_cast<std::ptrdiff_t>(word_parts);
  }
}
void repeat(const std::uint64_t* in, std::size_t numbers, std::uint64_t* out, std::ptrdiff_t step) {
  if (numbers == 1) return repeat_numbers<1>(in, out, step);
  return numbers == 2 ? repeat_numbers<2>(in, out, step) : repeat_numbers<4>(in, out, step);
}

const ReplicaKernels* replicas() {
  static const ReplicaKernels all = {
      hwy::TargetName(HWY_TARGET), sweep, count_ones, count_bonds, transpose, transpose_short, repeat};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const ReplicaKernels*> replica_kernels() {
  std::vector<const ReplicaKernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::replicas());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::replicas());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::replicas());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
