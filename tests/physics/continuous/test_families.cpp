/// Families against the same energies written for numbers that carry derivatives forward (taylor.hpp), which is how
/// they were once done, at random shapes; against differences; and the closed forms of score matching against its
/// slopes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>

#include "physics/chance.hpp"
#include "physics/continuous/families.hpp"
#include "physics/matrices/moments.hpp"
#include "tests/physics/continuous/taylor.hpp"

namespace gibbsite::test {
namespace {

using Terms = std::vector<Taylor>;
using Formula = std::function<Taylor(const Terms& x, const Terms& theta)>;

struct FamilyCase {
  std::string name;
  std::shared_ptr<const EnergyFamily> family;
  Formula formula;
  double offset = 0;  // added to every parameter, so that energies are tame
};

Taylor quartic_formula(const Terms& x, const Terms& t) { return ((t[0] * x[0] * x[0] + t[1]) * x[0] + t[2]) * x[0]; }

Formula gaussian_formula(std::size_t d) {
  return [d](const Terms& x, const Terms& t) {
    Taylor sum;
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) sum += (x[i] - t[i]) * t[d + i * d + j] * (x[j] - t[j]);
    return 0.5 * sum;
  };
}

Formula mixture_formula(std::size_t d, std::size_t components) {
  return [d, components](const Terms& x, const Terms& t) {
    Taylor z, p;
    for (std::size_t k = 0; k < components; ++k) {
      Taylor squares;
      for (std::size_t i = 0; i < d; ++i) {
        const Taylor y = x[i] - t[components + k * d + i];
        squares += y * y;
      }
      const Taylor& log_s = t[components * (1 + d) + k];
      z += exp(t[k]);
      p += exp(t[k] - static_cast<double>(d) * log_s - 0.5 * squares * exp(-2.0 * log_s));
    }
    return 0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi) + log(z) - log(p);
  };
}

Formula expert_formula(Experts::Kind kind, std::size_t d, std::size_t experts, double kappa) {
  return [=](const Terms& x, const Terms& t) {
    Taylor sum;
    for (std::size_t i = 0; i < d; ++i) sum += 0.5 * kappa * x[i] * x[i];
    for (std::size_t j = 0; j < experts; ++j) {
      Taylor y;
      for (std::size_t i = 0; i < d; ++i) y += t[j * d + i] * x[i];
      const Taylor& number = t[experts * d + j];
      sum += kind == Experts::Kind::student ? exp(number) * log(1.0 + 0.5 * y * y) : -softplus(y + number);
    }
    return sum;
  };
}

std::vector<double> normals(std::uint64_t seed, std::size_t count, double scale = 1) {
  Chance chance(Stream(Key(seed), Purpose::test, 0, 0));
  std::vector<double> out;
  for (std::size_t k = 0; k < count; ++k) out.push_back(scale * chance.normal());
  return out;
}

/// All that a pass gives, one behind the other: e, xbar_0 ... and the gradient.
std::vector<double> by_taylor(const FamilyCase& c, std::span<const double> theta,
                              const std::array<std::vector<double>, 3>& x, std::size_t most,
                              std::span<const double> ebar) {
  const std::size_t d = c.family->units(), states = x[0].size() / d;
  std::vector<double> e(most * states), bars(most * states * d), gradient(theta.size(), 0);
  for (std::size_t r = 0; r < states; ++r) {
    Terms at(d), t(theta.begin(), theta.end());
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t k = 0; k < most; ++k) at[i].c[k][0] = x[k].empty() ? 0 : x[k][r * d + i];
    const auto slope = [&](double& seed) {
      seed = 1;
      const Taylor found = c.formula(at, t);
      seed = 0;
      double sum = 0;
      for (std::size_t k = 0; k < most; ++k) sum += ebar[k * states + r] * found.c[k][1];
      return sum;
    };
    const Taylor value = c.formula(at, t);
    for (std::size_t k = 0; k < most; ++k) {
      e[k * states + r] = value.c[k][0];
      for (std::size_t i = 0; i < d; ++i) bars[(k * states + r) * d + i] = slope(at[i].c[k][1]);
    }
    for (std::size_t j = 0; j < theta.size(); ++j) gradient[j] += slope(t[j].c[0][1]);
  }
  e.insert(e.end(), bars.begin(), bars.end());
  e.insert(e.end(), gradient.begin(), gradient.end());
  return e;
}

