/// Learning by turns: F falls, at the words learned no small change makes it smaller, collapse without a bound, and the
/// learner against itself.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/latents/alternation.hpp"
#include "physics/chance.hpp"
#include "physics/continuous/known_densities.hpp"

using namespace gibbsite;

namespace {

Matrix spiral_points(std::size_t count) {
  const auto density = swiss_roll();
  Matrix out(2, count);
  for (std::size_t s = 0; s < count; ++s) {
    Chance chance(Stream(Key(3), Purpose::test, s, 0));
    density->draw(out.column(s), chance);
  }
  return out;
}
LatentKind spiral_codebook(double beta) {
  return {.code = LatentKind::Code::one_hot, .units = 2, .codes = 8, .beta = beta};
}
LatentKind spiral_sparse(double lambda, double bound) {
  return {.code = LatentKind::Code::sparse, .units = 2, .codes = 5, .lambda = lambda, .bound = bound};
}
double mean_free_energy(const LatentKind& kind, std::span<const double> words, const Matrix& data) {
  std::vector<double> e(data.columns());
  kind.at(words)->evaluate(data.numbers(), e, {});
  double sum = 0;
  for (const double one : e) sum += one / static_cast<double>(e.size());
  return sum;
}

}  // namespace

TEST_CASE("each turn lowers the mean energy, down to words that no small change betters") {
  const Matrix data = spiral_points(150);
  for (const LatentKind& kind : {spiral_codebook(infinite), spiral_codebook(4), spiral_sparse(.3, 1)}) {
    std::vector<double> words = kind.first(data, Key(5));
    double before = infinite;
    for (int turn = 0; turn < 60; ++turn) {
      const double f = kind.improve(words, data);
      CHECK(f <= before + 1e-9);
      before = f;
    }
    const double reached = mean_free_energy(kind, words, data);
    for (std::size_t k = 0; k < words.size(); ++k)
      for (const double h : {-1e-3, 1e-3}) {
        std::vector<double> off = words;
        off[k] += h;
        const std::size_t at = k / 2 * 2;
        const double length = std::hypot(off[at], off[at + 1]);
        if (kind.code == LatentKind::Code::sparse && length > 1) off[at] /= length, off[at + 1] /= length;
        CHECK(mean_free_energy(kind, off, data) > reached - 1e-5);
      }
  }
}

TEST_CASE("a codebook's turn is the mean of each word's data, by numbers") {
  Matrix data(1, 4);
  const double x[] = {0, 1, 10, 14};
  for (std::size_t s = 0; s < 4; ++s) data(0, s) = x[s];
  const LatentKind kind{.code = LatentKind::Code::one_hot, .units = 1, .codes = 3};
  std::vector<double> words = {2, 9, 1000};
  CHECK(kind.improve(words, data) == Approx((4. + 1 + 1 + 25) / 4).epsilon(1e-14));
  CHECK(words == std::vector<double>{.5, 12, 1000});  // a word without data stays
}

TEST_CASE("without a bound on words, or with codes that cost nothing, the energy collapses everywhere") {
  const Matrix data = spiral_points(100);
  Matrix away(2, 25);
  for (std::size_t s = 0; s < 25; ++s)
    away(0, s) = static_cast<double>(s % 5) - 2, away(1, s) = static_cast<double>(s / 5) - 2;
  const auto after = [&](const LatentKind& kind, int turns) {
    std::vector<double> words = kind.first(data, Key(5));
    for (int turn = 0; turn < turns; ++turn) kind.improve(words, data);
    return mean_free_energy(kind, words, away);
  };
  CHECK(after(spiral_sparse(0, 1), 3) < 1e-20);
  CHECK(after(spiral_sparse(.3, 0), 40) < .15);
  CHECK(after(spiral_sparse(.3, 1), 40) > .4);  // the mutant: held down, it stands
}

TEST_CASE("learning by turns has the same bits for any number of threads, and saved and loaded") {
  const Matrix data = spiral_points(700);
  const int threads = omp_get_max_threads();
  for (const LatentKind& kind : {spiral_codebook(4), spiral_sparse(.3, 1)}) {
    const std::vector<double> words = kind.first(data, Key(5));
    AlternatingLearner one(kind, data, words, 6), many(kind, data, words, 6), half(kind, data, words, 6);
    omp_set_num_threads(1);
    while (!one.done()) one.advance();
    omp_set_num_threads(3);
    while (!many.done()) many.advance();
    omp_set_num_threads(threads);
    for (int turn = 0; turn < 3; ++turn) half.advance();
    AlternatingLearner rest(kind, data, words, 6);
    rest.load(half.save());
    while (!rest.done()) rest.advance();
    CHECK(many.parameters() == one.parameters());
    CHECK(rest.parameters() == one.parameters());
    CHECK(rest.objective() == one.objective());
    CHECK_FALSE(half.parameters() == one.parameters());
  }
}
