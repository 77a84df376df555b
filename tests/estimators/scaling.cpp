// Finite-size scaling: what two sizes say against enumeration of both; collapse on synthetic curves.
#include <array>
#include <boost/math/tools/toms748_solve.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "estimators/curve_numbers.hpp"
#include "estimators/finite_size_scaling.hpp"
#include "physics/exact/exact.hpp"
#include "tests/estimators/exact_draws.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;
using Catch::Matchers::Contains;

namespace {

Lattice square(std::size_t L) { return {.size = {L, L}}; }
const Spectrum& spectrum_of(std::size_t L) {
  static const Spectrum three(build(square(3))), four(build(square(4)));
  return L == 3 ? three : four;
}
double exactly(std::size_t L, Quantity quantity, double beta) {
  const auto answers = std::get<ExactAnswers>(exact_answers(square(L), build(square(L)), std::vector{beta}));
  return answers.at[0].values.at(name_of(quantity));
}
double exact_slope(std::size_t L, double beta) {
  constexpr double step = 1e-4;
  return (exactly(L, Quantity::binder_cumulant, beta + step) - exactly(L, Quantity::binder_cumulant, beta - step)) /
         (2 * step);
}
double exact_crossing() {
  std::uintmax_t steps = 100;
  return boost::math::tools::toms748_solve(
             [](double beta) {
               return exactly(3, Quantity::binder_cumulant, beta) - exactly(4, Quantity::binder_cumulant, beta);
             },
             0.3, 0.6, boost::math::tools::eps_tolerance<double>(40), steps)
      .first;
}

std::vector<double> betas(double first, double last, int steps) {
  std::vector<double> beta;
  for (int i = 0; i <= steps; ++i) beta.push_back(first + (last - first) * i / steps);
  return beta;
}

const Plan two_sizes{.beta = {0.2, 0.3, 0.4, 0.5, 0.6}, .chains = 2, .draws = 2500, .keep = 0.5};

/// P(x) of an invented collapse.
double invented(double x) { return 0.61 - 0.3 * x - 0.25 * x * x + 0.1 * x * x * x; }

/// Sizes whose points lie on P, but for strongly correlated noise: of a constant, a line and a parabola.
std::vector<CollapseCurve> invented_curves(std::uint64_t run, double noise) {
  Normal normal(921, run);
  constexpr double t_c = 2.27, one_over_nu = 1.1;
  std::vector<CollapseCurve> curves;
  for (const double size : {8.0, 16.0, 32.0}) {
    CollapseCurve& c = curves.emplace_back();
    c.size = size;
    const double modes[] = {normal(), 0.3 * normal(), 0.05 * normal()};
    const std::size_t n = 7;
    c.covariance = Matrix(n, n);
    for (std::size_t i = 0; i < n; ++i) {
      const double u = static_cast<double>(i) / 3 - 1, x = 0.5 * u;
      c.temperature.push_back(t_c + x * std::pow(size, -one_over_nu));
      c.value.push_back(invented(x) + noise * (modes[0] + modes[1] * u + modes[2] * u * u));
      for (std::size_t j = 0; j < n; ++j) {
        const double v = static_cast<double>(j) / 3 - 1;
        c.covariance(i, j) = noise * noise * (1 + 0.09 * u * v + 0.0025 * u * u * v * v);
      }
    }
  }
  return curves;
}

}  // namespace

TEST_CASE("numbers of curves follow them as crossings and peaks do") {
  const Drawn small = draw(spectrum_of(3), two_sizes, 0, 911), large = draw(spectrum_of(4), two_sizes, 0, 912);
  const TemperatureCurves a(small.view(9)), b(large.view(16));
  const CurveFamily family({&a, &b});
  const std::vector<double> grid = betas(0.2, 0.6, 8);
  const CurveTable table_a = tabulate(a, grid), table_b = tabulate(b, grid);
  const auto crossings = find_crossings(a, table_a, b, table_b, Quantity::binder_cumulant);
  REQUIRE(crossings.size() == 1);
  const auto peak = find_peak(b, table_b, Quantity::susceptibility_abs);
  REQUIRE(peak);
  const CurveNumber beta = family.crossing(0, 1, Quantity::binder_cumulant, crossings[0].beta.value);
  const CurveNumber top = family.peak(1, Quantity::susceptibility_abs, peak->beta.value);
  const CurveNumber ratio = family.value(1, Quantity::susceptibility, beta) / beta;
  const auto e = family.estimates(std::vector{beta, family.value(0, Quantity::binder_cumulant, beta),
                                              family.value(1, Quantity::binder_cumulant, beta), top, inverse(beta),
                                              beta - -1.0 * beta, log(ratio) + log(beta), 2.0 * beta});
  CHECK(e[0].error == Approx(crossings[0].beta.error).epsilon(1e-6));
  for (const std::size_t k : {1, 2}) {  // along either curve
    CHECK(e[k].value == Approx(crossings[0].value.value).epsilon(1e-9));
    CHECK(e[k].error == Approx(crossings[0].value.error).epsilon(1e-6));
  }
  CHECK(e[3].error == Approx(peak->beta.error).epsilon(1e-6));
  CHECK(e[4].error == Approx(e[0].error / (beta.value * beta.value)).epsilon(1e-9));
  CHECK(e[5].error == Approx(e[7].error));
  const Estimate chi = family.estimates(std::vector{log(family.value(1, Quantity::susceptibility, beta))})[0];
  CHECK(e[6].value == Approx(chi.value));
  CHECK(e[6].error == Approx(chi.error));
  CHECK(e[7].error == Approx(2 * e[0].error));
  CHECK(e[0].degrees > 50);
}

