// Multi-histogram reweighting against exact enumeration and Kaufman: values, errors, peaks, crossings.
#include "estimators/reweighting.hpp"

#include <omp.h>

#include <array>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <numeric>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/derived.hpp"
#include "estimators/free_energy.hpp"
#include "estimators/temperature_curves.hpp"
#include "physics/exact/exact.hpp"
#include "physics/exact/kaufman.hpp"
#include "tests/estimators/exact_draws.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;
using Catch::Matchers::Contains;

namespace {

Lattice torus(std::size_t L, double field = 0) { return {.size = {L, L}, .field = field}; }

const Spectrum& spectrum_4() {
  static const Spectrum spectrum(build(torus(4)));
  return spectrum;
}
const Spectrum& spectrum_3() {
  static const Spectrum spectrum(build(torus(3)));
  return spectrum;
}

double exact(const Lattice& lattice, double beta, Quantity quantity, double beta_0 = 0) {
  const auto values = [&](double b) {
    return std::get<ExactAnswers>(exact_answers(lattice, build(lattice), std::vector{b})).at[0].values;
  };
  if (quantity == Quantity::log_z_ratio) return values(beta).at("log_z") - values(beta_0).at("log_z");
  return values(beta).at(name_of(quantity));
}

const Plan quarter{.beta = {0.2, 0.3, 0.4, 0.5, 0.6}, .chains = 2, .draws = 1000, .keep = 0.6};

}  // namespace

TEST_CASE("one beta reweighted to itself is the plain mean") {
  const Drawn drawn = draw(spectrum_4(), {.beta = {0.35}, .keep = 0.5}, 0);
  const TemperatureCurves curves(drawn.view(16));
  const auto point = curves.at(0.35);
  const ChainSeries energy{drawn.energy, 2}, m{drawn.m, 2};
  CHECK(point.energy == Approx(mean(drawn.energy)).epsilon(1e-12));
  CHECK(point.log_z == Approx(0).margin(1e-12));
  const Estimate direct = estimate_mean(energy), ours = curves.estimate(Quantity::energy_density, point);
  CHECK(ours.error == Approx(direct.error / 16).epsilon(1e-9));
  CHECK(ours.tau == Approx(direct.tau).epsilon(1e-9));
  const Estimate heat = curves.estimate(Quantity::specific_heat, point), plain = specific_heat(energy, {0.35, 16});
  CHECK(heat.error == Approx(plain.error).epsilon(1e-6));
  CHECK(heat.value == Approx(plain.value).margin(0.05 * plain.error));
  const Estimate binder = curves.estimate(Quantity::binder_cumulant, point), plain_binder = binder_cumulant(m);
  CHECK(binder.error == Approx(plain_binder.error).epsilon(0.01));
}

TEST_CASE("two betas are Bennett's acceptance ratio") {
  const Drawn drawn = draw(spectrum_4(), {.beta = {0.3, 0.5}, .draws = 3000}, 0);
  std::vector<double> up, down;
  for (std::size_t t = 0; t < drawn.energy.size(); t += 2) {
    up.push_back(-0.2 * drawn.energy[t]);
    down.push_back(0.2 * drawn.energy[t + 1]);
  }
  const LadderFreeEnergy bar = bennett_ladder({up, down, 2, 1});
  const TemperatureCurves curves(drawn.view(16));
  const Estimate ours = curves.estimate(Quantity::log_z_ratio, curves.at(0.5));
  CHECK(ours.value ==
        Approx(bar.log_z[1].value).margin(0.1 * bar.log_z[1].error));  // the weights of both sides differ by tau
  CHECK(ours.error == Approx(bar.log_z[1].error).epsilon(0.05));
}

