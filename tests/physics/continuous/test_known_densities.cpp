// Densities that are known: normalised, and what is drawn from them.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "physics/continuous/known_densities.hpp"

using namespace gibbsite;

namespace {

struct Named {
  std::string name;
  int midpoints;  // a side: steps of less than a deviation
  std::unique_ptr<const KnownDensity> density;
};
std::vector<Named> all_in_the_plane() {
  std::vector<Named> all;
  all.push_back({"two moons", 100, two_moons()});
  all.push_back({"rings", 160, four_rings()});
  all.push_back({"swiss roll", 100, swiss_roll()});
  all.push_back({"eight gaussians", 80, eight_gaussians()});
  all.push_back({"pinwheel", 120, pinwheel()});
  all.push_back({"checkerboard", 40, checkerboard()});
  all.push_back({"correlated", 60, correlated_gaussian()});
  return all;
}

/// The integral of p f over the square of its reach, by n x n midpoints.
double integral(const KnownDensity& density, int n, const std::function<double(double, double)>& f) {
  const double step = 2 * density.reach() / n;
  double sum = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      const double x[] = {-density.reach() + (i + 0.5) * step, -density.reach() + (j + 0.5) * step};
      if (const double log_p = density.log_density(x); log_p > -60) sum += std::exp(log_p) * f(x[0], x[1]);
    }
  return sum * step * step;
}

/// The same in rings: of the pinwheel, which is not smooth at the origin.
double integral_in_rings(const KnownDensity& density) {
  constexpr int radii = 600, angles = 240;
  const double dr = density.reach() / radii;
  double sum = 0;
  for (int i = 0; i < radii; ++i)
    for (int j = 0; j < angles; ++j) {
      const double r = (i + 0.5) * dr, angle = 2 * std::numbers::pi * j / angles;
      const double x[] = {r * std::cos(angle), r * std::sin(angle)};
      // Euler's and Maclaurin's next term of midpoints is left out: dr^2/24 of the slope at 0, of r p.
      sum += r * std::exp(density.log_density(x));
    }
  const double origin[] = {0, 0};
  return (sum * dr + angles * dr * dr / 24 * std::exp(density.log_density(origin)) * -1) * 2 * std::numbers::pi /
         angles;
}

}  // namespace

TEST_CASE("known densities are normalised, and hold what they say within their reach") {
  const auto one = [](double, double) { return 1.0; };
  for (const Named& set : all_in_the_plane()) {
    INFO(set.name);
    if (set.name == "pinwheel")
      CHECK(std::abs(integral_in_rings(*set.density) - 1) < 1e-8);
    else
      CHECK(std::abs(integral(*set.density, set.midpoints, one) - 1) < 1e-8);
    CHECK(std::fmod(set.density->reach(), 1) == 0);
  }
  const auto modes = two_modes(0.2, 5);
  CHECK(modes->dimension() == 1);
  double sum = 0;
  for (int i = 0; i < 600; ++i) {
    const double x = -modes->reach() + (i + 0.5) * modes->reach() / 300;
    sum += std::exp(modes->log_density({&x, 1})) * modes->reach() / 300;
  }
  CHECK(std::abs(sum - 1) < 1e-8);
  const double at = -5;  // 0.2 of a normal density at its mean, and what the other mode leaves there
  CHECK(modes->log_density({&at, 1}) ==
        Approx(std::log((0.2 + 0.8 * std::exp(-50)) / std::sqrt(2 * std::numbers::pi))).epsilon(1e-12));
  CHECK_THROWS_AS(two_modes(1, 5), std::invalid_argument);
  CHECK_THROWS_AS(two_modes(0.5, -1), std::invalid_argument);
}

TEST_CASE("points of a known density are drawn from it") {
  // Means of x, y, x^2, y^2, xy and of ln p over 10,000 points against quadrature: 36 comparisons, 1e-4 of false alarm.
  constexpr int points = 10'000;
  for (const Named& set : all_in_the_plane()) {
    const KnownDensity& density = *set.density;
    const std::function<double(double, double)> measures[] = {[](double x, double) { return x; },
                                                              [](double, double y) { return y; },
                                                              [](double x, double) { return x * x; },
                                                              [](double, double y) { return y * y; },
                                                              [](double x, double y) { return x * y; },
                                                              [&](double x, double y) {
                                                                const double at[] = {x, y};
                                                                return density.log_density(at);
                                                              }};
    std::vector<std::array<double, 2>> x(points);
    Chance chance(Stream(Key(7), Purpose::test, 0, 0));
    for (auto& point : x) density.draw(point, chance);
    int k = 0;
    for (const auto& measure : measures) {
      INFO(set.name << ", measure " << k);
      if (++k == 6 && set.name == "rings") continue;  // dear, and covered by the others
      double mean = 0, squares = 0;
      for (const auto& point : x) {
        const double value = measure(point[0], point[1]);
        mean += value / points;
        squares += value * value / points;
      }
      const double exact = integral(density, set.midpoints, measure);
      CHECK(std::abs(mean - exact) < 4.7 * std::sqrt(std::max(squares - mean * mean, 1e-20) / points) + 1e-6);
    }
  }
}
