#include "estimators/free_energy.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/bennett.hpp"
#include "estimators/log_sum_exp.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

/// Replica exchange of four harmonic oscillators, log_weight = -lambda r^2 / 2, so ln Z(lambda) = -2 ln lambda + const.
/// Each sweep moves every coordinate by AR(1), and then neighbours exchange, odd pairs after even ones.
struct Oscillators {
  static constexpr std::size_t points = 5, pairs = points - 1, chains = 2, draws = 2000;
  static constexpr double lambda[points] = {1, 1.6, 2.5, 4, 6.4};
  std::vector<double> up, down;

  explicit Oscillators(std::uint64_t run) {
    Normal normal(601, run);
    const double a = 0.7, b = std::sqrt(1 - a * a);
    up.reserve(chains * draws * pairs);
    down.reserve(chains * draws * pairs);
    for (std::size_t c = 0; c < chains; ++c) {
      double x[points][4], r2[points];
      for (std::size_t k = 0; k < points; ++k)
        for (double& v : x[k]) v = normal() / std::sqrt(lambda[k]);
      for (std::size_t t = 0; t < draws; ++t) {
        for (std::size_t k = 0; k < points; ++k) {
          r2[k] = 0;
          for (double& v : x[k]) {
            v = a * v + b * normal() / std::sqrt(lambda[k]);
            r2[k] += v * v;
          }
        }
        for (std::size_t k = t % 2; k < pairs; k += 2)
          if (normal.uniform() < std::exp((lambda[k + 1] - lambda[k]) * (r2[k + 1] - r2[k]) / 2)) {
            std::swap(x[k], x[k + 1]);
            std::swap(r2[k], r2[k + 1]);
          }
        for (std::size_t k = 0; k < pairs; ++k) {
          up.push_back(-(lambda[k + 1] - lambda[k]) * r2[k] / 2);
          down.push_back((lambda[k + 1] - lambda[k]) * r2[k + 1] / 2);
        }
      }
    }
  }
  LadderRatios ratios() const { return {up, down, chains, pairs}; }
  static double exact(std::size_t k) { return -2 * std::log(lambda[k] / lambda[0]); }
};

using Route = LadderFreeEnergy (*)(const LadderRatios&);

/// The wrong way: every pair by itself, variances added.
double error_of_added_variances(const Oscillators& o, Route route) {
  double sum = 0;
  for (std::size_t k = 0; k < Oscillators::pairs; ++k) {
    std::vector<double> up, down;
    for (std::size_t i = k; i < o.up.size(); i += Oscillators::pairs) {
      up.push_back(o.up[i]);
      down.push_back(o.down[i]);
    }
    sum += std::pow(route({up, down, Oscillators::chains, 1}).log_z[1].error, 2);
  }
  return std::sqrt(sum);
}

/// n draws of up and down between two Gaussians at distance s: up ~ N(d - s^2/2, s^2), down ~ N(-d - s^2/2, s^2), ln
/// Z1/Z0 = d.
struct Gaussians {
  std::vector<double> up, down;
  Gaussians(std::uint64_t run, double d, double s, std::size_t n) : up(n), down(n) {
    Normal normal(602, run);
    for (double& v : up) v = d - s * s / 2 + s * normal();
    for (double& v : down) v = -d - s * s / 2 + s * normal();
  }
};

/// Gaussian energies of variance 1, E ~ N(-beta, 1), at four betas: quick and far apart below, slow and close together
/// above. ln Z(beta) - ln Z(0) = beta^2 / 2.
struct SlowTop {
  static constexpr double beta[] = {0, 0.5, 0.55, 0.6};
  static constexpr std::size_t draws = 8000;
  std::vector<double> up, down;

  explicit SlowTop(std::uint64_t run) {
    Normal normal(604, run);
    std::vector<double> energy[4];
    for (std::size_t k = 0; k < 4; ++k) {
      energy[k] = ar1(normal, k < 2 ? 0.5 : 100, 1, draws);
      for (double& e : energy[k]) e -= beta[k];
    }
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t k = 0; k < 3; ++k) {
        up.push_back(-(beta[k + 1] - beta[k]) * energy[k][t]);
        down.push_back((beta[k + 1] - beta[k]) * energy[k + 1][t]);
      }
  }
};

}  // namespace

