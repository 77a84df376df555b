// Random streams: the cipher's known answers, independence of streams, honest coins and picks.
#include "physics/random.hpp"

#include <Random123/philox.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "physics/chance.hpp"

using namespace gibbsite;

namespace {

std::vector<std::uint32_t> words(Stream stream, std::size_t count) {
  std::vector<std::uint32_t> out(count);
  for (auto& word : out) word = stream.next32();
  return out;
}

/// Chi-square of `counts` against equal probabilities, as a normal deviate: Wilson & Hilferty, PNAS 17, 684 (1931).
double uniform_deviate(const std::vector<std::size_t>& counts) {
  double total = 0, chi = 0;
  for (const std::size_t c : counts) total += static_cast<double>(c);
  const double expected = total / static_cast<double>(counts.size()), k = static_cast<double>(counts.size() - 1);
  for (const std::size_t c : counts) chi += std::pow(static_cast<double>(c) - expected, 2) / expected;
  return (std::cbrt(chi / k) - (1 - 2 / (9 * k))) / std::sqrt(2 / (9 * k));
}

}  // namespace

TEST_CASE("Philox gives the known answers of Random123") {
  const r123::Philox4x32 philox;
  const auto zero = philox({{0, 0, 0, 0}}, {{0, 0}});  // kat_vectors, philox4x32 10
  CHECK((zero[0] == 0x6627e8d5 && zero[1] == 0xe169c58d && zero[2] == 0xbc57ac4c && zero[3] == 0x9b00dbd8));
  const auto pi = philox({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}});
  CHECK((pi[0] == 0xd16cfe09 && pi[1] == 0x94fdcceb && pi[2] == 0x5001e420 && pi[3] == 0x24126ea1));
}

TEST_CASE("a stream is Philox of (index, replica, time, purpose) under its key") {
  const Key key(7, 3);
  const std::uint64_t time = 0x0012345678abcdefULL;
  const auto drawn = words(Stream(key, Purpose::sweep, time, 9), 12);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected =
        r123::Philox4x32{}({{block, 9, 0x78abcdefU, 0x00123456U | 2U << 24}},
                           {{static_cast<std::uint32_t>(key.value()), static_cast<std::uint32_t>(key.value() >> 32)}});
    for (std::size_t w = 0; w < 4; ++w) CHECK(drawn[4 * block + w] == expected[w]);
  }
  Stream stream(key, Purpose::sweep, time, 9);
  CHECK(stream() == (std::uint64_t{drawn[0]} << 32 | drawn[1]));
}

TEST_CASE("streams with another seed, task, purpose, time or replica differ") {
  std::set<std::vector<std::uint32_t>> seen;
  std::size_t streams = 0;
  for (const std::uint64_t seed : {0, 1, 2})
    for (const std::uint64_t task : {0, 1, 2})
      for (const Purpose purpose : {Purpose::reference, Purpose::sweep, Purpose::exchange, Purpose::disorder})
        for (const std::uint64_t time : {0ULL, 1ULL, 1ULL << 32, (1ULL << 56) - 1})
          for (const std::uint64_t replica : {0U, 1U, 4'000'000'000U}) {
            seen.insert(words(Stream(Key(seed, task), purpose, time, replica), 2));
            ++streams;
          }
  CHECK(seen.size() == streams);
}

TEST_CASE("neighbouring seeds and tasks have unrelated keys") {
  std::set<std::uint64_t> keys;
  double flipped = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed)
    for (std::uint64_t task = 0; task < 64; ++task) {
      const std::uint64_t key = Key(seed, task).value();
      keys.insert(key);
      flipped += __builtin_popcountll(key ^ Key(seed + 1, task).value()) +
                 __builtin_popcountll(key ^ Key(seed, task + 1).value());
    }
  CHECK(keys.size() == 64 * 64);
  // Half the bits, within 4 standard errors of the mean of 2 x 4096 words; keys are fixed, so no alarm can be false
  // twice.
  CHECK(std::abs(flipped / (2 * 64 * 64) - 32) < 4 * 4 / std::sqrt(64.0 * 64));
  CHECK(Key(1, 2).value() != Key(2, 1).value());
}

TEST_CASE("a coin of 0 never comes true, a coin of 1 always, others as often as they say") {
  // False alarm 1e-3 over 6 coins: 3.8 standard errors each.
  Chance chance(Stream(Key(1), Purpose::test, 0, 0));
  constexpr int tosses = 100'000;
  for (const double p : {0.0, 1.0, 0.5, 1e-3, 0.25, 0.999, 1 / 3.0, 0x1p-33}) {
    CAPTURE(p);
    int heads = 0;
    const Coin coin(p);
    for (int t = 0; t < tosses; ++t) heads += chance.coin(coin);
    CHECK(std::abs(heads - tosses * p) <= 3.8 * std::sqrt(tosses * p * (1 - p)) + (p > 0 && p < 1e-6 ? 1 : 0));
  }
  CHECK(Coin(0).threshold == 0);
  CHECK(Coin(0.5).threshold == std::uint64_t{1} << 63);
  CHECK(Coin(1).threshold == ~std::uint64_t{0});
}

TEST_CASE("pick is unbiased and reaches every number") {
  // False alarm 1e-3 over 5 chi-squares, one side: 3.6 standard deviations each. The mutant below must ring.
  Chance chance(Stream(Key(2), Purpose::test, 0, 0));
  for (const std::size_t n : {2, 3, 7, 100, 1000}) {
    CAPTURE(n);
    std::vector<std::size_t> counts(n);
    for (std::size_t t = 0; t < 1000 * n; ++t) ++counts.at(chance.pick(n));
    CHECK(uniform_deviate(counts) < 3.6);
  }
  CHECK(chance.pick(1) == 0);
  std::vector<std::size_t> thirds(3);  // 3 x 2^30: without rejection a third of the numbers comes up twice as often
  for (int t = 0; t < 30'000; ++t) ++thirds[chance.pick(std::size_t{3} << 30) % 3];
  CHECK(uniform_deviate(thirds) < 3.6);
  std::vector<std::size_t> biased(3);
  Stream stream(Key(2), Purpose::test, 1, 0);
  for (int t = 0; t < 30'000; ++t) ++biased[(std::uint64_t{stream.next32()} * (std::size_t{3} << 30) >> 32) % 3];
  CHECK(uniform_deviate(biased) > 3.6);
}

TEST_CASE("uniform stays inside (0, 1), normal has the moments of a Gaussian") {
  // False alarm 1e-3 over 5 moments: 3.8 standard errors each.
  Chance chance(Stream(Key(3), Purpose::test, 0, 0));
  constexpr int n = 200'000;
  double u1 = 0, u2 = 0, g1 = 0, g2 = 0, g4 = 0;
  for (int t = 0; t < n; ++t) {
    const double u = chance.uniform(), g = chance.normal();
    REQUIRE((u > 0 && u < 1));
    u1 += u / n;
    u2 += u * u / n;
    g1 += g / n;
    g2 += g * g / n;
    g4 += g * g * g * g / n;
  }
  CHECK(std::abs(u1 - 0.5) < 3.8 * std::sqrt(1 / 12.0 / n));
  CHECK(std::abs(u2 - 1 / 3.0) < 3.8 * std::sqrt(4 / 45.0 / n));
  CHECK(std::abs(g1) < 3.8 * std::sqrt(1.0 / n));
  CHECK(std::abs(g2 - 1) < 3.8 * std::sqrt(2.0 / n));
  CHECK(std::abs(g4 - 3) < 3.8 * std::sqrt(96.0 / n));
}
