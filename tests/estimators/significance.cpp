#include "estimators/significance.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;

TEST_CASE("z-scores") {
  CHECK(z_score({.value = 3, .error = 0.5}, 2) == 2);
  CHECK(z_score({.value = 3, .error = 3}, {.value = 8, .error = 4}) == -1);
  CHECK(z_score({.value = 0, .error = 0}, 0) == 0);
  CHECK(z_score({.value = 27.725887222397813, .error = 0}, 27.725887222397809) == 0);  // summed in another order
  CHECK(std::isinf(z_score({.value = 27.725887, .error = 0}, 27.725886)));
  CHECK(z_score({.value = 6931.471805599453, .error = 3e-17}, 6931.471805599454) == 0);
  CHECK(std::isnan(z_score({.value = 1}, 0)));
}

TEST_CASE("Sidak's threshold grows with the number of comparisons") {
  CHECK(sidak_threshold(1, 0.05) == Approx(1.959964));
  CHECK(sidak_threshold(1, 1e-3) == Approx(3.290527));
  CHECK(sidak_threshold(100, 1e-3) == Approx(4.41711).epsilon(1e-4));
  CHECK(sidak_threshold(0) == 0);
  CHECK_THROWS_AS(sidak_threshold(1, 0), std::invalid_argument);
  CHECK_THROWS_AS(sidak_threshold(1, std::nan("")), std::invalid_argument);
}

TEST_CASE("Sidak's threshold raises the false alarms it promises, a single-comparison threshold more") {
  std::size_t alarms = 0, naive = 0;
  const std::size_t families = 4000, comparisons = 20;
  for (std::uint64_t f = 0; f < families; ++f) {
    synthetic::Normal normal(201, f);
    std::vector<double> z(comparisons);
    for (double& v : z) v = normal();
    alarms += largest_z(z, 0.05).exceeds;
    naive += std::abs(largest_z(z, 0.05).z) > sidak_threshold(1, 0.05);
  }
  const double sigma = std::sqrt(families * 0.05 * 0.95);
  CHECK(std::abs(static_cast<double>(alarms) - families * 0.05) < sidak_threshold(1) * sigma);
  CHECK(std::abs(static_cast<double>(naive) - families * 0.05) > sidak_threshold(1) * sigma);
}

TEST_CASE("scores of few degrees of freedom become the normal numbers that are as rare") {
  CHECK(normal_from_student(2.228139, 10) == Approx(1.959964).epsilon(1e-5));
  CHECK(normal_from_student(-2.228139, 10) == Approx(-1.959964).epsilon(1e-5));
  CHECK(normal_from_student(3, 1e9) == Approx(3).epsilon(1e-6));
  CHECK(normal_from_student(std::numeric_limits<double>::infinity(), 5) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(normal_from_student(std::nan(""), 5)));
  CHECK(normal_from_fisher(4.964603, 1, 10) == Approx(1.959964).epsilon(1e-5));
  CHECK(normal_from_fisher(0, 3, 10) == 0);
}

TEST_CASE("the largest of many scores") {
  const double z[] = {1, -5, std::nan(""), 2};
  const Largest largest = largest_z(z);
  CHECK(largest.z == -5);
  CHECK(largest.index == 1);
  CHECK(largest.comparisons == 3);
  CHECK(largest.exceeds);
  CHECK_FALSE(largest_z({}).exceeds);
}