std::vector<double> by_family(const FamilyCase& c, std::span<const double> theta,
                              const std::array<std::vector<double>, 3>& x, std::size_t most,
                              std::span<const double> ebar) {
  const std::size_t d = c.family->units(), states = x[0].size() / d;
  std::vector<double> e(most * states), bars(most * states * d), gradient(theta.size(), 0), written(ebar.size());
  NeuralPass<double> pass{.states = states, .coefficients = most, .e = e, .ebar = written, .gradient = gradient};
  for (std::size_t k = 0; k < most; ++k) {
    pass.x[k] = x[k];
    pass.xbar[k] = std::span(bars).subspan(k * states * d, states * d);
  }
  pass.adjoint = [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = 0; k < most; ++k)
      for (std::size_t r = begin; r < end; ++r) written[k * states + r] = ebar[k * states + r];
  };
  FamilyEnergy(c.family, theta).run(pass);
  e.insert(e.end(), bars.begin(), bars.end());
  e.insert(e.end(), gradient.begin(), gradient.end());
  return e;
}

double largest_of(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double gap = 0, size = 1;
  for (std::size_t k = 0; k < a.size(); ++k) {
    gap = std::max(gap, std::isfinite(a[k]) ? std::abs(a[k] - b[k]) : 1e300);
    size = std::max(size, std::abs(b[k]));
  }
  return gap / size;
}

std::vector<FamilyCase> family_cases(std::uint64_t seed) {
  Chance chance(Stream(Key(seed), Purpose::test, 1, 0));
  const std::size_t d = 1 + chance.pick(6), m = 1 + chance.pick(7);
  return {
      {"quartic", quartic_family(), quartic_formula},
      {"gaussian", gaussian_family(d), gaussian_formula(d)},
      {"mixture", mixture_family(d, m), mixture_formula(d, m)},
      {"student", expert_family(Experts::Kind::student, d, m, 0), expert_formula(Experts::Kind::student, d, m, 0)},
      {"student", expert_family(Experts::Kind::student, d, m, .3), expert_formula(Experts::Kind::student, d, m, .3)},
      {"unigauss", expert_family(Experts::Kind::unigauss, d, m, 1.2),
       expert_formula(Experts::Kind::unigauss, d, m, 1.2)}};
}

}  // namespace

TEST_CASE("families have the jets and gradients that derivatives carried forward give, at random shapes") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    for (const FamilyCase& c : family_cases(seed)) {
      const std::size_t d = c.family->units(), states = seed == 1 ? 130 : 1 + seed * 3;  // of several tiles once
      const auto theta = normals(10 + seed, c.family->parameters(), 0.7);
      for (std::size_t most = 1; most <= 3; ++most)
        for (const bool second : {false, true}) {
          if (second && most < 3) continue;
          std::array<std::vector<double>, 3> x{normals(20 + seed, states * d), normals(30 + seed, states * d), {}};
          if (most < 2) x[1].clear();
          if (second) x[2] = normals(40 + seed, states * d);
          const auto ebar = normals(50 + seed, most * states);
          INFO(c.name << " of " << d << " numbers, " << most << " coefficients");
          CHECK(largest_of(by_family(c, theta, x, most, ebar), by_taylor(c, theta, x, most, ebar)) < 1e-12);
        }
    }
}

TEST_CASE("families know the curvatures of their states, weighed or not, as jets along unit vectors do") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    for (const FamilyCase& c : family_cases(seed)) {
      const std::size_t d = c.family->units(), states = 9;
      const auto theta = normals(10 + seed, c.family->parameters(), 0.7), x = normals(20 + seed, states * d);
      auto h = normals(60 + seed, states * d);
      for (double& one : h) one *= one;
      const FamilyEnergy energy(c.family, theta);
      for (const auto& weights : {std::vector<double>(), h}) {
        std::vector<double> own(theta.size(), 1), other(theta.size(), 1);
        const double value = energy.add_curvatures(x, weights, 0.3, own),
                     expected = energy.JetEnergy<double>::add_curvatures(x, weights, 0.3, other);
        INFO(c.name << " of " << d);
        CHECK(value == Approx(expected).epsilon(1e-12).margin(1e-12));
        CHECK(largest_of(own, other) < 1e-12);
        CHECK(energy.add_curvatures(x, weights, 0.3, {}) == value);
      }
    }
}

