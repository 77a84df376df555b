// Averages over samples of disorder, crossings of glasses, and times to solution.
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "estimators/disorder_averages.hpp"
#include "estimators/time_to_solution.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

/// Samples whose overlaps are +-a with Gaussian width: <q^2> = a^2, B = 2/3 - skew of each, with noise of measuring.
struct Samples {
  std::vector<Estimate> squares, binders;
};
constexpr double second_mean = 0.3, fourth_mean = 0.15, sample_spread = 0.1, measuring_noise = 0.01;
Samples samples_of(Normal& normal, std::size_t n, double tilt = 0) {
  Samples out;
  for (std::size_t k = 0; k < n; ++k) {
    const double s = sample_spread * normal();  // <q^4> follows <q^2>, and has a part of its own
    const double second = second_mean + s, fourth = fourth_mean + tilt + 0.8 * s + 0.02 * normal();
    const double binder = 1 - fourth / (3 * second * second);
    out.squares.push_back({.value = second + measuring_noise * normal(), .error = measuring_noise});
    out.binders.push_back({.value = binder + measuring_noise * normal(), .error = measuring_noise});
  }
  return out;
}
double true_binder(double tilt = 0) { return 1 - (fourth_mean + tilt) / (3 * second_mean * second_mean); }

}  // namespace

TEST_CASE("Binder cumulants over disorder are of averaged moments, with honest errors from four samples on",
          "[calibration][mutant]") {
  for (const std::size_t n : {4, 8, 32}) {
    const auto z_of = [&](bool ratios_first) {
      return calibrate([&](std::uint64_t run) {
        Normal normal(931 + n, run);
        const Samples s = samples_of(normal, n);
        const Estimate e = ratios_first ? average_over_samples(s.binders) : binder_over_samples(s.squares, s.binders);
        return normal_z(e, true_binder());
      });
    };
    const Calibration found = z_of(false);
    INFO(n << " samples: " << found);
    CHECK(std::abs(found.mean) < (n == 4 ? 0.25 : 0.2));
    CHECK(found.variance > 0.6);
    CHECK(found.variance < (n == 4 ? 1.6 : 1.4));
    if (n < 32) continue;
    CHECK(std::abs(z_of(true).mean) > 0.5);  // means of ratios are of something else
  }
  Normal normal(930, 0);
  const Samples three = samples_of(normal, 3);
  CHECK(std::isnan(binder_over_samples(three.squares, three.binders).error));
  CHECK(std::isfinite(binder_over_samples(three.squares, three.binders).value));
  CHECK_THROWS_AS(binder_over_samples({}, {}), std::invalid_argument);
  CHECK_THROWS_AS(average_over_samples({}), std::invalid_argument);
}

TEST_CASE("glasses of two sizes cross where their moments do, with honest errors", "[calibration]") {
  const std::vector<double> beta = {0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2};
  constexpr double at = 0.98;
  std::size_t missing = 0;
  constexpr std::size_t runs = 1024;
  std::vector<double> z;
  for (std::uint64_t run = 0; run < runs; ++run) {
    GlassCurve a, b;
    for (const double x : beta) {  // B of the second grows faster; independent betas, the worst case for the line
      Normal of_a(941, run * 64 + static_cast<std::uint64_t>(x * 20)),
          of_b(942, run * 64 + static_cast<std::uint64_t>(x * 20));
      const Samples small = samples_of(of_a, 200, -0.1 * (x - at)), large = samples_of(of_b, 200, -0.3 * (x - at));
      a.squares.push_back(small.squares);
      a.binders.push_back(small.binders);
      b.squares.push_back(large.squares);
      b.binders.push_back(large.binders);
    }
    const auto found = glass_crossings(beta, a, b);
    if (found.size() == 1)
      z.push_back(normal_z(found[0].beta, at));
    else
      ++missing;
  }
  CHECK(missing < runs / 4);  // where noise undoes and redoes it, there are none or three
  const Calibration c = calibrate([&](std::uint64_t k) { return z[k]; }, z.size());
  INFO(c << ", missing " << missing);
  CHECK(std::abs(c.mean) < 0.2);
  CHECK(c.variance > 0.5);
  CHECK(c.variance < 1.3);
}

TEST_CASE("times to solution are those of repeated runs, with honest errors", "[calibration][mutant]") {
  constexpr double mean_time = 300, length = 400;
  const double exact = mean_time * std::log(100.0);  // an exponential search forgets: restarts cost nothing
  const auto found_in = [&](std::uint64_t run, std::size_t n) {
    Normal random(951, run);
    std::vector<double> first;
    for (std::size_t k = 0; k < n; ++k) {
      const double t = -mean_time * std::log(1 - random.uniform());
      first.push_back(t <= length && t > 0 ? t : unknown);
    }
    return time_to_solution(first, length);
  };
  for (const std::size_t n : {8, 64}) {
    const Calibration z = calibrate([&](std::uint64_t run) {
      const TimeToSolution t = found_in(run, n);
      return std::isnan(t.time.value) ? 0 : std::log(t.time.value / exact) / (t.time.error / t.time.value);
    });
    INFO(n << " runs: " << z);
    CHECK(std::abs(z.mean) < 0.5);  // the best of several restarts is a little too good
    CHECK(z.variance > 0.7);
    CHECK(z.variance < 1.4);
  }
  const Calibration mutant = calibrate([&](std::uint64_t run) {  // the mean of those that were found
    Normal random(951, run);
    double sum = 0, count = 0;
    for (int k = 0; k < 64; ++k) {
      const double t = -mean_time * std::log(1 - random.uniform());
      if (t <= length) sum += t, count += 1;
    }
    return (sum / count * std::log(100.0) - exact) / (exact / std::sqrt(count));
  });
  CHECK(std::abs(mutant.mean) > 2);

  const std::vector<double> all(20, 100.0), none(3, unknown);
  CHECK(std::isnan(time_to_solution(std::span(all).first(3), 100).time.error));
  const TimeToSolution sure = time_to_solution(all, 100);
  CHECK(sure.successes == 20);
  CHECK(sure.time.value == Approx(100 * std::log(0.01) / std::log(0.5 / 21)));
  CHECK(sure.restart == 100);
  CHECK(time_to_solution(none, 100).successes == 0);
  CHECK(std::isnan(time_to_solution(none, 100).time.value));
  CHECK_THROWS_AS(time_to_solution({}, 100), std::invalid_argument);
  CHECK_THROWS_AS(time_to_solution(all, 50), std::invalid_argument);
}
