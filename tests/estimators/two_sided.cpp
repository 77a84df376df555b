#include "estimators/two_sided.hpp"

#include <catch2/catch.hpp>

#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

TEST_CASE("forward and reverse annealing combine to an honest answer, or to none", "[calibration]") {
  struct Case {
    double sigma;
    std::size_t forward, reverse;
    bool trusted;
  };
  for (const Case k : {Case{1, 400, 400, true}, {2, 1000, 300, true}, {3, 1000, 2000, true}, {8, 1000, 1000, false}}) {
    std::size_t trusted = 0, ordered = 0;
    const double s = k.sigma, d = 3;
    const Calibration z = calibrate([&](std::uint64_t run) {
      const auto up = gaussian_weights(2 * run, k.forward, d - s * s / 2, s);
      const auto down = gaussian_weights(2 * run + 1, k.reverse, -d - s * s / 2, s);
      const TwoSided t = two_sided({up}, {down});
      trusted += t.trusted;
      ordered += t.forward.log_z.value < t.reverse.log_z.value;
      CHECK(t.overlap >= 0);
      CHECK(t.overlap <= 1);
      return z_score(t.combined, d);
    });
    INFO("sigma " << s << ", trusted " << trusted << "; " << z);
    if (k.trusted) {
      CHECK(trusted > 1020);
      CHECK(z.honest());
    } else {
      CHECK(trusted == 0);
      CHECK(ordered > 1020);  // a lower and an upper bound
      CHECK(z.variance < 1.2);
    }
  }
}

TEST_CASE("reverse particles that share a chain are counted as one family", "[calibration][mutant]") {
  const auto z_of = [](bool families) {
    return calibrate([&](std::uint64_t run) {
      Normal normal(704, run);
      std::vector<double> up(500), down(500);
      std::vector<std::size_t> chain(500);
      for (double& v : up) v = -0.5 + normal();
      for (std::size_t c = 0; c < 50; ++c) {
        const double common = normal();
        for (std::size_t i = 10 * c; i < 10 * c + 10; ++i) {
          down[i] = -0.5 + std::sqrt(0.7) * common + std::sqrt(0.3) * normal();
          chain[i] = c;
        }
      }
      return z_score(two_sided({up}, families ? ParticleWeights{down, chain, 50} : ParticleWeights{down}).combined, 0);
    });
  };
  const Calibration z = z_of(true);
  INFO(z);
  CHECK(std::abs(z.mean) * 32 < sidak_threshold(1));
  CHECK(z.variance < 1.2);
  CHECK_FALSE(z_of(false).honest());
}

TEST_CASE("forward and reverse that contradict each other are not trusted") {
  const auto up = gaussian_weights(0, 2000, 0, 0.5), down = gaussian_weights(1, 2000, 0.6, 0.5);
  const TwoSided t = two_sided({up}, {down});
  CHECK(t.forward.quality.trusted);
  CHECK(t.reverse.quality.trusted);
  CHECK(std::abs(t.z) > 4);
  CHECK_FALSE(t.trusted);
  CHECK(t.combined.error > 0.3);
}

TEST_CASE("few particles that agree are not said to be apart", "[calibration]") {
  std::size_t trusted = 0, apart = 0;
  for (std::uint64_t run = 0; run < 512; ++run) {
    const TwoSided t =
        two_sided({gaussian_weights(2 * run, 30, -0.045, 0.3)}, {gaussian_weights(2 * run + 1, 30, -0.045, 0.3)});
    trusted += t.trusted;
    apart += !t.meet;
  }
  CHECK(trusted > 502);
  CHECK(apart <= 1);
}

TEST_CASE("what a way has not seen is known from the other", "[mutant]") {
  // Forward paths: 1 in 20 carries hardly any weight, and so 1 / 20 of the mean of the way back, which never takes it.
  std::vector<double> up(1000, 0.0), down(1000, 0.0);
  for (std::size_t i = 0; i < 50; ++i) up[20 * i] = -30;
  const TwoSided t = two_sided({up}, {down});
  CHECK(t.reverse.log_z.error == Approx(-std::log(0.95)).margin(0.005));
  CHECK(log_z_from_weights({down}).log_z.error < 1e-8);  // by itself it sees perfect calm
}
