// Decisions of bit lanes against their definition, lane by lane.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("aes,sse4.1")
#define R123_USE_AES_NI 1
#include <Random123/ars.h>
#pragma GCC pop_options
#endif

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "physics/chance.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "tests/samplers/simd/bernoulli_cases.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;
using namespace gibbsite::simd;

namespace {

using Probabilities = std::array<std::vector<double>, 3>;  // of each class: one, or one per lane

/// The definition: the digit at the first zero among a lane's coins.
template <class Toss>
std::vector<std::uint64_t> defined(const Probabilities& p, const std::vector<std::uint64_t>& masks, std::uint64_t first,
                                   std::size_t words, Toss toss) {
  std::vector<std::uint64_t> out(words * word_parts, 0);
  for (std::size_t lane = 0; lane < word_bits; ++lane) {
    const std::size_t part = lane / 64, bit = lane % 64;
    std::size_t left = 0;  // decisions of the group that read on
    for (std::size_t k = 0; k < words; ++k) {
      if (k % group == 0) left = 0;
      std::size_t level = 0;
      while (level < first_levels && (toss(first + k, level, part) >> bit & 1U) != 0) ++level;
      if (level == first_levels) {
        const std::uint64_t word = first + k - k % group + left++;
        while (level < levels && (toss(word, level, part) >> bit & 1U) != 0) ++level;
      }
      const std::uint64_t* mask = masks.data() + k * 3 * word_parts + part;
      const auto has = [&](std::size_t which) { return (mask[which * word_parts] >> bit & 1U) != 0; };
      const std::vector<double>& of = p[has(0) ? 0 : has(1) ? 1 : 2];
      const std::uint64_t threshold = Coin(has(2) ? 0.5 : of[of.size() == 1 ? 0 : lane]).threshold;
      out[k * word_parts + part] |= (threshold >> (levels - 1 - std::min(level, levels - 1)) & 1U) << bit;
    }
  }
  return out;
}

std::vector<std::uint64_t> random_masks(std::size_t words, std::uint64_t seed) {
  Stream stream(Key(seed), Purpose::test, 1, 0);
  std::vector<std::uint64_t> masks(words * 3 * word_parts);
  for (std::size_t k = 0; k < masks.size(); ++k)
    masks[k] = k / word_parts % 3 == 2 ? stream() & stream() & stream() : stream();
  return masks;
}

UniformDigits<3> digits_of(const Probabilities& p) {
  UniformDigits<3> digits;
  for (std::size_t q = 0; q < 3; ++q) digits.set(q, Coin(p[q][0]).threshold);
  return digits;
}

[[maybe_unused]] double draw_probability(Stream& stream) {
  const double u = static_cast<double>(stream() >> 11) * 0x1p-53;
  switch (stream.next32() % 4) {
    case 0:
      return stream.next32() % 2;
    case 1:
      return std::ldexp(u, -static_cast<int>(stream.next32() % 40));
    default:
      return u;
  }
}

}  // namespace

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("aes,sse4.1")
namespace {
std::uint64_t ars(const Cipher& cipher, std::uint64_t word, std::size_t level, std::size_t part) {
  ars1xm128i_ctr_t counter;
  ars1xm128i_key_t key;
  counter.v[0].m = _mm_set_epi64x(static_cast<long long>(part / 2), static_cast<long long>(64 * word + level));
  key.v[0].m =
      _mm_set_epi64x(static_cast<long long>(cipher.round_key[0][1]), static_cast<long long>(cipher.round_key[0][0]));
  counter = ars1xm128i_R(5, counter, key);
  std::uint64_t out[2];
  std::memcpy(out, &counter, 16);
  return out[part % 2];
}
}  // namespace
#pragma GCC pop_options

TEST_CASE("bit decisions are their definition, word by word, on every instruction set") {
  Stream stream(Key(3), Purpose::test, 0, 0);
  for (int trial = 0; trial < 12; ++trial) {
    const std::size_t words = trial < 4 ? 1 + stream() % 31 : 60 + stream() % 40;
    const std::uint64_t first = (stream() >> 20) / group * group;
    const Cipher cipher = cipher_of(Key(5), Purpose::test, static_cast<std::uint64_t>(trial), 0);
    const std::vector<std::uint64_t> masks = random_masks(words, static_cast<std::uint64_t>(trial));
    Probabilities uniform, lanes;
    Buffer<std::uint64_t> digits(levels * 3 * word_parts);
    for (std::size_t q = 0; q < 3; ++q) {
      uniform[q] = {draw_probability(stream)};
      for (std::size_t lane = 0; lane < word_bits; ++lane) {
        lanes[q].push_back(draw_probability(stream));
        LaneDigits<3>::set(digits.data(), q, lane, Coin(lanes[q].back()).threshold);
      }
    }
    const auto toss = [&](std::uint64_t word, std::size_t level, std::size_t part) {
      return ars(cipher, word, level, part);
    };
    const auto expected = defined(uniform, masks, first, words, toss);
    const auto expected_of_lanes = defined(lanes, masks, first, words, toss);
    for (const Engine& engine : engines()) {
      INFO(engine.name << ", trial " << trial);
      std::vector<std::uint64_t> out(words * word_parts);
      const Decisions decisions{first, words, masks.data(), out.data()};
      engine.uniform(digits_of(uniform), cipher, decisions);
      CHECK(out == expected);
      engine.each_lane({digits.data()}, cipher, decisions);
      CHECK(out == expected_of_lanes);
    }
  }
}
#endif

