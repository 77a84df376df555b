#include "estimators/autocorrelation.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "estimators/autocovariance.hpp"
#include "estimators/blocking.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

struct Case {
  double tau;
  std::size_t chains;
  double length;  // n / tau of one chain
};
std::vector<double> series(const Case& k, std::uint64_t run) {
  Normal normal(101, run);
  return ar1(normal, k.tau, k.chains, static_cast<std::size_t>(k.length * k.tau));
}

}  // namespace

TEST_CASE("autocovariances summed directly and by Fourier transform are the same") {
  for (const std::size_t n : {1001, 20'001, 70'001}) {  // no segments; of 3072 draws; of 3072 and 24576
    Normal normal(1, 0);
    const auto x = ar1(normal, 30, 3, n);
    Autocovariance gamma({x, 3}, 0.1);
    for (const std::size_t lag : {0, 1, 63, 64, 65, 200, 500, 1023, 1024, 5000, 8191, 8192, 10'000, 35'000}) {
      if (lag > gamma.max_lag()) continue;
      double sum = 0;
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i + lag < n; ++i) sum += (x[c * n + i] - 0.1) * (x[c * n + i + lag] - 0.1);
      INFO(n << " draws, lag " << lag);
      CHECK(gamma(lag) == Approx(sum / static_cast<double>(3 * (n - lag))).margin(1e-12));
    }
  }
}

TEST_CASE("autocorrelation times of AR(1) series are found by both windows, within their errors") {
  for (const double tau : {0.5, 2.0, 10.0, 100.0}) {
    const Windowing windowing[] = {{}, {Window::madras_sokal, 6}};
    double sum[2] = {}, squares[2] = {};
    for (std::uint64_t run = 0; run < 32; ++run) {
      const auto x = series({tau, 2, 1000}, run);
      for (std::size_t k = 0; k < 2; ++k) {
        const Autocorrelation a = autocorrelation({x, 2}, windowing[k]);
        sum[k] += a.tau / 32;
        squares[k] += std::pow((a.tau - tau) / a.tau_error, 2) / 32;
        CHECK(a.window_closed);
      }
    }
    for (std::size_t k = 0; k < 2; ++k) {
      INFO("tau " << tau << " measured as " << sum[k] << ", mean z^2 " << squares[k]);
      CHECK(sum[k] == Approx(tau).epsilon(0.05));
      CHECK(squares[k] < 2);  // eq. 42 is a first-order error
    }
  }
}

TEST_CASE("the error of a mean is honest", "[calibration]") {
  for (const Case& k : {Case{0.5, 1, 2000},
                        {0.5, 4, 400},
                        {2, 1, 100},
                        {2, 8, 100},
                        {10, 1, 50},
                        {10, 2, 50},
                        {10, 8, 50},
                        {30, 4, 200}}) {
    const Calibration z = calibrate([&](std::uint64_t run) {
      return z_score(estimate_mean({series(k, run), k.chains}), 0);
    });
    INFO("tau " << k.tau << ", chains " << k.chains << ", n / tau " << k.length << ": " << z);
    CHECK(z.honest());
  }
}

TEST_CASE("the error of a mean is honest on long series", "[calibration][long]") {
  for (const double tau : {0.5, 3.0, 30.0, 100.0})
    for (const std::size_t chains : {1, 2, 3, 8})
      for (const double length : {50.0, 200.0, 1000.0}) {
        const Case k{tau, chains, length};
        const Calibration z = calibrate([&](std::uint64_t run) {
          return z_score(estimate_mean({series(k, run), chains}), 0);
        });
        INFO("tau " << tau << ", chains " << chains << ", n / tau " << length << ": " << z);
        CHECK(std::abs(z.mean) * 32 < sidak_threshold(48));
        CHECK(z.variance > 0.75);
        CHECK(z.variance < 1.25);
      }
}

TEST_CASE("errors that ignore correlation, or the bias of the subtracted mean, are found out",
          "[calibration][mutant]") {
  const Case k{5, 2, 200};
  const auto dishonest = [&](auto&& error) {
    return !calibrate([&](std::uint64_t run) {
              const auto x = series(k, run);
              return mean(x) / error(autocorrelation({x, k.chains}), static_cast<double>(x.size()));
            }).honest();
  };
  CHECK(!dishonest([](const Autocorrelation& a, double) { return a.error; }));
  CHECK(dishonest([](const Autocorrelation& a, double n) { return std::sqrt(a.variance / n); }));  // tau ignored
  CHECK(dishonest(
      [](const Autocorrelation& a, double n) { return std::sqrt(a.tau * a.variance / n); }));  // tau without its 2
  CHECK(
      dishonest([](const Autocorrelation& a, double n) { return std::sqrt((2 * a.tau + 1) * a.variance / n * 1.3); }));
}

