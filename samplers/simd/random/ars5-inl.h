// ARS-5 (Salmon, Moraes, Dror & Shaw, SC'11, sec. 4.1): five rounds of AES on a counter, with a Weyl sequence for a key
// schedule. Four blocks of 128 bits are the words of sixteen chains on every target. Compiled once per target.
#if defined(GIBBSITE_ARS5_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_ARS5_INL_H
#undef GIBBSITE_ARS5_INL_H
#else
#define GIBBSITE_ARS5_INL_H
#endif

#include <hwy/highway.h>

#include "samplers/simd/random/cipher.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::simd::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::CappedTag<std::uint32_t, 16>;
using Halves = hn::Repartition<std::uint64_t, Words>;  // of a counter: (unit | level << 32, 4 vector + part)
constexpr std::size_t width = hn::MaxLanes(Words());   // lanes of a register
constexpr std::size_t parts = lanes / width;           // registers of a vector

/// Bit k of the result is lane k of a register's mask.
HWY_INLINE std::uint64_t bits_of(hn::Mask<Words> mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Words(), mask, bytes);
  return bytes[0] | std::uint64_t{bytes[1]} << 8;
}

/// The five rounds, after the first key is added. Without AES for wide registers (all targets but AVX3_DL) Highway
/// takes them apart in every round: here only once.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V rounds(D d, V whitened, const Cipher& cipher) {
  if constexpr (HWY_TARGET != HWY_AVX3_DL && hn::MaxLanes(D()) > 2) {
    const hn::Half<D> half;
    return hn::Combine(d, rounds(half, hn::UpperHalf(half, whitened), cipher),
                       rounds(half, hn::LowerHalf(half, whitened), cipher));
  } else {
    const hn::Repartition<std::uint8_t, D> bytes;
    const auto key = [&](std::size_t round) { return hn::BitCast(bytes, hn::LoadDup128(d, cipher.round_key[round])); };
    auto x = hn::BitCast(bytes, whitened);
    for (std::size_t round = 1; round < 5; ++round) x = hn::AESRound(x, key(round));
    return hn::BitCast(d, hn::AESLastRound(x, key(5)));
  }
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V encrypt(D d, V counter, const Cipher& cipher) {
  return rounds(d, hn::Xor(counter, hn::LoadDup128(d, cipher.round_key[0])), cipher);
}

/// Where register `part` of a vector of chains stands in the counter.
HWY_INLINE hn::Vec<Halves> place(std::uint64_t vector, std::size_t part) {
  return hn::ShiftRight<1>(hn::Iota(Halves(), vector * 8 + part * width / 2));
}
HWY_INLINE hn::Vec<Words> random_words(const Cipher& cipher, std::uint32_t unit, std::uint32_t level,
                                       hn::Vec<Halves> place) {
  const Halves d;
  const auto draw = hn::Set(d, std::uint64_t{level} << 32 | unit);
  return hn::BitCast(Words(), encrypt(d, hn::OddEven(place, draw), cipher));
}

}  // namespace gibbsite::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