TEST_CASE("decisions that are left together, up to all of a group, stay independent and exact") {
  constexpr std::size_t words = 2 * group;
  Stream stream(Key(4), Purpose::test, 0, 0);
  std::vector<std::uint64_t> coins(words * levels * word_parts);
  for (int trial = 0; trial < 6; ++trial) {
    for (std::size_t k = 0; k < coins.size(); ++k) {
      const std::size_t level = k / word_parts % levels;
      coins[k] = stream() | stream();
      if (level < first_levels) coins[k] |= trial < 3 ? ~std::uint64_t{0} : stream() | stream() | stream();
      if (trial % 3 == 1) coins[k] |= stream() | stream();
      if (trial % 3 == 2) coins[k] |= ~std::uint64_t{0} << 32;  // never a zero: the last digit decides
    }
    const auto masks = random_masks(words, 7);
    const Probabilities p = {{{1 / 3.0}, {1.0}, {std::ldexp(0.7, -9)}}};
    const auto expected = defined(p, masks, 0, words, [&](std::uint64_t word, std::size_t level, std::size_t part) {
      return coins[(word * levels + level) * word_parts + part];
    });
    for (const Engine& engine : engines()) {
      INFO(engine.name << ", trial " << trial);
      std::vector<std::uint64_t> out(words * word_parts);
      engine.chosen_words(digits_of(p), coins.data(), {0, words, masks.data(), out.data()});
      CHECK(out == expected);
    }
  }
}

TEST_CASE("bit decisions come true as often as they should, alone and together with their neighbours") {
  if (engines().empty()) return;
  const Engine engine = engines().front();
  constexpr std::size_t words = 40 * group, rounds = 25;
  const Probabilities p = {{{0.3}, {1.0 / 128}, {std::exp(-4 * 0.44)}}};
  const std::vector<std::uint64_t> zeros(words * 3 * word_parts, 0);
  const double threshold = statistics::sidak(1e-3, 3 * 5);
  for (std::size_t q = 0; q < 3; ++q) {
    std::vector<std::uint64_t> masks = zeros;
    for (std::size_t k = 0; q < 2 && k < words; ++k)
      std::fill_n(masks.begin() + static_cast<std::ptrdiff_t>((3 * k + q) * word_parts), word_parts, ~std::uint64_t{0});
    std::vector<std::uint64_t> out(words * word_parts);
    double single = 0, in_lane = 0, parts = 0, neighbours = 0, groups = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
      engine.uniform(digits_of(p), cipher_of(Key(6), Purpose::test, round, q), {0, words, masks.data(), out.data()});
      for (std::size_t k = 0; k < out.size(); ++k) {
        const auto both = [&](std::uint64_t other) { return __builtin_popcountll(out[k] & other); };
        single += __builtin_popcountll(out[k]);
        in_lane += both(out[k] << 1 | out[k] >> 63);
        parts += both(out[k / word_parts * word_parts + (k + 2) % word_parts]);
        neighbours += both(out[(k + word_parts) % out.size()]);
        groups += both(out[(k + group * word_parts) % out.size()]);
      }
    }
    const double n = static_cast<double>(words * word_bits * rounds), x = p[q][0];
    const auto p_value = [&](double pairs) {  // pairs overlap, so that a single one counts in two of them
      const double z = (pairs - n * x * x) - 2 * x * (single - n * x);
      return statistics::two_sided(z / std::sqrt(n * x * x * (1 - x) * (1 - x)));
    };
    CHECK(statistics::two_sided((single - n * x) / std::sqrt(n * x * (1 - x))) > threshold);
    CHECK(p_value(in_lane) > threshold);
    CHECK(p_value(parts) > threshold);
    CHECK(p_value(neighbours) > threshold);
    CHECK(p_value(groups) > threshold);
  }
}