TEST_CASE("a slow pair that hides in the noise of quick ones is remembered; its sum alone does not show it",
          "[calibration][mutant]") {
  std::vector<double> z, forgetful;
  for (std::uint64_t run = 0; run < 256; ++run) {
    const SlowTop s(run);
    const LadderFreeEnergy f = bennett_ladder({s.up, s.down, 1, 3});
    z.push_back(normal_z(f.log_z[3], 0.18));
    // The same influence, to first order, with a window that its own correlations close.
    std::vector<double> influence(SlowTop::draws);
    for (std::size_t t = 0; t < influence.size(); ++t)
      for (std::size_t k = 0; k < 3; ++k) influence[t] += (s.up[3 * t + k] - s.down[3 * t + k]) / 2;
    forgetful.push_back((f.log_z[3].value - 0.18) / estimate_mean({influence}).error);
  }
  const auto scores = [](const std::vector<double>& of) {
    return calibrate([&](std::uint64_t run) { return of[run]; }, of.size());
  };
  INFO(scores(z) << "; without memory: " << scores(forgetful));
  CHECK(std::abs(scores(z).mean) * 16 < sidak_threshold(2));
  CHECK(scores(z).variance > 0.7);  // of 256 standard normal numbers: outside once in 2,000
  CHECK(scores(z).variance < 1.35);
  CHECK(scores(forgetful).variance > 1.5);
}

TEST_CASE("a stepping stone on a wide step has an honest error; one from the median's neighbourhood is too large",
          "[calibration][mutant]") {
  // 20 free spins in a field 1: energies whose tails end, as those of lattices do.
  constexpr std::size_t spins = 20, draws = 2000;
  constexpr double step = 0.35;
  const double exact = spins * std::log(std::cosh(step));
  std::vector<double> z, guessed;
  for (std::uint64_t run = 0; run < 512; ++run) {
    Normal normal(605, run);
    std::vector<double> up(draws), down(draws);
    const auto energy = [&](double beta) {
      double e = 0;
      for (std::size_t i = 0; i < spins; ++i) e += normal.uniform() < 1 / (1 + std::exp(2 * beta)) ? 1 : -1;
      return e;
    };
    for (double& u : up) u = -step * energy(0);
    for (double& d : down) d = step * energy(step);
    const LadderFreeEnergy f = stepping_stone({up, down, 1, 1}), alone = stepping_stone({up, {}, 1, 1});
    CHECK(f.trusted(1));
    z.push_back(z_score(f.log_z[1], exact));
    guessed.push_back(z_score(alone.log_z[1], exact));
  }
  const auto scores = [](const std::vector<double>& of) {
    return calibrate([&](std::uint64_t run) { return of[run]; }, of.size());
  };
  INFO(scores(z) << "; from one side: " << scores(guessed));
  CHECK(scores(z).variance > 0.75);  // of 512 standard normal numbers: outside once in 16,000
  CHECK(scores(z).variance < 1.25);
  CHECK(scores(guessed).variance < 0.75);
}

TEST_CASE("a side that never left the wrong valley is found out by the other") {
  // Two levels, 0 and 1: at 0 beta both alike, at beta = 3 one in 21 draws is excited. The cold side saw level 1 alone.
  constexpr double step = 3;
  Normal normal(606, 0);
  std::vector<double> up, down, added;
  for (std::size_t t = 0; t < 1000; ++t) {
    up.push_back(normal.uniform() < 0.5 ? -step : 0);
    down.push_back(step);
    added.insert(added.end(), {0, step});
  }
  const double exact = std::log((1 + std::exp(-step)) / 2);
  const LadderFreeEnergy f = bennett_ladder({up, down, 1, 1, 0, added});
  CHECK(std::abs(z_score(f.log_z[1], exact)) < 3);
  CHECK(std::abs(z_score(f.sum[1], exact + step / (1 + std::exp(step)))) < 3);
}