TEST_CASE("the equations of multi-histogram reweighting hold, with and without overlap") {
  for (const auto& beta : std::vector<std::vector<double>>{{0, 0.1, 0.2, 0.3}, {0, 5}, {0.1, 0.4, 0.401, 3, 10}}) {
    const Drawn drawn = draw(spectrum_4(), {.beta = beta}, 1);
    const Reweighting reweighting({beta, drawn.energy, {}, 2});
    const auto log_z = reweighting.log_z();
    for (std::size_t k = 0; k < beta.size(); ++k) CHECK(reweighting.at(beta[k]).log_z == Approx(log_z[k]).margin(1e-8));
  }
}

TEST_CASE("errors at, between and a little outside the betas are honest", "[long][calibration]") {
  for (const bool exchange : {false, true}) {
    Plan plan = quarter;
    plan.exchange = exchange;
    constexpr std::size_t runs = 1024;
    const std::vector<double> targets{0.19, 0.2, 0.35, 0.44, 0.55};
    const auto quantities = TemperatureCurves(draw(spectrum_4(), plan, 0).view(16)).quantities();
    REQUIRE(quantities.size() == 8);
    std::vector<std::vector<double>> z(quantities.size() * targets.size(), std::vector<double>(runs));
    std::vector<double> truth;
    for (const Quantity q : quantities)
      for (const double beta : targets) truth.push_back(exact(torus(4), beta, q, plan.beta[0]));
#pragma omp parallel for schedule(dynamic)
    for (std::size_t run = 0; run < runs; ++run) {
      const TemperatureCurves curves(draw(spectrum_4(), plan, run).view(16));
      const CurveTable table = tabulate(curves, targets);
      for (std::size_t i = 0; i < z.size(); ++i)
        z[i][run] = z_score(table.estimates[i / targets.size()][i % targets.size()], truth[i]);
    }
    for (std::size_t i = 0; i < z.size(); ++i) {
      const std::string name = name_of(quantities[i / targets.size()]);
      const double beta = targets[i % targets.size()];
      if (name == "log_z_ratio" && beta == 0.2) continue;  // 0 by definition
      const Calibration found = calibrate([&](std::uint64_t run) { return z[i][run]; });
      INFO(name << " at " << beta << (exchange ? " with" : " without") << " exchange: " << found);
      CHECK(found.variance > 0.8);
      CHECK(found.variance < 1.2);
      CHECK(std::abs(found.mean) * std::sqrt(static_cast<double>(runs)) < sidak_threshold(2 * z.size()) + 1);
    }
  }
}

TEST_CASE("reweighting errors that ignore tau or exchange are found out", "[long][calibration][mutant]") {
  Plan plan = quarter;
  plan.exchange = true;
  plan.keep = 0.9;
  plan.draws = 3000;
  const double energy = exact(torus(4), 0.35, Quantity::energy_density);
  const auto variance = [&](auto&& error) {
    std::vector<double> z(512);
#pragma omp parallel for schedule(dynamic)
    for (std::size_t run = 0; run < z.size(); ++run) {
      const Drawn drawn = draw(spectrum_4(), plan, run);
      const TemperatureCurves curves(drawn.view(16));
      const auto point = curves.at(0.35);
      const Estimate e = curves.estimate(Quantity::energy_density, point);
      z[run] = (e.value - energy) / error(e, drawn, point);
    }
    return calibrate([&](std::uint64_t run) { return z[run]; }, z.size()).variance;
  };
  const double honest = variance([](const Estimate& e, auto&&...) { return e.error; });
  CHECK((honest > 0.8 && honest < 1.25));
  CHECK(variance([](const Estimate& e, auto&&...) { return e.error / std::sqrt(2 * e.tau); }) > 1.5);  // tau ignored
  // Rungs taken as independent: each shifted in time against the others, which leaves every mean as it is.
  const double apart = variance([](const Estimate&, const Drawn& drawn, const TemperatureCurves::Point& point) {
    Drawn shifted = drawn;
    const std::size_t K = drawn.plan.beta.size(), T = drawn.plan.draws;
    for (std::size_t c = 0; c < drawn.plan.chains; ++c)
      for (std::size_t t = 0; t < T; ++t)
        for (std::size_t k = 0; k < K; ++k)
          shifted.energy[(c * T + t) * K + k] = drawn.energy[(c * T + (t + k * T / K) % T) * K + k];
    const TemperatureCurves curves(shifted.view(16));
    return curves.estimate(Quantity::energy_density, curves.at(point.beta)).error;
  });
  CHECK(apart > 1.3);
}

