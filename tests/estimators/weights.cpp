#include "estimators/weights.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "estimators/log_sum_exp.hpp"
#include "estimators/thermodynamics.hpp"
#include "estimators/weighted.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

/// Annealing of N(0, 1) to N(stages * step, 1), both normalised (ln Z = 0), particles moving by AR(1) at every stage,
/// in 100 groups; a group is resampled, systematically, whenever its effective share falls below `threshold` (0: never,
/// 1: always).
struct Population {
  std::vector<double> x, log_w;
  std::vector<std::size_t> family;

  static constexpr std::size_t stages = 24, groups = 100;
  static constexpr double step = 0.1, target = stages * step;

  Population(std::uint64_t run, std::size_t particles, double threshold, double memory = 0.5)
      : x(particles), log_w(particles, 0.0), family(particles) {
    Normal normal(701, run);
    for (std::size_t i = 0; i < particles; ++i) family[i] = threshold > 0 ? i * groups / particles : i;
    for (double& v : x) v = normal();
    double centre = 0;
    for (std::size_t s = 0; s < stages; ++s) {
      for (std::size_t i = 0; i < particles; ++i) log_w[i] += step * (x[i] - centre) - step * step / 2;
      centre += step;
      const std::size_t size = particles / groups;
      for (std::size_t g = 0; g < groups && threshold > 0; ++g) {
        const std::span<double> w = std::span(log_w).subspan(g * size, size);
        if (log_z_from_weights({w}).quality.ess < threshold * static_cast<double>(size))
          resample(w, std::span(x).subspan(g * size, size), normal.uniform());
      }
      for (double& v : x) v = centre + memory * (v - centre) + std::sqrt(1 - memory * memory) * normal();
    }
  }
  static void resample(std::span<double> log_w, std::span<double> x, double u) {
    const auto w = normalized({log_w});
    const double n = static_cast<double>(w.size()), mean = log_mean_exp(log_w);
    const std::vector<double> old_x(x.begin(), x.end());
    double sum = w[0];
    for (std::size_t i = 0, parent = 0; i < w.size(); ++i) {
      while (sum * n < static_cast<double>(i) + u && parent + 1 < w.size()) sum += w[++parent];
      x[i] = old_x[parent];
    }
    std::fill(log_w.begin(), log_w.end(), mean);
  }
  ParticleWeights weights() const { return {log_w, family}; }
};

}  // namespace

TEST_CASE("ln Z of Gaussian weights: an honest error, or no trust", "[calibration]") {
  struct Case {
    double sigma;
    std::size_t particles;
    bool trusted;
  };
  for (const Case k : {Case{0.3, 1000, true},
                       {1, 2000, true},
                       {1.5, 10000, true},
                       {2, 1000, false},
                       {4, 1000, false},
                       {4, 20000, false},
                       {8, 1000, false},
                       {8, 20000, false}}) {
    const std::size_t runs = k.particles > 5000 ? 256 : 1024;
    std::size_t trusted = 0, covered = 0;
    const Calibration z = calibrate(
        [&](std::uint64_t run) {
          const auto w = gaussian_weights(run, k.particles, -k.sigma * k.sigma / 2, k.sigma);
          const LogZ l = log_z_from_weights({w});
          trusted += l.quality.trusted;
          covered += std::abs(z_score(l.log_z, 0)) < 2;
          return z_score(l.log_z, 0);
        },
        runs);
    INFO("sigma " << k.sigma << ", particles " << k.particles << ", trusted " << trusted << ", covered " << covered
                  << "; " << z);
    CHECK((k.trusted ? runs - trusted : trusted) <=
          runs / 500);  // one Gaussian set in a thousand looks like one whose tail ends
    CHECK(static_cast<double>(covered) > 0.92 * static_cast<double>(runs));
    CHECK(z.variance < 1.2);
    if (k.sigma <= 1) CHECK(z.honest());
  }
}

TEST_CASE("weights whose tail ends are believed", "[calibration]") {
  // Uniform on a width of 7 (variance 4): the mean is carried by many, though the spread is that of sigma = 2.
  const double width = 7, exact = std::log(std::expm1(width) / width);
  std::size_t trusted = 0;
  const Calibration z = calibrate([&](std::uint64_t run) {
    Normal normal(703, run);
    std::vector<double> w(1000);
    for (double& v : w) v = width * normal.uniform();
    const LogZ l = log_z_from_weights({w});
    trusted += l.quality.trusted;
    return z_score(l.log_z, exact);
  });
  INFO(z);
  CHECK(trusted > 1014);
  CHECK(z.honest());
}

