#include "samplers/simd/random/normals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/random/normals.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>

#include "samplers/simd/random/box_muller-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Sixteen numbers of vectors 2k and 2k + 1 of the cipher, which are u and w; first of the pairs first.
HWY_INLINE void sixteen_normals(const Cipher& cipher, hn::Vec<Halves> (&where)[parts], double* to) {
  const Doubles d;
  const Halves h;
  const auto next = hn::Set(h, 4);  // blocks of 128 bits in a vector; a counter is (unit | level, block)
  for (std::size_t part = 0; part < parts; ++part) {
    const auto u = hn::BitCast(h, random_words(cipher, 0, 0, where[part]));
    where[part] = hn::Add(where[part], next);
    const auto w = hn::BitCast(h, random_words(cipher, 0, 0, where[part]));
    where[part] = hn::Add(where[part], next);
    const NormalPair pair = normal_pair(u, w);
    hn::StoreU(pair.first, d, to + part * doubles);
    hn::StoreU(pair.second, d, to + lanes / 2 + part * doubles);
  }
}

void normals(const Cipher& given, double* out, std::size_t count) {
  const Cipher cipher = given;
  hn::Vec<Halves> where[parts];
  for (std::size_t part = 0; part < parts; ++part) where[part] = place(0, part);
  std::size_t begin = 0;
  for (; begin + lanes <= count; begin += lanes) sixteen_normals(cipher, where, out + begin);
  if (begin == count) return;
  HWY_ALIGN double some[lanes];
  sixteen_normals(cipher, where, some);
  std::copy_n(some, count - begin, out + begin);
}

/// Vector k of the cipher is eight of them.
void exponentials(const Cipher& given, double* out, std::size_t count) {
  constexpr std::size_t at_once = lanes / 2;
  const Doubles d;
  const Halves h;
  const Cipher cipher = given;
  const auto next = hn::Set(h, 4);
  hn::Vec<Halves> where[parts];
  for (std::size_t part = 0; part < parts; ++part) where[part] = place(0, part);
  HWY_ALIGN double some[at_once];
  for (std::size_t begin = 0; begin < count; begin += at_once) {
    double* to = begin + at_once <= count ? out + begin : some;
    for (std::size_t part = 0; part < parts; ++part) {
      const auto word = hn::BitCast(h, random_words(cipher, 0, 0, where[part]));
      where[part] = hn::Add(where[part], next);
      hn::StoreU(hn::Neg(hn::Log(d, uniform_of(word))), d, to + part * doubles);
    }
    if (to == some) std::copy_n(some, count - begin, out + begin);
  }
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "samplers/simd/bits/targets.hpp"

namespace gibbsite::simd {
HWY_EXPORT(normals);
HWY_EXPORT(exponentials);

namespace {
bool can_fill() { return (supported_targets() & (HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL)) != 0; }
}  // namespace

bool fill_exponentials(const Cipher& cipher, std::span<double> out) {
  if (!can_fill()) return false;
  HWY_DYNAMIC_DISPATCH(exponentials)(cipher, out.data(), out.size());
  return true;
}
bool fill_normals(const Cipher& cipher, std::span<double> out) {
  if (!can_fill()) return false;
  HWY_DYNAMIC_DISPATCH(normals)(cipher, out.data(), out.size());
  return true;
}

}  // namespace gibbsite::simd
#endif