TEST_CASE("reweighting agrees with direct estimates and is no worse", "[calibration]") {
  const Drawn drawn = draw(spectrum_4(), quarter, 7);
  const TemperatureCurves curves(drawn.view(16));
  for (std::size_t k = 0; k < quarter.beta.size(); ++k) {
    std::vector<double> energy;
    for (std::size_t t = k; t < drawn.energy.size(); t += quarter.beta.size()) energy.push_back(drawn.energy[t]);
    const Conditions at{quarter.beta[k], 16};
    const Estimate direct = specific_heat({energy, 2}, at);
    const Estimate joined = curves.estimate(Quantity::specific_heat, curves.at(at.beta));
    CHECK(std::abs(direct.value - joined.value) < 4 * direct.error);
    CHECK(joined.error < 1.1 * direct.error);
  }
}

TEST_CASE("with a field, <m> is measured and enters the susceptibility", "[calibration]") {
  const Lattice lattice = torus(3, 0.1);
  const Spectrum spectrum(build(lattice));
  std::vector<double> z;
  for (std::uint64_t run = 0; run < 64; ++run) {
    const Drawn drawn = draw(spectrum, quarter, run);
    const TemperatureCurves curves(drawn.view(9, false));
    for (const Quantity q : {Quantity::magnetization_density, Quantity::susceptibility, Quantity::binder_cumulant})
      z.push_back(z_score(curves.estimate(q, curves.at(0.33)), exact(lattice, 0.33, q)));
  }
  CHECK_FALSE(largest_z(z).exceeds);
}

TEST_CASE("the peak of the specific heat is Kaufman's", "[calibration]") {
  for (const int L : {8, 16}) {
    const double N = L * L;
    const auto minus_heat = [&](double K) {
      const auto n = static_cast<std::size_t>(L);
      return -K * K * solve_torus(n, n, std::vector{K})[0].energy_variance / N;
    };
    const auto minimum = boost::math::tools::brent_find_minima(minus_heat, 0.35, 0.5, 30);
    const double top = minimum.first, height = minimum.second;
    const Spectrum spectrum(L);
    const Plan plan{.beta = {0.38, 0.40, 0.42, 0.44, 0.46}, .chains = 2, .draws = 1000, .keep = 0.5};
    std::vector<double> grid;
    for (int i = 0; i <= 16; ++i) grid.push_back(0.38 + 0.005 * i);
    const std::size_t runs = L == 8 ? 1024 : 256;
    std::vector<double> z_beta(runs), z_height(runs);
    std::vector<char> missing(runs);
#pragma omp parallel for schedule(dynamic)
    for (std::size_t run = 0; run < runs; ++run) {
      Drawn drawn = draw(spectrum, plan, run);
      drawn.m.clear();
      const TemperatureCurves curves(drawn.view(N));
      const auto peak = find_peak(curves, tabulate(curves, grid), Quantity::specific_heat);
      missing[run] = !peak;
      z_beta[run] = peak ? z_score(peak->beta, top) : 0;
      z_height[run] = peak ? z_score(peak->height, -height) : 0;
    }
    CHECK(std::count(missing.begin(), missing.end(), 1) == 0);
    for (const auto* z : {&z_beta, &z_height}) {
      const Calibration found = calibrate([&](std::uint64_t run) { return (*z)[run]; }, runs);
      INFO("L = " << L << (z == &z_beta ? ", place: " : ", height: ") << found);
      CHECK(std::abs(found.mean) * std::sqrt(static_cast<double>(runs)) < sidak_threshold(4) + 1);
      CHECK(found.variance > (L == 8 ? 0.8 : 0.65));
      CHECK(found.variance < (L == 8 ? 1.2 : 1.4));
    }
  }
}

