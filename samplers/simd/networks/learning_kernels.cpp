#include "samplers/simd/networks/learning_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/networks/learning_kernels.cpp"
#include <hwy/foreach_target.h>

#include <cmath>

#include "samplers/simd/networks/decide-inl.h"
#include "samplers/simd/networks/normal-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

constexpr float log2e = 1.44269504F;
constexpr std::size_t learning_bits = width == 16 ? 5 : 3;          // inputs of a table: of two registers, or of one
constexpr std::size_t most_learning_vectors = width == 16 ? 8 : 2;  // as many sums, of two units, as registers hold
constexpr std::size_t most_sums = width == 16 ? 16 : 8;             // registers of a row that are added up at once

/// Registers begin ... begin + n - 1 of a sum of rows, kept in registers: a loop over rows in memory takes five times
/// as long.
template <std::size_t n>
HWY_INLINE void sum_rows(const RowSum& p, std::size_t begin, Float (&sum)[n]) {
  const Floats d;
  HWY_UNROLL(16)
  for (std::size_t c = 0; c < n; ++c)
    sum[c] = p.first != nullptr ? hn::Load(d, p.first + begin + c * width) : hn::Zero(d);
  const float* rows = p.rows + begin;
  for (std::size_t k = 0; k < p.count; ++k) {
    const float* row = rows + p.at[k];
    HWY_UNROLL(16) for (std::size_t c = 0; c < n; ++c) sum[c] = hn::Add(sum[c], hn::Load(d, row + c * width));
  }
  for (std::size_t k = 0; k < p.less_count; ++k) {
    const float* row = rows + p.less[k];
    HWY_UNROLL(16) for (std::size_t c = 0; c < n; ++c) sum[c] = hn::Sub(sum[c], hn::Load(d, row + c * width));
  }
}

/// use(begin, sum) for all numbers of a row, as many registers at a time as there are.
template <std::size_t n, class Use>
HWY_INLINE std::size_t sum_blocks(const RowSum& p, std::size_t begin, Use&& use) {
  for (; begin + n * width <= p.length; begin += n * width) {
    Float sum[n];
    sum_rows<n>(p, begin, sum);
    HWY_UNROLL(16) for (std::size_t c = 0; c < n; ++c) use(begin + c * width, sum[c]);
  }
  if constexpr (n > 1) return sum_blocks<n / 2>(p, begin, use);
  return begin;
}

void add_rows(const RowSum& p) {
  sum_blocks<most_sums>(p, 0, [&](std::size_t at, Float sum) { hn::Store(sum, Floats(), p.out + at); });
}

void draw_hidden(const HiddenUnits& p) {
  const Floats d;
  const Float zero = hn::Zero(d), one = hn::Set(d, 1.0F), scale = hn::Set(d, p.scale);
  const bool drawn = p.cipher != nullptr;
  const Cipher cipher = drawn ? *p.cipher : Cipher();
  for (std::size_t q = 0; q * width < p.length; ++q) {
    const Float y = hn::Mul(hn::Load(d, p.field + q * width), hn::Set(d, log2e));
    const Float z = exp2_minus(hn::Abs(y)), w = hn::Add(z, one);
    const Mask positive = hn::Gt(y, zero);
    if (drawn) {
      const auto where = place(q / parts, q % parts);
      const Verdict verdict = choose(z, w, random_words(cipher, p.chain, 0, where));
      Mask minority = verdict.minority;
      if (HWY_UNLIKELY(!hn::AllFalse(d, verdict.tie)))
        minority = settle(verdict, random_words(cipher, p.chain, 1, where));
      const Mask on = hn::Xor(positive, minority);
      if (p.states != nullptr) hn::Store(hn::IfThenElseZero(on, one), d, p.states + q * width);
      if (p.bits != nullptr) {
        const std::uint64_t states = bits_of(hn::RebindMask(Words(), on));
        for (std::size_t byte = 0; byte < width / 8; ++byte)
          p.bits[q * (width / 8) + byte] = static_cast<std::uint8_t>(states >> (8 * byte));
      }
    }
    if (p.mean != nullptr)
      hn::Store(hn::Mul(hn::Div(hn::IfThenElse(positive, one, z), w), scale), d, p.mean + q * width);
  }
}

void draw_normal(const GaussianUnits& p) {
  const Floats d;
  const Cipher cipher = *p.cipher;
  const auto write = [&](std::size_t at, Float normal) {
    const Float v = hn::MulAdd(hn::Load(d, p.deviation + at), normal, hn::Load(d, p.mean + at));
    hn::Store(hn::Mul(v, hn::Load(d, p.scale + at)), d, p.out + at);
  };
  for (std::size_t q = 0; q * width < p.length; q += 2) {
    const auto where = place(q / parts, q % parts);
    const Normals both = two_normals(random_words(cipher, p.chain, 0, where), random_words(cipher, p.chain, 1, where));
    write(q * width, both.first);
    if ((q + 1) * width < p.length) write((q + 1) * width, both.second);
  }
}

