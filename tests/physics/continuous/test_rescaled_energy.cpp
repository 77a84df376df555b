// Energies in units of their coordinates: the same Z, and gradients to match.
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/rescaled_energy.hpp"
#include "physics/exact/quadrature.hpp"

using namespace gibbsite;

TEST_CASE("an energy in units of its coordinates has its Z, its means and gradients by the chain rule") {
  const auto model = std::make_shared<const GaussianMixture>(std::vector<double>{2, 7, 3, 5},
                                                             std::vector<double>{0.3, 0.7}, std::vector<double>{0.4});
  const RescaledEnergy energy(model, {2.5, 6}, {0.5, 1.2});
  const auto answers = quadrature(energy, ContinuousReference::gaussian(0, 1), std::vector<double>{0.5, 1}, 1e9);
  REQUIRE(std::holds_alternative<ExactAnswers>(answers));
  const auto& at = std::get<ExactAnswers>(answers).at;
  CHECK(std::abs(at[1].values.at("log_z")) < 1e-8);  // that of a density; without the Jacobian ln(0.5 x 1.2)
  CHECK(at[1].values.at("x_mean") == Approx((0.3 * 4.5 + 0.7 * 4)).epsilon(1e-8));
  const std::vector<double> y = {0.3, -0.8, 1.1, 0.4};
  std::vector<double> e(2), gradient(4), up(2), down(2), own(2);
  energy.evaluate(y, e, gradient);
  for (std::size_t i = 0; i < 4; ++i) {
    constexpr double h = 1e-5;
    std::vector<double> a = y, b = y;
    a[i] += h, b[i] -= h;
    energy.evaluate(a, up, {});
    energy.evaluate(b, down, {});
    CHECK(gradient[i] == Approx((up[i / 2] - down[i / 2]) / (2 * h)).epsilon(1e-7));
  }
  const std::vector<double> x = {2.5 + 0.5 * 0.3, 6 - 1.2 * 0.8, 2.5 + 0.5 * 1.1, 6 + 1.2 * 0.4};
  model->evaluate(x, own, {});
  for (std::size_t s = 0; s < 2; ++s) CHECK(e[s] == Approx(own[s] - std::log(0.5 * 1.2)).epsilon(1e-12));
  std::vector<double> ordered(2);
  energy.set_ordered(ordered);
  CHECK(ordered[0] == Approx(1).epsilon(1e-12));
  CHECK_THROWS_AS(RescaledEnergy(model, {0, 0}, {1, 0}), std::invalid_argument);
  CHECK_THROWS_AS(RescaledEnergy(model, {0}, {1}), std::invalid_argument);
}