TEST_CASE("the Binder cumulants of two sizes cross where enumeration says", "[long][calibration]") {
  const auto difference = [](double beta) {
    return exact(torus(3), beta, Quantity::binder_cumulant) - exact(torus(4), beta, Quantity::binder_cumulant);
  };
  std::uintmax_t steps = 100;
  const double truth =
      boost::math::tools::toms748_solve(difference, 0.3, 0.6, boost::math::tools::eps_tolerance<double>(40), steps)
          .first;
  const double value = exact(torus(3), truth, Quantity::binder_cumulant);
  std::vector<double> grid;
  for (int i = 0; i <= 8; ++i) grid.push_back(0.2 + 0.05 * i);
  const Plan plan{.beta = quarter.beta, .chains = 2, .draws = 4000, .keep = 0.5};
  constexpr std::size_t runs = 256;
  std::vector<double> z_beta(runs), z_value(runs), count(runs);
#pragma omp parallel for schedule(dynamic)
  for (std::size_t run = 0; run < runs; ++run) {
    const TemperatureCurves a(draw(spectrum_3(), plan, run, 901).view(9)),
        b(draw(spectrum_4(), plan, run, 902).view(16));
    const auto found = find_crossings(a, tabulate(a, grid), b, tabulate(b, grid), Quantity::binder_cumulant);
    count[run] = static_cast<double>(found.size());
    z_beta[run] = found.empty() ? 0 : z_score(found[0].beta, truth);
    z_value[run] = found.empty() ? 0 : z_score(found[0].value, value);
  }
  CHECK(count == std::vector<double>(runs, 1.0));
  for (const auto* z : {&z_beta, &z_value}) {
    const Calibration found = calibrate([&](std::uint64_t run) { return (*z)[run]; }, runs);
    INFO((z == &z_beta ? "place: " : "value: ") << found);
    CHECK(std::abs(found.mean) * std::sqrt(static_cast<double>(runs)) < sidak_threshold(4) + 1);
    CHECK(found.variance > 0.65);
    CHECK(found.variance < 1.4);
  }
}

TEST_CASE("a curve far outside the draws, or across a gap, is not trusted") {
  Drawn drawn = draw(Spectrum(16), {.beta = {0.2, 0.21, 0.9}}, 0);
  const TemperatureCurves curves(drawn.view(256));
  const auto near = curves.at(0.205), outside = curves.at(0.1), gap = curves.at(0.5), cold = curves.at(0.9);
  CHECK((near.trusted && near.log_z_trusted && near.effective > 1000));
  CHECK_FALSE(outside.trusted);
  CHECK_FALSE(gap.trusted);
  CHECK((cold.trusted && !cold.log_z_trusted));
  CHECK(std::isnan(curves.estimate(Quantity::energy_density, gap).error));
  CHECK(std::isnan(curves.estimate(Quantity::log_z_ratio, cold).error));
  CHECK(curves.estimate(Quantity::energy_density, cold).error > 0);
}

namespace {

/// ln Z(beta) / Z(beta_0), <E>/N and C of a spectrum.
std::array<double, 3> answers(const Spectrum& spectrum, double sites, double beta, double beta_0) {
  const auto sums = [&](double b) {
    double top = -1e300;
    for (std::size_t i = 0; i < spectrum.states.size(); ++i)
      top = std::max(top, spectrum.log_count[i] - b * spectrum.states[i].energy);
    double z = 0, e = 0, e2 = 0;
    for (std::size_t i = 0; i < spectrum.states.size(); ++i) {
      const double E = spectrum.states[i].energy, w = std::exp(spectrum.log_count[i] - b * E - top);
      z += w, e += w * E, e2 += w * E * E;
    }
    return std::array{top + std::log(z), e / z, e2 / z - e * e / z / z};
  };
  const auto at = sums(beta);
  return {at[0] - sums(beta_0)[0], at[1] / sites, beta * beta * at[2] / sites};
}

}  // namespace