TEST_CASE("two sizes give the crossing, slopes and exponents of enumeration, with honest errors",
          "[calibration][mutant]") {
  const double beta_c = exact_crossing(), ln2 = std::log(4.0 / 3);
  const auto power = [&](double small, double large) { return std::log(large / small) / ln2; };
  const std::vector<std::pair<std::string, double>> truth = {
      {"critical_temperature", 1 / beta_c},
      {"one_over_nu", power(exact_slope(3, beta_c), exact_slope(4, beta_c))},
      {"gamma_over_nu",
       power(exactly(3, Quantity::susceptibility, beta_c), exactly(4, Quantity::susceptibility, beta_c))},
      {"beta_over_nu", -power(exactly(3, Quantity::abs_magnetization_density, beta_c),
                              exactly(4, Quantity::abs_magnetization_density, beta_c))}};
  constexpr std::size_t runs = 96;
  const std::vector<double> grid = betas(0.2, 0.6, 8);
  std::vector<std::vector<double>> z(truth.size() + 3, std::vector<double>(runs, unknown));
#pragma omp parallel for schedule(dynamic)
  for (std::size_t run = 0; run < runs; ++run) {
    const Drawn small = draw(spectrum_of(3), two_sizes, run, 913), large = draw(spectrum_of(4), two_sizes, run, 914);
    const TemperatureCurves a(small.view(9)), b(large.view(16));
    const FiniteSizeScaling found = finite_size_scaling(std::vector<SizedCurves>{{3, &a}, {4, &b}}, grid);
    for (std::size_t k = 0; k < truth.size(); ++k)
      if (const ScalingFit* fit = found.all.find(truth[k].first)) z[k][run] = normal_z(fit->value, truth[k].second);
    const SizeCrossing& c = found.all.crossings.at(0);
    z[4][run] = normal_z(c.one_over_nu, truth[1].second);
    z[5][run] = normal_z(found.all.peaks[1].binder_slope, exact_slope(4, beta_c));
    // A mutant that takes T_c as known.
    const CurveFamily family({&a, &b});
    const CurveNumber at{c.beta.value, {}};
    const CurveNumber naive = log(family.value(0, Quantity::abs_magnetization_density, at)) -
                              log(family.value(1, Quantity::abs_magnetization_density, at));
    z[6][run] = normal_z(family.estimates(std::vector{1 / ln2 * naive})[0], truth[3].second);
  }
  for (std::size_t k = 0; k < z.size(); ++k) {
    const Calibration found = calibrate([&](std::uint64_t run) { return z[k][run]; }, runs);
    INFO((k < truth.size() ? truth[k].first : k == 4 ? "1/nu of the pair" : "slope") << ", " << found);
    if (k == 6) {
      CHECK(found.variance < 0.5);  // what moves T_c moves |m| at any fixed temperature against it
      continue;
    }
    CHECK(std::abs(found.mean) * std::sqrt(static_cast<double>(runs)) < sidak_threshold(2 * z.size()) + 1);
    CHECK(found.variance > 0.6);  // three standard deviations
    CHECK(found.variance < 1.45);
  }
}