TEST_CASE(
    "where the energy of a point never changed, ln Z + beta E has the error of ln Z and of an energy from elsewhere") {
  Normal normal(607, 0);
  std::vector<double> up, down, added;
  for (std::size_t t = 0; t < 1000; ++t) {
    const double e = normal.uniform() < 0.3 ? -1 : 0;
    up.insert(up.end(), {-2 * e, -3 * -1.0});
    down.insert(down.end(), {2 * -1.0, 3 * -1.0});
    added.insert(added.end(), {0, -2, -5});
  }
  LadderRatios ratios{up, down, 1, 2, 0, added};
  const std::vector<double> elsewhere = {0, 0.25, 0.5};
  for (const auto& route : {stepping_stone, bennett_ladder}) {
    ratios.added_error = {};
    const LadderFreeEnergy without = route(ratios);
    ratios.added_error = elsewhere;
    const LadderFreeEnergy f = route(ratios);
    for (std::size_t k = 1; k <= 2; ++k) {
      REQUIRE(f.log_z[k].error > 0);
      CHECK(f.sum[k].error >= std::hypot(f.log_z[k].error, elsewhere[k]) * (1 - 1e-12));
      CHECK((std::isnan(without.sum[k].error) || without.sum[k].error >= f.log_z[k].error * (1 - 1e-12)));
    }
  }
  const std::vector<double> few = {0, 1};
  ratios.added_error = few;
  CHECK_THROWS_AS(stepping_stone(ratios), std::invalid_argument);
}

TEST_CASE("ln Z along a tempering ladder has an honest error by both routes; added variances and forgotten tau do not",
          "[calibration][mutant]") {
  constexpr std::size_t top = Oscillators::pairs;
  constexpr Route route[] = {&stepping_stone, &bennett_ladder};
  std::vector<double> z[2][top], added[2], independent[2];
  for (std::uint64_t run = 0; run < 1024; ++run) {
    const Oscillators o(run);
    for (std::size_t r = 0; r < 2; ++r) {
      const LadderFreeEnergy f = route[r](o.ratios());
      CHECK(f.trusted(top));
      CHECK(f.log_z[0].error == 0);
      for (std::size_t k = 0; k < top; ++k) z[r][k].push_back(z_score(f.log_z[k + 1], Oscillators::exact(k + 1)));
      added[r].push_back(z[r][top - 1].back() * f.log_z[top].error / error_of_added_variances(o, route[r]));
      independent[r].push_back(z[r][top - 1].back() * std::sqrt(2 * f.log_z[top].tau));
    }
  }
  const auto calibrated = [](const std::vector<double>& scores) {
    return calibrate([&](std::uint64_t run) { return scores[run]; });
  };
  for (std::size_t r = 0; r < 2; ++r) {
    for (std::size_t k = 0; k < top; ++k) {
      const Calibration c = calibrated(z[r][k]);
      INFO((r == 0 ? "stepping stone" : "Bennett") << ", point " << k + 1 << ": " << c);
      CHECK(std::abs(c.mean) * 32 < sidak_threshold(2 * top));
      CHECK(c.variance > 0.8);
      CHECK(c.variance < 1.2);
    }
    INFO((r == 0 ? "stepping stone" : "Bennett") << ", variances added: " << calibrated(added[r]));
    CHECK_FALSE(calibrated(added[r]).honest());
    CHECK_FALSE(calibrated(independent[r]).honest());
  }
}

TEST_CASE("the entropy has the error of one influence; the sum of two errors is found out", "[calibration][mutant]") {
  constexpr std::size_t points = Oscillators::points, pairs = Oscillators::pairs;
  constexpr Route route[] = {&stepping_stone, &bennett_ladder};
  for (std::size_t r = 0; r < 2; ++r) {
    std::vector<double> z[points], summed[points];
    for (std::uint64_t run = 0; run < 512; ++run) {
      const Oscillators o(run);
      std::vector<double> energy(o.up.size() / pairs * points);  // lambda r^2 / 2, of mean 2 at every lambda
      for (std::size_t t = 0; t < o.up.size() / pairs; ++t)
        for (std::size_t k = 0; k < points; ++k) {
          const std::size_t pair = std::min(k, pairs - 1);
          const double ratio = k < pairs ? -o.up[t * pairs + pair] : o.down[t * pairs + pair];
          energy[t * points + k] =
              Oscillators::lambda[k] * ratio / (Oscillators::lambda[pair + 1] - Oscillators::lambda[pair]);
        }
      LadderRatios ratios = o.ratios();
      ratios.added = energy;
      const LadderFreeEnergy f = route[r](ratios);
      REQUIRE(f.sum.size() == points);
      for (std::size_t k = 0; k < points; ++k) {
        std::vector<double> own;
        for (std::size_t i = k; i < energy.size(); i += points) own.push_back(energy[i]);
        z[k].push_back(z_score(f.sum[k], (k == 0 ? 0 : Oscillators::exact(k)) + 2));
        summed[k].push_back(z[k].back() * f.sum[k].error /
                            (f.log_z[k].error + estimate_mean({own, Oscillators::chains}).error));
      }
    }
    for (std::size_t k = 0; k < points; ++k) {
      const auto scores = [&](const std::vector<double>& of) {
        return calibrate([&](std::uint64_t run) { return of[run]; }, of.size());
      };
      INFO((r == 0 ? "stepping stone" : "Bennett")
           << ", point " << k << ": " << scores(z[k]) << "; errors summed: " << scores(summed[k]));
      CHECK(std::abs(scores(z[k]).mean) * std::sqrt(512.0) < sidak_threshold(2 * points));
      CHECK(scores(z[k]).variance > 0.75);  // of 512 standard normal numbers: outside once in 16,000
      CHECK(scores(z[k]).variance < 1.25);
      if (k > 0) CHECK(scores(summed[k]).variance < 0.75);
    }
  }
}