/// The sums of learning_bits weights over all states of their inputs. lane: 1 where entry `lane` holds input k.
struct Table {
  Float low;
#if HWY_TARGET <= HWY_AVX3
  Float high;  // with the last input

  HWY_INLINE Float at(Word index) const { return Float{_mm512_permutex2var_ps(low.raw, index.raw, high.raw)}; }
#else
  HWY_INLINE Float at(Word index) const { return hn::TableLookupLanes(low, hn::IndicesFromVec(Floats(), index)); }
#endif
};
constexpr std::size_t lane_bits = width == 16 ? 4 : 3;

HWY_INLINE Table table_of(const float* weights, const Float (&lane)[lane_bits]) {
  const Floats d;
  Table table;
  table.low = hn::Mul(lane[0], hn::Set(d, weights[0]));
  HWY_UNROLL(4)
  for (std::size_t k = 1; k < lane_bits; ++k) table.low = hn::MulAdd(lane[k], hn::Set(d, weights[k]), table.low);
#if HWY_TARGET <= HWY_AVX3
  table.high = hn::Add(table.low, hn::Set(d, weights[lane_bits]));
#endif
  return table;
}

/// `units` units (1 or 2) from `unit` on.
template <std::size_t units, std::size_t vectors>
HWY_INLINE void draw_units(const VisibleUnits& p, const Cipher& cipher, const Float (&lane)[lane_bits],
                           std::size_t unit) {
  constexpr std::size_t registers = vectors * parts;
  const Floats d;
  Float sum[units][registers];
  HWY_UNROLL(2)
  for (std::size_t o = 0; o < units; ++o)
    HWY_UNROLL(8) for (std::size_t c = 0; c < registers; ++c) sum[o][c] = hn::Set(d, p.bias[unit + o]);
  const float* row = p.weights + unit * p.stride;
  const std::uint32_t* words = p.words;
  for (std::size_t g = 0; g < p.groups; ++g, row += learning_bits, words += registers * width) {
    Table table[units];
    HWY_UNROLL(2) for (std::size_t o = 0; o < units; ++o) table[o] = table_of(row + o * p.stride, lane);
    HWY_UNROLL(8) for (std::size_t c = 0; c < registers; ++c) {
      const Word at = hn::Load(Words(), words + c * width);
      HWY_UNROLL(2)
      for (std::size_t o = 0; o < units; ++o) sum[o][c] = hn::Add(sum[o][c], table[o].at(at));
    }
  }
  HWY_ALIGN float field[units * registers * width];  // or what follows is unrolled, too, and registers spill
  HWY_UNROLL(2)
  for (std::size_t o = 0; o < units; ++o) HWY_UNROLL(8)
  for (std::size_t c = 0; c < registers; ++c) hn::Store(sum[o][c], d, field + (o * registers + c) * width);
  for (std::size_t o = 0; o < units; ++o)
    for (std::size_t c = 0; c < registers; ++c) {
      const Float y = hn::Mul(hn::Load(d, field + (o * registers + c) * width), hn::Set(d, log2e));
      const auto number = static_cast<std::uint32_t>(p.first + unit + o);
      const auto where = place(p.vector + c / parts, c % parts);
      const Verdict verdict = choose(y, random_words(cipher, number, 0, where));
      Mask minority = verdict.minority;
      if (HWY_UNLIKELY(!hn::AllFalse(d, verdict.tie)))
        minority = settle(verdict, random_words(cipher, number, 1, where));
      const std::uint64_t states = bits_of(hn::RebindMask(Words(), hn::Xor(hn::Gt(y, hn::Zero(d)), minority)));
      std::uint8_t* out = p.states + (unit + o) * p.states_stride + c * (width / 8);
      for (std::size_t byte = 0; byte < width / 8; ++byte) out[byte] = static_cast<std::uint8_t>(states >> (8 * byte));
    }
}

template <std::size_t vectors>
void draw_visible(const VisibleUnits& p) {
  const Cipher cipher = *p.cipher;
  Float lane[lane_bits];  // 1 where entry `lane` of a table holds input k
  HWY_UNROLL(4) for (std::size_t k = 0; k < lane_bits; ++k) {
    HWY_ALIGN float ones[width];
    for (std::size_t l = 0; l < width; ++l) ones[l] = (l >> k & 1) != 0 ? 1.0F : 0.0F;
    lane[k] = hn::Load(Floats(), ones);
  }
  std::size_t unit = 0;
  for (; unit + 2 <= p.units; unit += 2) draw_units<2, vectors>(p, cipher, lane, unit);
  if (unit < p.units) draw_units<1, vectors>(p, cipher, lane, unit);
}

