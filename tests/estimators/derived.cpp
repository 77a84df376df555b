#include "estimators/derived.hpp"

#include <catch2/catch.hpp>
#include <numbers>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/thermodynamics.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

constexpr std::size_t derived_chains = 2, derived_draws = 8000;
constexpr double tau = 2;

std::vector<double> gaussian(std::uint64_t run) {
  Normal normal(401, run);
  return ar1(normal, tau, derived_chains, derived_draws);
}

/// A positive series and its reciprocal weight: two strongly correlated inputs whose ratio of means is 2.
struct Pair {
  std::vector<double> a, b;
  explicit Pair(const std::vector<double>& x) : a(x), b(x) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      a[i] = 2 + 0.5 * x[i];
      b[i] = 4 + 0.9 * x[i] + 0.1 * x[i] * x[i] - 0.1;
    }
  }
  std::vector<ChainSeries> inputs() const { return {{a, derived_chains}, {b, derived_chains}}; }
};
double ratio(std::span<const double> means) { return means[1] / means[0]; }

}  // namespace

TEST_CASE("derived quantities have honest errors", "[calibration]") {
  const auto check = [](const char* what, auto&& z_of) {
    const Calibration z = calibrate([&](std::uint64_t run) { return z_of(gaussian(run)); });
    INFO(what << ": " << z);
    CHECK(z.honest());
  };
  check("specific heat", [](const auto& x) {
    return z_score(specific_heat({x, derived_chains}, {.beta = 0.5, .sites = 4}), 0.0625);
  });
  check("susceptibility", [](const auto& x) {
    return z_score(susceptibility({x, derived_chains}, {.beta = 0.5, .sites = 4}, MeanMagnetization::zero_by_symmetry),
                   2);
  });
  check("susceptibility_abs", [](const auto& x) {
    return z_score(susceptibility_abs({x, derived_chains}, {.beta = 0.5, .sites = 4}), 2 * (1 - 2 / std::numbers::pi));
  });
  check("ratio", [](const auto& x) { return z_score(derived(Pair(x).inputs(), ratio), 2); });
  check("ratio, jackknife", [](const auto& x) { return z_score(jackknife(Pair(x).inputs(), ratio), 2); });
}

TEST_CASE("the Binder cumulant has an honest error", "[calibration]") {
  // m = +-1 + noise, as in an ordered phase: <m^2> = 1 + s^2, <m^4> = 1 + 6 s^2 + 3 s^4.
  const double s = 0.3, second = 1 + s * s, fourth = 1 + 6 * s * s + 3 * s * s * s * s;
  const Calibration z = calibrate([&](std::uint64_t run) {
    auto m = gaussian(run);
    for (std::size_t t = 0; t < m.size(); ++t) m[t] = (t % 1000 < 500 ? 1 : -1) + s * m[t];
    return z_score(binder_cumulant({m, derived_chains}), 1 - fourth / (3 * second * second));
  });
  INFO(z);
  CHECK(z.honest());
}

TEST_CASE("derived errors that ignore tau or the correlation of inputs are found out", "[calibration][mutant]") {
  const auto honest = [](auto&& error) {
    return calibrate([&](std::uint64_t run) {
             const Pair pair(gaussian(run));
             return (mean(pair.b) / mean(pair.a) - 2) / error(pair);
           })
        .honest();
  };
  CHECK(honest([](const Pair& p) { return derived(p.inputs(), ratio).error; }));
  CHECK_FALSE(
      honest([](const Pair& p) { return derived(p.inputs(), ratio).error / std::sqrt(2 * tau); }));  // tau ignored
  CHECK_FALSE(honest([](const Pair& p) {  // variances added as if <a> and <b> had nothing to do with each other
    const Estimate a = estimate_mean({p.a, derived_chains}), b = estimate_mean({p.b, derived_chains});
    return b.value / a.value * std::hypot(a.error / a.value, b.error / b.value);
  }));
}

TEST_CASE("errors hold where the slope vanishes", "[calibration][mutant]") {
  // The variance p (1 - p) of a two-valued x has no slope at p = 1/2; away from there by some errors both orders count.
  constexpr std::size_t n = 400;
  for (const double p : {0.5, 0.49, 0.47, 0.45, 0.4, 0.2}) {
    const auto z_of = [&](std::uint64_t run, bool second_order) {
      Normal normal(404, run);
      std::vector<double> x(n), y(n);
      for (double& v : x) v = normal.uniform() < p ? 1 : 0;
      const Estimate whole = variance({x, 4});
      if (second_order) return normal_z(whole, p * (1 - p));
      const double centre = mean(x);
      for (std::size_t t = 0; t < n; ++t) y[t] = (x[t] - centre) * (x[t] - centre) - whole.value;
      const double z = z_score({.value = whole.value, .error = estimate_mean({y, 4}).error}, p * (1 - p));
      return std::isnan(z) ? 0.0 : z;
    };
    std::size_t far = 0;
    const Calibration z = calibrate([&](std::uint64_t run) {
      const double score = z_of(run, true);
      far += std::abs(score) > 4;
      return score;
    });
    INFO("p = " << p << ": " << z << ", beyond 4: " << far);
    CHECK(z.variance < 1.2);
    CHECK(z.variance > (p > 0.44 ? 0.05 : 0.6));  // data cannot tell a slope of 0 from one of 1.5 errors
    CHECK(std::abs(z.mean) < 0.5);
    CHECK(far <= 10);
    if (p == 0.49)  // first order alone
      CHECK(calibrate([&](std::uint64_t run) { return z_of(run, false); }).variance > 1.2);
  }
}