TEST_CASE("little overlap is reported, and its error covers the truth", "[calibration]") {
  for (const double s : {0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 20.0}) {
    std::size_t covered[2] = {}, trusted[2] = {}, confident_and_wrong[2] = {};
    double squares[2] = {};
    const std::size_t runs = 256;
    for (std::uint64_t run = 0; run < runs; ++run) {
      const Gaussians g(run, 3, s, 1000);
      const LadderFreeEnergy routes[] = {stepping_stone({g.up, g.down, 1, 1}), bennett_ladder({g.up, g.down, 1, 1})};
      for (std::size_t r = 0; r < 2; ++r) {
        const double z = z_score(routes[r].log_z[1], 3);
        covered[r] += std::abs(z) < 2;
        trusted[r] += routes[r].trusted(1);
        confident_and_wrong[r] += routes[r].trusted(1) && std::abs(z) > 4.5;
        squares[r] += z * z / static_cast<double>(runs);
      }
    }
    for (std::size_t r = 0; r < 2; ++r) {
      INFO((r == 0 ? "stepping stone" : "Bennett") << ", distance " << s << ": covered " << covered[r] << ", trusted "
                                                   << trusted[r] << ", mean z^2 " << squares[r]);
      CHECK(covered[r] > 0.90 * runs);
      CHECK(squares[r] < 1.4);
      if (r == 0 && s >= 2 && s <= 5) CHECK(squares[r] > 0.5);  // the error does not hide what Bennett's ratio knows
      CHECK(confident_and_wrong[r] == 0);
      if (s <= 1) CHECK(trusted[r] == runs);
      if (s >= (r == 0 ? 3 : 6)) CHECK(trusted[r] == 0);
    }
  }
}

TEST_CASE("the plain delta-method error is small and wrong without overlap", "[mutant]") {
  std::size_t wrong = 0;
  for (std::uint64_t run = 0; run < 100; ++run) {
    const Gaussians g(run, 3, 5, 1000);
    const double value = log_mean_exp(g.up);
    std::vector<double> influence(1000);
    for (std::size_t t = 0; t < 1000; ++t) influence[t] = std::exp(g.up[t] - value) - 1;
    wrong += std::abs(value - 3) > 3 * estimate_mean({influence}).error;
  }
  CHECK(wrong > 20);
}

TEST_CASE("doubts of overlap are plain sentences") {
  const Gaussians near(0, 0, 0.5, 1000), far(0, 0, 12, 1000);
  std::vector<double> up, down;
  for (std::size_t t = 0; t < 1000; ++t)
    for (const Gaussians* g : {&near, &far}) {
      up.push_back(g->up[t]);
      down.push_back(g->down[t]);
    }
  const LadderFreeEnergy f = bennett_ladder({up, down, 1, 2});
  CHECK(f.trusted(0));
  CHECK(f.trusted(1));
  CHECK_FALSE(f.trusted(2));
  CHECK(f.pair[0].fraction > 0.9);
  CHECK(f.pair[1].fraction < 0.01);
  const double lambda[] = {0, 0.5, 1.25};
  const auto warnings = overlap_warnings(f, lambda);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Catch::Contains("between beta = 0.5 and 1.25"));
  CHECK_THROWS_AS(overlap_warnings(f, std::span(lambda).first(2)), std::invalid_argument);
}