TEST_CASE("away from one beta there are honest errors, or none, and no peak that is not there",
          "[calibration][mutant]") {
  // Cold to hot crosses what was hardly drawn: the even weights of an ordered phase say nothing of the disordered one.
  const Spectrum spectrum(16);
  const Plan plan{.beta = {0.6}, .chains = 4, .draws = 500, .keep = 0.6};
  const std::vector<double> grid{0.45, 0.475, 0.5, 0.525, 0.55, 0.575, 0.6};
  constexpr std::size_t runs = 96;
  std::vector<double> wrong(runs), plainly(runs), peaks(runs), refused(runs), kept(runs), near(runs);
#pragma omp parallel for schedule(dynamic)
  for (std::size_t run = 0; run < runs; ++run) {
    Drawn drawn = draw(spectrum, plan, run, 905);
    drawn.m.clear();
    const TemperatureCurves curves(drawn.view(256));
    const CurveTable table = tabulate(curves, grid);
    peaks[run] = find_peak(curves, table, Quantity::specific_heat).has_value();
    for (std::size_t b = 0; b + 1 < grid.size(); ++b) {
      const auto exact_values = answers(spectrum, 256, grid[b], 0.6);
      for (std::size_t q = 0; q < 3; ++q) {
        const Estimate& e = table.estimates[q][b];
        const double z = z_score(e, exact_values[q]);
        wrong[run] += std::abs(z) > 6;
        if (b < 3) refused[run] += std::isnan(e.error);
        if (b == 5) kept[run] += !std::isnan(e.error);
        if (b == 5 && q == 1 && std::isfinite(z)) near[run] = z;
      }
      // The mutant: fifty effective draws are enough, and what was seen is all there is.
      const auto point = curves.at(grid[b]);
      if (point.effective < 50) continue;
      Reweighting::Slopes slopes;
      slopes.energy_variance = 1;
      auto influence = curves.reweighting().influences(point, std::span(&slopes, 1)).front();
      std::fill(influence.unseen.begin(), influence.unseen.end(), 0.0);
      const double scale = grid[b] * grid[b] / 256;
      Estimate e = curves.reweighting().estimate(point.energy_variance, influence, true);
      e.value *= scale, e.error *= scale;
      plainly[run] += std::abs(z_score(e, exact_values[2])) > 6;
    }
  }
  const auto total = [](const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0); };
  INFO("wrong " << total(wrong) << ", without the rule " << total(plainly) << ", refused at .45 to .5 "
                << total(refused) << " of " << 9 * runs << ", given at .575 " << total(kept) << " of " << 3 * runs);
  CHECK(total(peaks) == 0);
  CHECK(total(wrong) <= 1);
  CHECK(total(plainly) > 10);
  CHECK(total(refused) == 9 * runs);
  CHECK(total(kept) > 2.5 * runs);
  std::vector<double> known;
  std::copy_if(near.begin(), near.end(), std::back_inserter(known), [](double z) { return !std::isnan(z); });
  const Calibration energy = calibrate([&](std::uint64_t run) { return known[run]; }, known.size());
  INFO("energy at .575: " << energy);
  CHECK(energy.variance < 1.6);  // of 96 standard normal numbers: .5 to 1.6, once in 1,000
  CHECK(energy.variance > 0.5);
}

