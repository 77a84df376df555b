#include "estimators/histogram.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <stdexcept>

#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

TEST_CASE("bins count what they should") {
  const std::vector<double> q{-1, -0.5, 0, 0.5, 1, 2, -3, 0.25};
  const auto edges = uniform_edges(-1, 1, 4);
  CHECK(edges == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  const auto p = histogram({q}, edges);
  REQUIRE(p.size() == 4);
  CHECK(p[0].value == Approx(0.25));
  CHECK(p[1].value == Approx(0.25));
  CHECK(p[2].value == Approx(0.5));
  CHECK(p[3].value == Approx(0.5));  // 0.5 and the closed end 1; 2 and -3 lie outside
}

TEST_CASE("every bin has an honest error", "[calibration]") {
  const double edges[] = {-1, 0, 0.5, 2};
  for (std::size_t b = 0; b < 3; ++b) {
    const double exact =
        (std::erf(edges[b + 1] / std::sqrt(2.0)) - std::erf(edges[b] / std::sqrt(2.0))) / 2 / (edges[b + 1] - edges[b]);
    const auto z_of = [&](bool gamma) {
      return calibrate([&](std::uint64_t run) {
        Normal normal(501, run);
        const auto p = histogram({ar1(normal, 5, 2, 2500), 2}, std::span(edges).subspan(b, 2))[0];
        return (p.value - exact) / (gamma ? p.error : p.error / std::sqrt(2 * p.tau));
      });
    };
    INFO("bin " << b << ": " << z_of(true));
    CHECK(z_of(true).honest());
    CHECK_FALSE(z_of(false).honest());
  }
}

TEST_CASE("an even distribution is known from chains whose sign never changed", "[calibration][mutant]") {
  // q = +-|q| with a sign for good: by itself one half of P(q) is 0 and the other twice too large.
  const double edges[] = {-3, -1, 0, 1, 3};
  const double exact = std::erf(1 / std::sqrt(2.0)) / 2;
  const auto z_of = [&](Symmetry symmetry) {
    return calibrate([&](std::uint64_t run) {
      Normal normal(502, run);
      auto q = ar1(normal, 2, 2, 1000);
      for (double& v : q) v = std::abs(v);
      const auto p = histogram({q, 2}, edges, {}, symmetry);
      return (p[2].value - exact) / p[2].error;
    });
  };
  const Calibration even = z_of(Symmetry::even);
  INFO(even);
  CHECK(even.honest());
  CHECK_FALSE(z_of(Symmetry::none).honest());
  const double lopsided[] = {-1, 0, 2};
  CHECK_THROWS_AS(histogram({std::vector<double>{0.1}}, lopsided, {}, Symmetry::even), std::invalid_argument);
}

TEST_CASE("a bin that no draw fell into has the error of one draw, where it is known how many are independent") {
  const std::vector<double> q(100, 0.1);
  const auto p = histogram({q}, uniform_edges(0, 2, 2), {.tau = 2});
  CHECK(p[1].value == 0);
  CHECK(p[1].error == Approx(0.04));
}

TEST_CASE("empty bins are zero with an unknown error, and bad edges are refused") {
  const std::vector<double> q{0.1, 0.2, 0.3};
  const auto p = histogram({q}, uniform_edges(0, 2, 2));
  CHECK(p[0].value == 1);
  CHECK(p[1].value == 0);
  CHECK(std::isnan(p[1].error));
  const double falling[] = {1, 0}, one[] = {1}, nan[] = {0, std::nan("")};
  CHECK_THROWS_AS(histogram({q}, falling), std::invalid_argument);
  CHECK_THROWS_AS(histogram({q}, one), std::invalid_argument);
  CHECK_THROWS_AS(histogram({q}, nan), std::invalid_argument);
  CHECK_THROWS_AS(uniform_edges(1, 1, 3), std::invalid_argument);
}