TEST_CASE("Bennett's equation is solved, whatever the size of its logarithms") {
  CHECK(bennett(std::vector<double>(10, 2.5), std::vector<double>(10, -2.5)).log_ratio == Approx(2.5));
  CHECK(bennett(std::vector<double>(10, 2.5), std::vector<double>(3, -2.5)).log_ratio == Approx(2.5));
  CHECK(bennett(std::vector<double>(10, 2.5), std::vector<double>(3, -2.5)).overlap == Approx(1));
  CHECK(bennett(std::vector<double>(5, 1e6), std::vector<double>(5, -1e6)).log_ratio == Approx(1e6));
  CHECK(bennett(std::vector<double>(5, -1e300), std::vector<double>(5, 1e300)).log_ratio == Approx(-1e300));
  const Bennett apart = bennett(std::vector<double>(5, -3000.0), std::vector<double>(5, -5000.0));
  CHECK(apart.log_ratio == Approx(1000));  // half way between the bounds -3000 and 5000
  CHECK(apart.overlap == 0);

  const Bennett half = bennett(std::vector<double>{0.0, -infinite}, std::vector<double>{0.0, 0.0});
  CHECK(half.log_ratio == Approx(-std::log(2.0)).epsilon(1e-9));
  CHECK(bennett(std::vector<double>{-infinite}, std::vector<double>{0.0}).log_ratio == -infinite);
  CHECK(bennett(std::vector<double>{0.0}, std::vector<double>{-infinite}).log_ratio == infinite);
  CHECK(std::isnan(bennett(std::vector<double>{-infinite}, std::vector<double>{-infinite}).log_ratio));
  CHECK_THROWS_AS(bennett(std::vector<double>{infinite}, std::vector<double>{0.0}), std::invalid_argument);
  CHECK_THROWS_AS(bennett({}, std::vector<double>{0.0}), std::invalid_argument);

  for (const double s : {0.1, 1.0, 4.0, 30.0}) {  // the equation itself, and the derivative it implies
    const Gaussians g(1, 7, s, 200);
    const double c = bennett(g.up, g.down).log_ratio;
    double balance = 0, slope = 0;
    for (const double u : g.up)
      balance += 1 / (1 + std::exp(c - u)), slope += 0.25 / std::pow(std::cosh((u - c) / 2), 2);
    for (const double d : g.down)
      balance -= 1 / (1 + std::exp(-c - d)), slope += 0.25 / std::pow(std::cosh((d + c) / 2), 2);
    CHECK(std::abs(balance) <= 1e-9 * slope);
  }
}

TEST_CASE("ladders with states of no weight, and ladders that make no sense") {
  const std::vector<double> never(100, -infinite), zero(100, 0.0);
  const LadderFreeEnergy lost = stepping_stone({never, {}, 1, 1});
  CHECK(lost.log_z[1].value == -infinite);
  CHECK(std::isinf(lost.log_z[1].error));
  CHECK_FALSE(lost.trusted(1));
  CHECK(std::isinf(bennett_ladder({never, zero, 1, 1}).log_z[1].error));

  Normal normal(603, 0);  // a quarter of the states has no weight: ln Z1/Z0 = ln 3/4
  std::vector<double> some(4000);
  for (double& v : some) v = normal.uniform() < 0.25 ? -infinite : 0;
  const LadderFreeEnergy f = stepping_stone({some, {}, 2, 1});
  CHECK(f.trusted(1));
  CHECK(std::abs(z_score(f.log_z[1], std::log(0.75))) < sidak_threshold(1));

  CHECK_THROWS_AS(stepping_stone({zero, {}, 1, 0}), std::invalid_argument);
  CHECK_THROWS_AS(stepping_stone({zero, {}, 3, 1}), std::invalid_argument);
  CHECK_THROWS_AS(bennett_ladder({zero, {}, 1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(stepping_stone({zero, zero, 1, 1, 0, zero}), std::invalid_argument);  // two points, one value added
  const std::vector<double> bad(100, std::nan(""));
  CHECK_THROWS_AS(stepping_stone({bad, {}, 1, 1}), std::invalid_argument);
}