TEST_CASE("within what the draws cover nothing is refused", "[calibration]") {
  const Spectrum spectrum(8);
  const std::vector<double> grid{0.35, 0.37, 0.39, 0.41, 0.43, 0.45, 0.47, 0.49, 0.51, 0.53, 0.55};
  std::size_t refused = 0;
  for (const std::size_t draws : {100, 400})
    for (const bool exchange : {false, true})
      for (std::uint64_t run = 0; run < 32; ++run) {
        const Plan plan{.beta = {0.35, 0.45, 0.55}, .chains = 2, .draws = draws, .keep = 0.3, .exchange = exchange};
        Drawn drawn = draw(spectrum, plan, run, 906);
        drawn.m.clear();
        const TemperatureCurves curves(drawn.view(64));
        const CurveTable table = tabulate(curves, grid);
        for (const auto& row : table.estimates)
          for (const Estimate& e : row) refused += std::isnan(e.error);
      }
  CHECK(refused == 0);
}

TEST_CASE("thirteen betas of 40000 draws are carried to 161 in seconds", "[.][timing]") {
  Plan plan{.beta = {}, .chains = 8, .draws = 5000, .keep = 0.5};
  for (int k = 0; k < 13; ++k) plan.beta.push_back(0.38 + 0.008 * k);
  Drawn drawn = draw(Spectrum(16), plan, 0);
  Normal normal(903, 0);
  for (double& m : drawn.m) m = normal();
  std::vector<double> grid;
  for (int i = 0; i <= 160; ++i) grid.push_back(0.38 + 0.0006 * i);
  for (const bool continuous : {false, true}) {
    if (continuous)
      for (double& e : drawn.energy) e += 1e-3 * normal();
    const auto begin = std::chrono::steady_clock::now();
    const TemperatureCurves curves(drawn.view(256));
    const double joined = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const CurveTable table = tabulate(curves, grid);
    const double all = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    WARN((continuous ? "continuous" : "discrete") << " energies: joined in " << joined << " s, all " << all << " s");
    CHECK(table.estimates[0].size() == 161);
  }
}

TEST_CASE("reweighting gives the same bits for any number of threads") {
  const Drawn drawn = draw(spectrum_4(), quarter, 3);
  const int before = omp_get_max_threads();
  std::vector<double> bits[2];
  for (const int threads : {1, 2}) {
    omp_set_num_threads(threads);
    const TemperatureCurves curves(drawn.view(16));
    const CurveTable table = tabulate(curves, std::vector{0.25, 0.33, 0.41});
    for (const auto& row : table.estimates)
      for (const Estimate& e : row) bits[threads - 1].insert(bits[threads - 1].end(), {e.value, e.error});
  }
  omp_set_num_threads(before);
  CHECK(bits[0] == bits[1]);
}

TEST_CASE("series that never change, and those that cannot be") {
  const std::vector<double> beta{0.1, 0.2}, frozen(40, -3.0), m(40, 1.0);
  const TemperatureCurves curves({beta, frozen, m, 2, 10, MeanMagnetization::zero_by_symmetry});
  const auto point = curves.at(0.15);
  CHECK(point.log_z == Approx(0.05 * 3));
  CHECK(curves.value(Quantity::specific_heat, point) == Approx(0).margin(1e-12));
  CHECK(curves.value(Quantity::binder_cumulant, point) == Approx(2.0 / 3));
  CHECK(curves.estimate(Quantity::specific_heat, curves.at(0)).value == 0);

  const auto refused = [](const TemperatureSeries& s) { CHECK_THROWS_AS(Reweighting(s), std::invalid_argument); };
  const std::vector<double> descending{0.2, 0.1}, short_energy(39, 0.0), one_draw(4, 0.0), bad{0, 1, NAN, 3};
  refused({{}, frozen, {}, 2});
  refused({descending, frozen, {}, 2});
  refused({beta, short_energy, {}, 2});
  refused({beta, one_draw, {}, 2});
  refused({beta, bad, {}, 1});
  refused({beta, frozen, {one_draw}, 2});
  refused({beta, frozen, {}, 0});
  CHECK_THROWS_AS(TemperatureCurves({beta, frozen, m, 2, 0}), std::invalid_argument);
  CHECK_THROWS_AS(curves.at(INFINITY), std::invalid_argument);
}
