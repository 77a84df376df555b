#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/networks/table_kernels.cpp"
#include <hwy/foreach_target.h>

#include "samplers/simd/networks/decide-inl.h"
#include "samplers/simd/networks/matrix_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

constexpr std::size_t bits = width == 16 ? 4 : width == 8 ? 3 : 2;   // inputs of a table, and outputs of a product
constexpr std::size_t most_vectors = 6 / parts < 1 ? 1 : 6 / parts;  // as many sums as registers hold

/// sum += table[words] for the groups of one input; where the next input's tables begin.
template <std::size_t R>
HWY_INLINE const std::int32_t* add(const std::int32_t* table, const std::uint32_t* words, std::size_t groups,
                                   Integer (&sum)[bits][R]) {
  const Integers d;
  for (std::size_t g = 0; g < groups; ++g, table += bits * width, words += R * width) {
    Integer entry[bits];
    HWY_UNROLL(4) for (std::size_t o = 0; o < bits; ++o) entry[o] = hn::Load(d, table + o * width);
    HWY_UNROLL(8) for (std::size_t c = 0; c < R; ++c) {
      const auto at = hn::IndicesFromVec(d, hn::Load(Words(), words + c * width));
      HWY_UNROLL(4)
      for (std::size_t o = 0; o < bits; ++o) sum[o][c] = hn::Add(sum[o][c], hn::TableLookupLanes(entry[o], at));
    }
  }
  return table;
}

template <std::size_t vectors>
void multiply(const Product& p) {
  constexpr std::size_t registers = vectors * parts;
  const Integers d;
  Integer sum[bits][registers];
  HWY_UNROLL(4)
  for (std::size_t o = 0; o < bits; ++o)
    HWY_UNROLL(8) for (std::size_t c = 0; c < registers; ++c) sum[o][c] = hn::Set(d, p.bias[o]);
  const std::int32_t* table = add(p.table, p.words[0], p.groups[0], sum);
  add(table, p.words[1], p.groups[1], sum);
  HWY_UNROLL(4)
  for (std::size_t o = 0; o < bits; ++o) HWY_UNROLL(8)
  for (std::size_t c = 0; c < registers; ++c) hn::Store(sum[o][c], d, p.fields + (o * registers + c) * width);
}

void build(const std::int32_t* weights, std::size_t groups, std::int32_t* table) {
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t o = 0; o < bits; ++o)
      for (std::size_t m = 0; m < width; ++m) {
        std::uint32_t sum = 0;
        for (std::size_t k = 0; k < bits; ++k)
          if ((m >> k & 1) != 0) sum += static_cast<std::uint32_t>(weights[(g * bits + k) * bits + o]);
        *table++ = static_cast<std::int32_t>(sum);
      }
}

void product(const Product& p, std::size_t vectors) {
  if constexpr (most_vectors == 1) return multiply<1>(p);
  if constexpr (most_vectors >= 3) {
    switch (vectors) {
      case 3:
        return multiply<3>(p);
      case 4:
        return multiply<4>(p);
      case 5:
        return multiply<5>(p);
      case 6:
        return multiply<6>(p);
      default:
        break;
    }
  }
  return vectors == 1 ? multiply<1>(p) : multiply<2>(p);
}

template <std::size_t spacing>
void decide(const Decision& decision, std::size_t vectors) {
  const Floats d;
  const Integers i;
  const Words u;
  const Cipher cipher = *decision.cipher;
  const std::size_t registers = vectors * parts;
  for (std::size_t c = 0; c < registers; ++c) {
    const Float scale = hn::Load(d, decision.scale + c * width);
    const Float reference_scale = hn::Load(d, decision.reference_scale + c * width);
    const auto where = place(decision.vector + c / parts, c % parts);
    for (std::size_t g = 0; g < decision.groups; ++g) {
      Word word = hn::Zero(u);
      HWY_UNROLL(4) for (std::size_t o = 0; o < bits; ++o) {
        const std::size_t unit = g * bits + o;
        const auto number = static_cast<std::uint32_t>(decision.unit + unit);
        Float y = hn::Mul(hn::ConvertTo(d, hn::Load(i, decision.fields + (unit * registers + c) * width)), scale);
        if (decision.reference != nullptr)
          y = hn::Add(y, hn::Mul(reference_scale, hn::Set(d, decision.reference[unit])));
        const Verdict verdict = choose(y, random_words(cipher, number, 0, where));
        Mask minority = verdict.minority;
        if (HWY_UNLIKELY(!hn::AllFalse(d, verdict.tie)))
          minority = settle(verdict, random_words(cipher, number, 1, where));
        const Mask one = hn::Xor(hn::Gt(y, hn::Zero(d)), minority);
        word = hn::Or(word, hn::IfThenElseZero(hn::RebindMask(u, one), hn::Set(u, 1U << (o * spacing))));
      }
      hn::Store(word, u, decision.words + (g * registers + c) * width);
    }
  }
}

using Doubles = hn::CappedTag<double, width / 2>;
using HalfIntegers = hn::Rebind<std::int32_t, Doubles>;
using HalfFloats = hn::Rebind<float, Doubles>;
using Double = hn::Vec<Doubles>;