TEST_CASE("a collapse finds T_c and nu with honest errors and an honest chi^2", "[calibration][mutant]") {
  constexpr std::size_t runs = 1024;
  std::vector<double> z_t(runs), z_nu(runs), chi2(runs), naive(runs);
  double degrees = 0;
  std::size_t missing = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    auto curves = invented_curves(run, 1e-3);
    const Collapse found = collapse(curves, {2.275, 1.0, 0}, {.degree = 3});
    missing += !found.found();
    if (!found.found()) continue;
    const auto error = [&](std::size_t parameter) {
      double sum = 0;
      std::size_t first = 0;
      for (const CollapseCurve& c : curves) {
        for (std::size_t i = 0; i < c.value.size(); ++i)
          for (std::size_t j = 0; j < c.value.size(); ++j)
            sum += found.response(parameter, first + i) * c.covariance(i, j) * found.response(parameter, first + j);
        first += c.value.size();
      }
      return std::sqrt(sum);
    };
    z_t[run] = (found.at.temperature - 2.27) / error(0);
    z_nu[run] = (found.at.one_over_nu - 1.1) / error(1);
    chi2[run] = found.chi2;
    degrees += found.degrees / runs;
    // A mutant that knows variances only.
    for (CollapseCurve& c : curves)
      for (std::size_t i = 0; i < c.value.size(); ++i)
        for (std::size_t j = 0; j < c.value.size(); ++j)
          if (i != j) c.covariance(i, j) = 0;
    const Collapse apart = collapse(curves, {2.275, 1.0, 0}, {.degree = 3});
    naive[run] = apart.chi2 / apart.degrees;
  }
  CHECK(missing == 0);
  CHECK((degrees > 2 && degrees < 9));  // of three directions a size with scatter
  for (const auto* z : {&z_t, &z_nu}) {
    const Calibration found = calibrate([&](std::uint64_t run) { return (*z)[run]; }, runs);
    INFO(found);
    CHECK(found.honest());
  }
  double mean_chi2 = 0, mean_naive = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    mean_chi2 += chi2[run] / runs;
    mean_naive += naive[run] / runs;
  }
  // The mean of chi^2 is its degrees of freedom, to 4 sqrt(2 degrees / runs).
  INFO(mean_chi2 << " for " << degrees);
  CHECK(std::abs(mean_chi2 - degrees) < 4 * std::sqrt(2 * degrees / runs));
  INFO(mean_naive);
  CHECK(mean_naive < 0.7);  // 21 points, but three numbers a size
}

TEST_CASE("a collapse finds an exponent too, and says when there is nothing to find") {
  auto curves = invented_curves(0, 1e-6);
  for (CollapseCurve& c : curves)
    for (double& v : c.value) v *= std::pow(c.size, 1.75);
  for (CollapseCurve& c : curves)
    for (double& v : c.covariance.numbers()) v *= std::pow(c.size, 3.5);
  const Collapse found = collapse(curves, {2.28, 1.0, 1.5}, {.degree = 3, .fit_exponent = true});
  REQUIRE(found.found());
  CHECK(found.at.temperature == Approx(2.27).epsilon(1e-5));
  CHECK(found.at.one_over_nu == Approx(1.1).epsilon(1e-3));
  CHECK(found.at.exponent == Approx(1.75).epsilon(1e-4));
  CHECK(found.master(0.2) == Approx(invented(0.2)).epsilon(1e-4));
  CHECK_FALSE(collapse(curves, {2.28, 1.0, 1.5}, {.degree = 20}).found());  // no freedom left
  curves[0].value[2] = std::nan("");
  CHECK_THROWS_AS(collapse(curves, {2.28, 1.0, 1.5}), std::invalid_argument);
  CHECK_THROWS_WITH(collapse(std::span(curves).first(1), {2.28, 1.0, 0}), Contains("two sizes"));
}

TEST_CASE("scaling refuses what cannot be scaled, and says where peaks lie outside") {
  const Drawn small = draw(spectrum_of(3), two_sizes, 0, 915), large = draw(spectrum_of(4), two_sizes, 0, 916);
  const TemperatureCurves a(small.view(9)), b(large.view(16));
  Drawn without = small;
  without.m.clear();
  const TemperatureCurves plain(without.view(9));
  const std::vector<double> grid = betas(0.2, 0.6, 8);
  const auto scale = [&](std::vector<SizedCurves> systems) { return finite_size_scaling(systems, grid); };
  CHECK_THROWS_WITH(scale({{3, &a}}), Contains("two sizes"));
  CHECK_THROWS_WITH(scale({{4, &a}, {3, &b}}), Contains("ascend"));
  CHECK_THROWS_WITH(scale({{3, &plain}, {4, &b}}), Contains("no magnetisations"));
  const FiniteSizeScaling hot = finite_size_scaling(std::vector<SizedCurves>{{3, &a}, {4, &b}}, betas(0.2, 0.25, 4));
  CHECK(hot.all.crossings.empty());
  CHECK(hot.all.fits.empty());
  for (const SizePeak& peak : hot.all.peaks) CHECK((peak.outside_high && std::isnan(peak.height.value)));
}
