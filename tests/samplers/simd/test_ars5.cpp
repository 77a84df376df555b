/// The random words of the packed kernels are those of Random123's scalar ARS-5, bit for bit, on every instruction set.
/// Only this file asks the compiler for AES, and by a pragma of GCC.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("aes,sse4.1")
#define R123_USE_AES_NI 1
#include <Random123/ars.h>
#pragma GCC pop_options
#endif

#include <catch2/catch.hpp>
#include <cstring>

#include "physics/random.hpp"
#include "samplers/simd/networks/table_kernels.hpp"

using namespace gibbsite;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("aes,sse4.1")
namespace {
void reference(std::uint64_t low, std::uint64_t high, std::uint64_t draw, std::uint64_t block, std::uint32_t* out) {
  ars1xm128i_ctr_t counter;
  ars1xm128i_key_t key;
  counter.v[0].m = _mm_set_epi64x(static_cast<long long>(block), static_cast<long long>(draw));
  key.v[0].m = _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
  counter = ars1xm128i_R(5, counter, key);
  std::memcpy(out, &counter, 16);
}
}  // namespace
#pragma GCC pop_options

TEST_CASE("ARS-5 of sixteen lanes is Random123's") {
  Stream stream(Key(1), Purpose::test, 0, 0);
  for (const simd::Kernels* kernels : simd::kernels())
    for (int trial = 0; trial < 500; ++trial) {
      const std::uint64_t low = stream(), high = stream(), vector = stream() >> (trial % 2 == 0 ? 8 : 60);
      const std::uint32_t unit = stream.next32(), level = trial % 3 == 0;
      std::uint32_t words[16], expected[16];
      kernels->random(simd::Cipher(low, high), unit, level, vector, words);
      for (std::size_t block = 0; block < 4; ++block)
        reference(low, high, std::uint64_t{level} << 32 | unit, 4 * vector + block, expected + 4 * block);
      INFO(kernels->name);
      REQUIRE(std::memcmp(words, expected, sizeof words) == 0);
    }
}
#endif