TEST_CASE("the plain delta method is small and wrong where few weights count", "[calibration][mutant]") {
  for (const double sigma : {2.0, 4.0, 8.0}) {
    const Calibration z = calibrate([&](std::uint64_t run) {
      const LogZ l = log_z_from_weights({gaussian_weights(run, 1000, -sigma * sigma / 2, sigma)});
      return l.log_z.value * std::sqrt(l.quality.ess);
    });
    INFO("sigma " << sigma << ": " << z);
    CHECK_FALSE(z.honest());
    CHECK(z.variance + z.mean * z.mean > 1.5);
  }
}

TEST_CASE("populations, resampled or not: ln Z and averages have honest errors over families", "[calibration]") {
  for (const double threshold : {0.0, 0.5, 1.0}) {
    std::vector<double> z[4];
    std::size_t trusted = 0;
    for (std::uint64_t run = 0; run < 1024; ++run) {
      const Population p(run, 2000, threshold);
      const LogZ l = log_z_from_weights(p.weights());
      trusted += l.quality.trusted;
      z[0].push_back(z_score(l.log_z, 0));
      z[1].push_back(z_score(weighted_mean(p.weights(), p.x), Population::target));
      z[2].push_back(z_score(specific_heat(p.weights(), p.x, {.beta = 2, .sites = 4}), 1));
      const std::span<const double> inputs[] = {p.x, p.x};
      z[3].push_back(z_score(weighted_derived(p.weights(), inputs, [](auto m) { return m[0] / (1 + m[1]); }),
                             Population::target / (1 + Population::target)));
    }
    const char* names[] = {"ln Z", "<x>", "specific heat", "<x> / (1 + <x>)"};
    for (std::size_t i = 0; i < 4; ++i) {
      const Calibration c = calibrate([&](std::uint64_t run) { return z[i][run]; });
      INFO("resampled below " << threshold << ", " << names[i] << ": " << c << "; trusted " << trusted);
      CHECK(c.variance > 0.8);
      CHECK(c.variance < 1.2);
      // Value and error of few hundred effective particles are correlated: z is off by half the skewness of a mean.
      CHECK(std::abs(c.mean) * 32 < sidak_threshold(12) + 0.15 * 32);
    }
    CHECK(trusted >= 1022);
  }
}

TEST_CASE("errors that forget families after resampling are found out", "[calibration][mutant]") {
  std::vector<double> log_z, average, honest;
  for (std::uint64_t run = 0; run < 1024; ++run) {
    const Population p(run, 4000, 1, 0.7);
    log_z.push_back(z_score(log_z_from_weights({p.log_w}).log_z, 0));
    average.push_back(z_score(weighted_mean({p.log_w}, p.x), Population::target));
    honest.push_back(z_score(weighted_mean(p.weights(), p.x), Population::target));
  }
  const auto calibrated = [](const std::vector<double>& z) {
    return calibrate([&](std::uint64_t run) { return z[run]; });
  };
  INFO("ln Z: " << calibrated(log_z) << "; <x>: " << calibrated(average) << "; with families: " << calibrated(honest));
  CHECK_FALSE(calibrated(log_z).honest());
  CHECK_FALSE(calibrated(average).honest());
  CHECK(calibrated(honest).variance > 0.8);
  CHECK(calibrated(honest).variance < 1.2);
}

TEST_CASE("averages over weights that cannot be trusted say so with their error") {
  for (const double sigma : {2.0, 3.0, 6.0}) {  // <x> under exp(sigma x) is sigma, and nobody has been there
    std::size_t covered = 0;
    for (std::uint64_t run = 0; run < 256; ++run) {
      auto x = gaussian_weights(run, 1000, 0, 1), w = x;
      for (double& v : w) v *= sigma;
      const Estimate mean = weighted_mean({w}, x);
      covered += std::isinf(mean.error) || std::abs(z_score(mean, sigma)) < 2;
    }
    CHECK(covered > 235);
  }
}

TEST_CASE("hotter populations know of states that all effective particles missed", "[calibration][mutant]") {
  // A state of probability 0.003 and x = 1 among states of x = 0 +- 0.001: 200 particles mostly see none of it.
  constexpr double rare = 0.003, hot = 0.1;
  std::size_t far = 0, far_of_mutant = 0;
  const Calibration z = calibrate([&](std::uint64_t run) {
    Normal normal(705, run);
    std::vector<double> x, log_w(200, 0.0);
    std::vector<std::vector<double>> hotter(1);
    for (int i = 0; i < 1200; ++i) {
      const bool excited = normal.uniform() < (i < 200 ? rare : hot);
      x.push_back((excited ? 1 : 0) + 0.001 * normal());
      if (i >= 200) hotter[0].push_back(std::log(excited ? rare / hot : (1 - rare) / (1 - hot)));
    }
    const double with = normal_z(weighted_mean({log_w, {}, 0, hotter}, x), rare);
    const double without = normal_z(weighted_mean({log_w}, std::span(x).first(200)), rare);
    far += std::abs(with) > 4;
    far_of_mutant += std::abs(without) > 4;
    return with;
  });
  INFO(z << "; beyond 4: " << far << ", of the mutant " << far_of_mutant);
  CHECK(far == 0);
  CHECK(z.variance < 1.3);
  CHECK(z.variance > 0.3);
  CHECK(far_of_mutant > 400);  // 0.997^200 = 55 % of the runs saw nothing
}

