/// Energies with latent variables: closed forms, slopes by differences, F_beta towards the least energy, and what makes
/// F flat.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "physics/continuous/latent_codes.hpp"
#include "physics/exact/quadrature.hpp"

using namespace gibbsite;

namespace {

constexpr double hard = std::numeric_limits<double>::infinity();

std::vector<double> sine_words(std::size_t count, std::size_t d) {
  std::vector<double> out;
  for (std::size_t k = 0; k < count * d; ++k) out.push_back(std::sin(1 + 2.3 * static_cast<double>(k)));
  return out;
}
double free_energy(const ContinuousEnergy& energy, const std::vector<double>& y) {
  std::vector<double> e(1);
  energy.evaluate(y, e, {});
  return e[0];
}
void check_slopes(const ContinuousEnergy& energy, const std::vector<double>& y) {
  std::vector<double> e(1), slope(y.size());
  energy.evaluate(y, e, slope);
  constexpr double h = 1e-4;
  for (std::size_t i = 0; i < y.size(); ++i) {
    std::vector<double> up = y, down = y;
    up[i] += h, down[i] -= h;
    CHECK(slope[i] ==
          Approx((free_energy(energy, up) - free_energy(energy, down)) / (2 * h)).epsilon(1e-6).margin(1e-7));
  }
}

}  // namespace

TEST_CASE("a codebook's energy is that of the nearest word, and soft ones tend to it from above") {
  const std::vector<double> words = {0, 0, 3, 0, 0, 4}, y = {1, 1};  // 2, 5, 10 away
  const Codebook book(2, words, hard);
  CHECK(free_energy(book, y) == 2);
  double before = hard;
  for (const double beta : {.1, 1., 10., 100., 1e4}) {
    const double f = free_energy(Codebook(2, words, beta), y);
    const double others = std::exp(-3 * beta) + std::exp(-8 * beta);
    CHECK(f == Approx(2 - std::log((1 + others) / 3) / beta).epsilon(1e-12));
    CHECK(f >= 2);
    CHECK(f < before);
    before = f;
  }
  CHECK(before == Approx(2 + std::log(3.) / 1e4).epsilon(1e-12));
  for (const double beta : {.7, hard}) check_slopes(Codebook(3, sine_words(5, 3), beta), {.3, -.8, .5});
  CHECK_THROWS(Codebook(2, words, 0));
  CHECK_THROWS(Codebook(2, {1, 2, 3}, 1));
}

TEST_CASE("a sparse code of orthonormal words is a soft threshold; of others it fulfils the conditions of the least") {
  const SparseCoding identity(2, {1, 0, 0, 1}, .5);
  std::vector<double> z(2), e(1);
  identity.encode(std::vector<double>{2, -.3}, z, e);
  CHECK(z[0] == Approx(1.5).epsilon(1e-7));
  CHECK(z[1] == 0);
  CHECK(e[0] == Approx(.125 + .75 + .045).epsilon(1e-10));
  const SparseCoding many(3, sine_words(7, 3), .2);
  std::vector<double> code(7), r = {1, -.4, .7};
  many.encode(r, code, e);
  const std::vector<double> y = r;
  for (std::size_t j = 0; j < 7; ++j)
    for (std::size_t i = 0; i < 3; ++i) r[i] -= code[j] * many.words()[3 * j + i];
  double norm = 0, square = 0;
  for (const double one : code) norm += std::abs(one);
  for (const double one : r) square += one * one;
  CHECK(e[0] == Approx(square / 2 + .2 * norm).epsilon(1e-10));
  for (std::size_t j = 0; j < 7; ++j) {  // w_j . r = lambda sign z_j, or within
    double along = 0;
    for (std::size_t i = 0; i < 3; ++i) along += r[i] * many.words()[3 * j + i];
    if (code[j] != 0)
      CHECK(along == Approx(code[j] > 0 ? .2 : -.2).epsilon(1e-5));
    else
      CHECK(std::abs(along) < .2 + 1e-5);
  }
  check_slopes(many, y);
  CHECK_THROWS(SparseCoding(2, {1, 0}, -.1));
}

TEST_CASE("a latent variable that may be anything makes the energy flat, one that is held down does not") {
  const std::vector<double> words = sine_words(4, 2);
  for (const auto& y : {std::vector<double>{0, 0}, {1, 2}, {-5, 3}, {100, -40}}) {
    CHECK(free_energy(SparseCoding(2, words, 0), y) < 1e-24);
    if (y[0] != 0) CHECK(free_energy(SparseCoding(2, words, .1), y) > .05);  // the mutant
  }
  // One word alone cannot reach what is across it.
  CHECK(free_energy(SparseCoding(2, {1, 0}, 0), {7, 3}) == Approx(4.5).epsilon(1e-12));
}

TEST_CASE("the soft energy of a sparse code is an integral over codes, and tends to the least energy") {
  const auto coding = std::make_shared<const SparseCoding>(2, std::vector<double>{1, 0, .6, .8}, .3);
  const std::vector<double> y = {1, .5}, here = {1};
  const double least = free_energy(*coding, y);
  double before = hard;
  for (const double beta : {1., 10., 100., 1000.}) {
    const SparseCode code(coding, y, beta);
    const auto found = quadrature(code, ContinuousReference::gaussian(0, code.extent().scale), here, 1e9, 1e-6);
    const auto* answers = std::get_if<ExactAnswers>(&found);
    REQUIRE(answers != nullptr);
    const double f = code.soft_energy(answers->at[0].values.at("log_z"));
    // From either side, since what z may be a priori narrows with beta: the ratio of two volumes, ln(beta)/beta.
    CHECK(std::abs(f - least) < before);
    CHECK(std::abs(f - least) < (3 + 2 * std::log(beta)) / beta);
    before = std::abs(f - least);
  }
  std::vector<double> e(1), slope(2), z = {.4, -.7};
  const SparseCode code(coding, y, 2);
  check_slopes(code, z);
  CHECK_THROWS(SparseCode(coding, {1}, 1));
  CHECK_THROWS(SparseCode(coding, y, 0));
}

TEST_CASE("what is not finite, or has no words, is no energy with latent variables") {
  CHECK_THROWS(Codebook(2, {}, 1));
  CHECK_THROWS(Codebook(0, {1}, 1));
  CHECK_THROWS(SparseCoding(1, {std::nan("")}, 1));
  CHECK_THROWS(SparseCoding(1, {1}, hard));
}
