/// Order parameters that no one named.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "estimators/order_parameter.hpp"
#include "physics/chance.hpp"

using namespace gibbsite;

TEST_CASE("the principal direction is the one that varies most, up to noise beside it") {
  std::vector<double> z;
  for (std::size_t s = 0; s < 500; ++s) {
    Chance chance(Stream(Key(1), Purpose::test, 3, s));
    const double large = 3 * chance.normal(), small = 0.1 * chance.normal();
    z.push_back(0.6 * large - 0.8 * small + 5);
    z.push_back(0.8 * large + 0.6 * small - 2);
  }
  const std::vector<double> m = along_principal_direction(z, 2);
  for (std::size_t s = 0; s < 500; s += 50) CHECK(m[s] == Approx(0.6 * z[2 * s] + 0.8 * z[2 * s + 1]).margin(0.02));
}

TEST_CASE("an order curve has the Binder cumulants of what was drawn: two wells, a gaussian") {
  constexpr std::size_t chains = 12, draws = 400, betas = 2;
  std::vector<double> m;
  for (std::size_t t = 0; t < draws; ++t)
    for (std::size_t c = 0; c < chains; ++c) {
      Chance chance(Stream(Key(2), Purpose::test, t, c));
      m.push_back(7 + (chance.uniform() < 0.5 ? -1 : 1));  // its mean is taken off
      m.push_back(chance.normal());
    }
  const GlassCurve curve = order_curve(m, chains, betas);
  const Estimate wells = binder_over_samples(curve.squares[0], curve.binders[0]),
                 gaussian = binder_over_samples(curve.squares[1], curve.binders[1]);
  CHECK(average_over_samples(curve.squares[0]).value == Approx(1).margin(1e-3));
  CHECK(wells.value == Approx(2.0 / 3).margin(2e-3));
  CHECK(std::abs(gaussian.value) < 4 * gaussian.error);
  CHECK(gaussian.error < 0.05);
  CHECK_THROWS_AS(order_curve(m, 7, betas), std::invalid_argument);
}