TEST_CASE("weights of starts of different sizes have the error of their spread, not of their sizes", "[calibration]") {
  const Calibration z = calibrate([](std::uint64_t run) {
    Normal normal(706, run);
    std::vector<double> log_w(400);
    std::vector<std::size_t> start(400);
    for (std::size_t i = 0, s = 0, left = 1; i < 400; ++i) {
      if (left-- == 0) {
        ++s;
        left = static_cast<std::size_t>(8 * normal.uniform());
      }
      start[i] = s;
      log_w[i] = -0.125 + 0.5 * normal();
    }
    return normal_z(log_z_from_weights({log_w, start}).log_z, 0);
  });
  INFO(z);
  CHECK(z.honest());
}

TEST_CASE("a few particles can be trusted where their weights are even, and say so in degrees of freedom",
          "[calibration]") {
  for (const std::size_t particles : {5, 10, 30, 50}) {
    std::size_t trusted = 0;
    const Calibration z = calibrate([&](std::uint64_t run) {
      const LogZ l = log_z_from_weights({gaussian_weights(run, particles, -0.045, 0.3)});
      trusted += l.quality.trusted;
      return normal_z(l.log_z, 0);
    });
    INFO(particles << " particles: " << z << ", trusted " << trusted);
    CHECK(trusted > 1000);
    CHECK(z.variance > 0.8);
    CHECK(z.variance < 1.2);
  }
  const std::vector<double> two(2, -3.0), zero(2, 0.0);
  CHECK(std::isnan(log_z_from_weights({two}).log_z.error));  // two equal weights have seen no spread
  CHECK(log_z_from_weights({zero}).log_z.error < 1e-8);      // the reference itself
}

TEST_CASE("effective sizes of weights") {
  const std::vector<double> equal(100, -7.0);
  const LogZ l = log_z_from_weights({equal});
  CHECK(l.log_z.value == Approx(-7));
  CHECK(l.log_z.error == Approx(0).margin(1e-8));
  CHECK(l.quality.ess == Approx(100));
  CHECK(l.quality.largest_share == Approx(0.01));

  std::vector<double> one(100, -infinite);
  one[3] = 2;
  const LogZ single = log_z_from_weights({one});
  CHECK(single.log_z.value == Approx(2 - std::log(100.0)));
  CHECK(single.quality.ess == Approx(1));
  CHECK(single.log_z.error > 1);
  CHECK_FALSE(single.quality.trusted);

  std::vector<std::size_t> family(100, 5);  // everyone descends from one
  const LogZ coalesced = log_z_from_weights({equal, family});
  CHECK(coalesced.quality.family_ess == Approx(1));
  CHECK(coalesced.quality.ess == Approx(100));
  CHECK(std::isnan(coalesced.log_z.error));
  CHECK_FALSE(coalesced.quality.trusted);
  CHECK(std::isnan(weighted_mean({equal, std::vector<std::size_t>(100, 0), 1}, equal).error));

  const std::vector<double> none(10, -infinite);
  CHECK(log_z_from_weights({none}).log_z.value == -infinite);
  CHECK(std::isinf(log_z_from_weights({none}).log_z.error));
  CHECK_THROWS_AS(weighted_mean({none}, none), std::invalid_argument);
}

TEST_CASE("weights that make no sense are refused") {
  const std::vector<double> w(4, 0.0), bad{0.0, std::nan("")}, hot{infinite};
  const std::vector<std::size_t> outside{0, 1, 2, 4}, few{0};
  CHECK_THROWS_AS(log_z_from_weights({}), std::invalid_argument);
  CHECK_THROWS_AS(log_z_from_weights({bad}), std::invalid_argument);
  CHECK_THROWS_AS(log_z_from_weights({hot}), std::invalid_argument);
  CHECK_THROWS_AS(log_z_from_weights({w, outside, 4}), std::invalid_argument);
  CHECK_THROWS_AS(log_z_from_weights({w, few}), std::invalid_argument);
  CHECK_THROWS_AS(log_z_from_weights({w, {}, 2}), std::invalid_argument);
  CHECK_THROWS_AS(weighted_mean({w}, bad), std::invalid_argument);
  CHECK_THROWS_AS(weighted_derived({w}, {}, [](auto) { return 0.0; }), std::invalid_argument);
}