struct Binary {
  static HWY_INLINE Double linear(Double y) { return hn::Max(y, hn::Zero(Doubles())); }
};
struct Spin {
  static HWY_INLINE Double linear(Double y) { return hn::Mul(hn::Abs(y), hn::Set(Doubles(), 0.5)); }
};

template <class Kind>
HWY_INLINE void log_sum(const LogSum& s) {
  const Doubles d;
  constexpr std::size_t half = width / 2;
  for (std::size_t at = 0; at < lanes; at += width) {
    Double linear[2], product[2], scale[2], reference_scale[2];
    for (std::size_t h = 0; h < 2; ++h) {
      linear[h] = hn::Zero(d);
      product[h] = hn::Set(d, 1.0);
      scale[h] = hn::Load(d, s.scale + at + h * half);
      reference_scale[h] = hn::Load(d, s.reference_scale + at + h * half);
    }
    for (std::size_t unit = 0; unit < s.units; ++unit) {
      hn::Vec<HalfFloats> single[2];
      for (std::size_t h = 0; h < 2; ++h) {
        const auto field = hn::Load(HalfIntegers(), s.fields + unit * s.stride + at + h * half);
        Double y = hn::Mul(hn::PromoteTo(d, field), scale[h]);
        if (s.reference != nullptr) y = hn::Add(y, hn::Mul(reference_scale[h], hn::Set(d, s.reference[unit])));
        linear[h] = hn::Add(linear[h], Kind::linear(y));
        single[h] = hn::DemoteTo(HalfFloats(), y);
      }
      const Float z = exp2_minus(hn::Abs(hn::Combine(Floats(), single[1], single[0])));
      product[0] = hn::Add(product[0], hn::Mul(product[0], hn::PromoteTo(d, hn::LowerHalf(HalfFloats(), z))));
      product[1] = hn::Add(product[1], hn::Mul(product[1], hn::PromoteTo(d, hn::UpperHalf(HalfFloats(), z))));
    }
    for (std::size_t h = 0; h < 2; ++h) {
      hn::Store(linear[h], d, s.linear + at + h * half);
      hn::Store(product[h], d, s.product + at + h * half);
    }
  }
}
void log_sum_binary(const LogSum& s) { log_sum<Binary>(s); }
void log_sum_spin(const LogSum& s) { log_sum<Spin>(s); }

void choose_lanes(const float* y, const std::uint32_t* first, const std::uint32_t* second, std::uint8_t* minority) {
  const Floats d;
  const Words u;
  for (std::size_t at = 0; at < lanes; at += width) {
    const Verdict verdict = choose(hn::LoadU(d, y + at), hn::LoadU(u, first + at));
    const Mask taken = settle(verdict, hn::LoadU(u, second + at));
    HWY_ALIGN std::uint32_t out[width];
    hn::Store(hn::IfThenElseZero(hn::RebindMask(u, taken), hn::Set(u, 1)), u, out);
    for (std::size_t k = 0; k < width; ++k) minority[at + k] = static_cast<std::uint8_t>(out[k]);
  }
}

void random_lanes(const Cipher& cipher, std::uint32_t unit, std::uint32_t level, std::uint64_t vector,
                  std::uint32_t* out) {
  for (std::size_t part = 0; part < parts; ++part)
    hn::StoreU(random_words(cipher, unit, level, place(vector, part)), Words(), out + part * width);
}

const Kernels* tables() {
  static const Kernels all = {"tables",     hwy::TargetName(HWY_TARGET),
                              bits,         1,
                              bits,         1,
                              most_vectors, bits * width,
                              build,        product,
                              decide<1>,    log_sum_binary,
                              log_sum_spin, choose_lanes,
                              random_lanes};
  return &all;
}

#if HWY_TARGET == HWY_AVX3_DL
const Kernels* tiles() {
  static_assert(bits == matrix::bits);
  static const Kernels all = {
      "matrix tiles",  "AMX",           bits,          matrix::spacing, matrix::outputs,         matrix::groups,
      matrix::vectors, matrix::entries, matrix::build, matrix::product, decide<matrix::spacing>, log_sum_binary,
      log_sum_spin,    choose_lanes,    random_lanes};
  return &all;
}
#endif

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {

std::vector<const Kernels*> kernels() {
  std::vector<const Kernels*> all;
  const std::int64_t supported = supported_targets();
#if HWY_TARGETS & HWY_AVX3_DL
  if ((supported & HWY_AVX3_DL) != 0 && matrix::runs()) all.push_back(N_AVX3_DL::tiles());
  if ((supported & HWY_AVX3_DL) != 0) all.push_back(N_AVX3_DL::tables());
#endif
#if HWY_TARGETS & HWY_AVX3
  if ((supported & HWY_AVX3) != 0) all.push_back(N_AVX3::tables());
#endif
#if HWY_TARGETS & HWY_AVX2
  if ((supported & HWY_AVX2) != 0) all.push_back(N_AVX2::tables());
#endif
  return all;
}

}  // namespace gibbsite::simd
#endif