TEST_CASE("a large offset costs a mean no digits") {
  std::vector<double> x(80000);
  for (std::size_t t = 0; t < x.size(); ++t) x[t] = 1e12 + static_cast<double>(t % 2);
  CHECK(mean(x) == 1e12 + 0.5);
  CHECK(specific_heat({x, 4}, {1, 1}).value == Approx(0.25).epsilon(1e-4));
  double sum = 0;  // the mutant
  for (const double v : x) sum += v;
  CHECK(sum / 80000 != 1e12 + 0.5);
}

TEST_CASE("the Binder cumulant is never above 2/3") {
  // Few draws of a quantity that is small now and then: the second-order correction overshoots.
  const std::vector<double> m = {0.9, 0.01, 0.02, 0.01, 0.01, 0.02, 0.01, 0.01};
  CHECK(binder_cumulant({m}).value <= 2.0 / 3);
}

TEST_CASE("variances of short runs are not too small; without the correction they are", "[calibration][mutant]") {
  // Deviations in units of the scatter seen over 2048 runs, not of the error each run claims.
  const auto bias = [](bool corrected) {
    double sum = 0, squares = 0;
    const double runs = 2048;
    for (std::uint64_t run = 0; run < 2048; ++run) {
      Normal normal(402, run);
      const auto x = ar1(normal, 5, 1, 500);
      double value = variance({x}).value;
      if (!corrected) {
        const double error = estimate_mean({x}).error, centre = mean(x);
        value = 0;
        for (const double v : x) value += (v - centre) * (v - centre) / 500;
        CHECK(error > 0);
      }
      sum += (value - 1) / runs;
      squares += (value - 1) * (value - 1) / runs;
    }
    return sum / std::sqrt((squares - sum * sum) / runs);
  };
  CHECK(std::abs(bias(true)) < sidak_threshold(1));
  CHECK(bias(false) < -sidak_threshold(1));
}

TEST_CASE("ratios lose their second-order bias by expansion and by jackknife", "[calibration]") {
  // <1/a> style curvature: f = 1 / <a> with a of mean 1 and variance 1, 200 draws: bias Var = tau-free 1/200.
  const auto f = [](std::span<const double> means) { return 1 / means[0]; };
  double sums[3] = {}, squares[3] = {};
  const double runs = 4096;
  for (std::uint64_t run = 0; run < 4096; ++run) {
    Normal normal(403, run);
    auto x = ar1(normal, 0.5, 1, 200);
    for (double& v : x) v += 1;
    const ChainSeries inputs[] = {{x}};
    const double value[] = {derived(inputs, f).value, jackknife(inputs, f).value, 1 / mean(x)};
    for (std::size_t i = 0; i < 3; ++i) {
      sums[i] += (value[i] - 1) / runs;
      squares[i] += (value[i] - 1) * (value[i] - 1) / runs;
    }
  }
  const auto z = [&](std::size_t i) { return sums[i] / std::sqrt((squares[i] - sums[i] * sums[i]) / runs); };
  CHECK(std::abs(z(0)) < sidak_threshold(2));
  CHECK(std::abs(z(1)) < sidak_threshold(2));
  CHECK(z(2) > sidak_threshold(1));
}

TEST_CASE("Gamma method and jackknife agree on one series") {
  const Pair pair(gaussian(0));
  const Estimate a = derived(pair.inputs(), ratio), b = jackknife(pair.inputs(), ratio);
  CHECK(a.value == Approx(b.value).margin(0.02 * a.error));
  CHECK(a.error == Approx(b.error).epsilon(0.35));
  CHECK(a.tau > 0);
  CHECK(a.ess > 0);
}

TEST_CASE("derived quantities of series that never change") {
  const std::vector<double> x(100, 2.0);
  const Estimate c = specific_heat({x, 2}, {1, 10});
  CHECK(c.value == 0);
  CHECK(std::isnan(c.error));
  const Estimate binder = binder_cumulant({x, 2});
  CHECK(binder.value == Approx(2.0 / 3));
  CHECK(std::isnan(binder.error));
}

TEST_CASE("derived quantities refuse what makes no sense") {
  const std::vector<double> x(100, 2.0), y(50, 1.0);
  const ChainSeries different[] = {{x}, {y}};
  CHECK_THROWS_AS(derived(different, ratio), std::invalid_argument);
  CHECK_THROWS_AS(derived({}, ratio), std::invalid_argument);
  CHECK_THROWS_AS(jackknife(std::span(different).first(1), ratio, 1), std::invalid_argument);
  CHECK_THROWS_AS(jackknife(std::span(different).first(1), ratio, 101), std::invalid_argument);
  CHECK_THROWS_AS(specific_heat({x}, {.beta = 1, .sites = 0}), std::invalid_argument);
  CHECK_THROWS_AS(specific_heat({x}, {.sites = 3}), std::invalid_argument);
}