void visible(const VisibleUnits& p, std::size_t vectors) {
  if constexpr (most_learning_vectors >= 8) {
    switch (vectors) {
      case 3:
        return draw_visible<3>(p);
      case 4:
        return draw_visible<4>(p);
      case 5:
        return draw_visible<5>(p);
      case 6:
        return draw_visible<6>(p);
      case 7:
        return draw_visible<7>(p);
      case 8:
        return draw_visible<8>(p);
      default:
        break;
    }
  }
  return vectors == 1 ? draw_visible<1>(p) : draw_visible<2>(p);
}

RowUpdated update(const RowUpdate& p) {
  const Floats d;
  const Integers i;
  const Float momentum = hn::Set(d, p.momentum), rate = hn::Set(d, p.rate), l2 = hn::Set(d, p.l2);
  const Float mu = hn::Set(d, p.mu), db = hn::Set(d, p.db), shrink = hn::Set(d, p.shrink), zero = hn::Zero(d);
  Float along = zero;
  auto largest = hn::Zero(i);
  sum_blocks<most_sums>(p.gradient, 0, [&](std::size_t at, Float sum) {
    Float w = hn::Load(d, p.weights + at);
    const Float nu = hn::Load(d, p.nu + at);
    sum = hn::NegMulAdd(l2, w, sum);
    sum = hn::NegMulAdd(mu, hn::Load(d, p.dc + at), sum);
    sum = hn::NegMulAdd(db, nu, sum);
    const Float v = hn::MulAdd(momentum, hn::Load(d, p.velocity + at), hn::Mul(rate, sum));
    hn::Store(v, d, p.velocity + at);
    w = hn::Add(w, v);
    if (p.shrink > 0) w = hn::CopySign(hn::Max(hn::Sub(hn::Abs(w), shrink), zero), w);
    hn::Store(w, d, p.weights + at);
    along = hn::MulAdd(v, nu, along);
    largest = hn::Max(largest, hn::BitCast(i, hn::Abs(w)));
    hn::Store(hn::MulAdd(mu, v, hn::Load(d, p.pull + at)), d, p.pull + at);
    if (p.squares != nullptr) hn::Store(hn::MulAdd(w, w, hn::Load(d, p.squares + at)), d, p.squares + at);
  });
  return {hn::GetLane(hn::SumOfLanes(d, along)), static_cast<std::uint32_t>(hn::GetLane(hn::MaxOfLanes(i, largest)))};
}

double log_sum_of_units(const float* field, const float* row, float factor, std::size_t length) {
  constexpr std::size_t at_once = 64;  // factors between 1 and 2 of a lane
  const Floats d;
  const Float one = hn::Set(d, 1.0F), zero = hn::Zero(d), times = hn::Set(d, factor);
  double sum = 0;
  for (std::size_t begin = 0; begin < length; begin += at_once * width) {
    Float linear = zero, product = one;
    for (std::size_t at = begin; at < length && at < begin + at_once * width; at += width) {
      Float f = hn::Load(d, field + at);
      if (row != nullptr) f = hn::MulAdd(times, hn::Load(d, row + at), f);
      linear = hn::Add(linear, hn::Max(f, zero));
      product = hn::Mul(product, hn::Add(one, exp2_minus(hn::Abs(hn::Mul(f, hn::Set(d, log2e))))));
    }
    HWY_ALIGN float linears[width], products[width];
    hn::Store(linear, d, linears);
    hn::Store(product, d, products);
    double all = 1;  // at most 2^(8 at_once)
    for (std::size_t k = 0; k < width; ++k) {
      sum += static_cast<double>(linears[k]);
      all *= static_cast<double>(products[k]);
      if (k % 8 == 7) sum += std::log(all), all = 1;
    }
  }
  return sum;
}

const LearningKernels* kernels_of_learning() {
  static const LearningKernels all = {hwy::TargetName(HWY_TARGET),
                                      learning_bits,
                                      most_learning_vectors,
                                      add_rows,
                                      draw_hidden,
                                      visible,
                                      draw_normal,
                                      update,
                                      log_sum_of_units};
  return &all;
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gibbsite::simd {

std::vector<const LearningKernels*> learning_kernels() {
  std::vector<const LearningKernels*> all;
  const std::int64_t supported = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::kernels_of_learning());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::kernels_of_learning());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::kernels_of_learning());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