TEST_CASE("recorded formulas may mix constants with what they know, and weigh what is far too large to be summed") {
  Recording recording;
  recording.begin(2);
  Recording::Jet jet;
  jet.c[0].fill(700), jet.c[1].fill(2);
  const RecordedNumber x = recording.argument(jet), two = 2;
  const RecordedNumber terms[] = {x * x, 3.0 - x, (two * two - 4.0) * x + x - 1.0};
  const RecordedNumber sum = log_sum(terms);  // of exp(490000): x^2 alone counts
  CHECK(recording.value(sum).c[0][0] == 490'000);
  CHECK(recording.value(sum).c[1][3] == 2800);
  Recording::Jet bar;
  bar.c[0].fill(1);
  recording.reverse(sum, bar);
  CHECK(recording.bar(x).c[0][7] == 1400);
  CHECK(recording.bar(x).c[1][7] == 0);
}

TEST_CASE("the closed form of score matching is where its slope vanishes") {
  // 2 x <sum_i h_i s_i ds_i - h_i dH_ii - h_i' ds_i> by jets, against walls or not; and the inverse covariance.
  constexpr std::size_t states = 40;
  for (const bool walled : {false, true})
    for (const auto& family : {quartic_family(), gaussian_family(1), gaussian_family(4)}) {
      const std::size_t d = family->units();
      auto x = normals(7, states * d);
      for (double& one : x) one = std::tanh(one) + 0.1 * one * one;
      const SlopeWeights weights =
          walled ? weights_between_walls(-2, 3, std::vector<double>(d, 0.8), x) : SlopeWeights();
      const Matrix data(d, states, x);
      const auto optimum = family->score_optimum(data, weights);
      REQUIRE(optimum);
      const auto slope_at = [&](std::span<const double> theta) {
        const FamilyEnergy energy(family, theta);
        std::vector<double> e(2 * states), s(states * d), gradient(theta.size(), 0), ebar(2 * states, 0);
        energy.energy_and_gradient(x, std::span(e).first(states), s);
        for (std::size_t k = 0; k < s.size(); ++k)
          if (walled) s[k] = weights.h[k] * s[k] - weights.slope[k];
        std::fill(ebar.begin() + states, ebar.end(), 1.0);
        energy.run({.states = states, .coefficients = 2, .x = {x, s}, .e = e, .ebar = ebar, .gradient = gradient});
        energy.add_curvatures(x, weights.h, -1, gradient);
        return gradient;
      };
      for (const double one : slope_at(*optimum)) CHECK(one == Approx(0).margin(1e-7));
      std::vector<double> beside = *optimum;
      beside.back() += 0.01;
      double most = 0;
      for (const double one : slope_at(beside)) most = std::max(most, std::abs(one));
      CHECK(most > 1e-3);
      if (walled || d == 1) continue;
      const Moments moments(x, d);
      const auto covariance = covariance_of(x, moments.mean);
      for (std::size_t i = 0; i < d; ++i) {
        CHECK((*optimum)[i] == Approx(moments.mean[i]));
        for (std::size_t j = 0; j < d; ++j) {
          double unit = 0;
          for (std::size_t k = 0; k < d; ++k) unit += (*optimum)[d + i * d + k] * covariance[k * d + j];
          CHECK(unit == Approx(i == j ? 1 : 0).margin(1e-11));
        }
      }
    }
  CHECK_FALSE(mixture_family(2, 2)->score_optimum(Matrix(2, 3, 1.0), {}));
  CHECK_THROWS_AS(gaussian_family(3)->score_optimum(Matrix(3, 3, normals(1, 9)), {}), std::invalid_argument);
  CHECK_THROWS_AS(quartic_family()->score_optimum(Matrix(1, 2, normals(1, 2)), {}), std::invalid_argument);
}

}  // namespace gibbsite::test
