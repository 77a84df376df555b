#include "samplers/simd/random/normals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "samplers/simd/random/normals.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>

#include "samplers/simd/random/box_muller-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {

/// Eight pairs at a time: vectors 2k of the cipher are u, 2k + 1 are w; first of the pairs first.
void normals(const Cipher& given, double* out, std::size_t count) {
  const Doubles d;
  const Cipher cipher = given;
  HWY_ALIGN double some[lanes];
  for (std::size_t begin = 0; begin < count; begin += lanes) {
    const std::uint64_t vector = begin / lanes;
    double* to = begin + lanes <= count ? out + begin : some;
    for (std::size_t part = 0; part < parts; ++part) {
      const auto words = [&](std::uint64_t which) {
        return hn::BitCast(Halves(), random_words(cipher, 0, 0, place(which, part)));
      };
      const NormalPair pair = normal_pair(words(2 * vector), words(2 * vector + 1));
      hn::StoreU(pair.first, d, to + part * doubles);
      hn::StoreU(pair.second, d, to + lanes / 2 + part * doubles);
    }
    if (to == some) std::copy_n(some, count - begin, out + begin);
  }
}

/// Vector k of the cipher is eight of them.
void exponentials(const Cipher& given, double* out, std::size_t count) {
  constexpr std::size_t at_once = lanes / 2;
  const Doubles d;
  const Cipher cipher = given;
  HWY_ALIGN double some[at_once];
  for (std::size_t begin = 0; begin < count; begin += at_once) {
    double* to = begin + at_once <= count ? out + begin : some;
    for (std::size_t part = 0; part < parts; ++part) {
      const auto word = hn::BitCast(Halves(), random_words(cipher, 0, 0, place(begin / at_once, part)));
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