TEST_CASE("chains that disagree give the error, not the Gamma method") {
  const std::size_t chains = 8, draws = 1000;
  std::size_t found = 0;
  const auto z_of = [&](bool within) {
    return calibrate([&](std::uint64_t run) {
      Normal normal(103, run);
      auto x = ar1(normal, 2, chains, draws);
      for (std::size_t c = 0; c < chains; ++c) {
        const double offset = 0.4 * normal();
        for (std::size_t t = 0; t < draws; ++t) x[c * draws + t] += offset;
      }
      const Autocorrelation a = autocorrelation({x, chains});
      found += a.chains_disagree;
      return a.mean / (within ? std::sqrt(2 * a.tau * a.variance / static_cast<double>(x.size())) : a.error);
    });
  };
  const Calibration honest = z_of(false);
  INFO(honest);
  CHECK(found > 900);
  CHECK(honest.honest());
  CHECK_FALSE(z_of(true).honest());
}

TEST_CASE("series that alternate have small errors, but never none") {
  for (const double a : {-0.3, -0.6}) {
    const double tau = 0.5 * (1 + a) / (1 - a);
    const Calibration z = calibrate([&](std::uint64_t run) {
      Normal normal(104, run);
      return z_score(estimate_mean({ar1(normal, tau, 2, 2000), 2}), 0);
    });
    INFO("rho(1) = " << a << ": " << z);
    CHECK(std::abs(z.mean) * 32 < sidak_threshold(2));
    CHECK(z.variance > 0.7);
    CHECK(z.variance < 1.2);
  }
  std::vector<double> flip(1000);
  for (std::size_t t = 0; t < flip.size(); ++t) flip[t] = t % 2 == 0 ? 1 : -1;
  CHECK(estimate_mean({flip}).error > 0.01);
}

TEST_CASE("what a series cannot tell stays unknown") {
  const std::vector<double> constant(100, 3.5);
  const Estimate e = estimate_mean({constant, 4});
  CHECK(e.value == 3.5);
  CHECK(std::isnan(e.error));
  CHECK(std::isnan(e.tau));
  CHECK(std::isnan(e.ess));
  CHECK(std::isnan(e.rhat));
  const std::vector<double> one{2.0};
  CHECK(std::isnan(estimate_mean({one}).error));

  std::vector<double> drift(400);  // never forgets: no window
  for (std::size_t t = 0; t < drift.size(); ++t) drift[t] = static_cast<double>(t);
  CHECK(autocorrelation({drift}).error > 50);

  Normal normal(105, 0);  // one draw per chain: independent numbers
  std::vector<double> draws(400);
  for (double& v : draws) v = normal();
  CHECK(estimate_mean({draws, 400}).error == Approx(0.05).epsilon(0.15));
}

TEST_CASE("series that make no sense are refused") {
  const std::vector<double> x{1, 2, 3}, bad{1, std::nan("")}, none;
  CHECK_THROWS_AS(autocorrelation({x, 2}), std::invalid_argument);
  CHECK_THROWS_AS(autocorrelation({x, 0}), std::invalid_argument);
  CHECK_THROWS_AS(autocorrelation({none}), std::invalid_argument);
  CHECK_THROWS_WITH(autocorrelation({bad}), Catch::Contains("chain 0, draw 1"));
  CHECK_THROWS_AS(autocorrelation({x}, {Window::gamma, 0}), std::invalid_argument);
}

TEST_CASE("blocking agrees with the Gamma method, and with known errors") {
  for (const double tau : {0.5, 5.0, 40.0}) {
    double ratio = 0, exact = 0;
    for (std::uint64_t run = 0; run < 32; ++run) {
      const auto x = series({tau, 4, 2000}, run);
      const Blocking b = blocking({x, 4});
      CHECK(b.mean == Approx(mean(x)));
      CHECK(b.plateau_reached);
      ratio += b.error / estimate_mean({x, 4}).error / 32;
      exact += b.error / std::sqrt(2 * tau / static_cast<double>(x.size())) / 32;
    }
    INFO("tau " << tau);
    CHECK(ratio == Approx(1).epsilon(0.12));
    CHECK(exact == Approx(1).epsilon(0.12));
  }
}

TEST_CASE("blocking calibrates on long series, and its first level does not", "[calibration][mutant]") {
  const auto z_of = [&](bool plateau) {
    return calibrate([&](std::uint64_t run) {
      const auto x = series({4, 2, 2000}, run);
      const Blocking b = blocking({x, 2});
      return b.mean / (plateau ? b.error : b.levels[0].error);
    });
  };
  const Calibration z = z_of(true);
  INFO(z);
  CHECK(z.honest());
  CHECK_FALSE(z_of(false).honest());

  const std::vector<double> constant(64, 1.0);
  CHECK(std::isnan(blocking({constant}).error));
  std::vector<double> drift(512);
  for (std::size_t t = 0; t < drift.size(); ++t) drift[t] = static_cast<double>(t);
  CHECK_FALSE(blocking({drift}).plateau == 0);
  CHECK_THROWS_AS(blocking({constant, 7}), std::invalid_argument);
}
