#include "estimators/convergence.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

#include "estimators/verdict.hpp"
#include "tests/estimators/synthetic.hpp"

using namespace gibbsite;
using namespace gibbsite::synthetic;

namespace {

const std::vector<ChainStart> starts{ChainStart::hot, ChainStart::cold, ChainStart::hot, ChainStart::cold};

/// Four chains that forget their start as exp(-t / relax): so many standard deviations away at first, where hot and
/// where cold.
std::vector<double> relaxing(std::uint64_t run, double tau, std::size_t draws, double hot, double cold, double relax) {
  Normal normal(301, run);
  auto x = ar1(normal, tau, 4, draws);
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t t = 0; t < draws; ++t)
      x[c * draws + t] += (starts[c] == ChainStart::cold ? cold : hot) * std::exp(-static_cast<double>(t) / relax);
  return x;
}

std::vector<std::string> verdict_of(const std::vector<double>& x) {
  const Finding finding{"energy_density at beta = 0.44", check_convergence({x, 4}, starts)};
  return verdict({&finding, 1});
}

}  // namespace

TEST_CASE("split R-hat is 1 for chains that agree and large for chains that do not") {
  Normal normal(302, 0);
  auto x = ar1(normal, 0.5, 4, 1000);
  CHECK(split_rhat({x, 4}) == Approx(1).margin(0.01));
  for (std::size_t t = 0; t < 1000; ++t) x[t] += 2;
  CHECK(split_rhat({x, 4}) > 1.2);

  // By hand: halves {1, 3} {2, 4}: W = 2, B / n = 1/2, R-hat^2 = 1/2 + (1/2) / 2.
  const std::vector<double> four{1, 3, 2, 4}, constant(8, 1.0), step{1, 1, 2, 2};
  CHECK(split_rhat({four}) == Approx(std::sqrt(0.75)));
  CHECK(std::isnan(split_rhat({constant, 2})));
  CHECK(std::isinf(split_rhat({step})));
}

TEST_CASE("starts of many kinds are compared at once: standard normal where they agree, large where one is apart") {
  using enum ChainStart;
  const std::vector<ChainStart> kinds{hot, cold, annealed, turned, quenched};
  std::vector<double> z;
  double square = 0;
  int noticed = 0;
  constexpr std::uint64_t runs = 1024;
  for (std::uint64_t run = 0; run < runs; ++run) {
    Normal normal(310, run);
    auto x = ar1(normal, 3, 5, 400);
    z.push_back(check_convergence({x, 5}, kinds).z_starts);
    square += z.back() * z.back() / static_cast<double>(runs);
    for (std::size_t t = 0; t < 400; ++t) x[1200 + t] += 1.25;  // ten errors of a chain
    noticed += check_convergence({x, 5}, kinds).z_starts > 4;
  }
  CHECK_FALSE(largest_z(z).exceeds);
  CHECK(square > 0.8);
  CHECK(square < 1.2);
  CHECK(noticed > 1000);
  const std::vector<double> frozen{1, 1, 1, 1, 2, 2, 1, 1, 1, 1};
  CHECK(std::isinf(check_convergence({frozen, 5}, kinds).z_starts));
  // One way that saw no event stands not infinitely far from others that saw few.
  std::vector<double> rare(5 * 400, 1.0);
  for (std::size_t c = 1; c < 5; ++c)
    for (std::size_t t = 0; t < c; ++t) rare[c * 400 + 90 * t + 7] = 0;
  CHECK(std::abs(check_convergence({rare, 5}, kinds).z_starts) < 3);
}

TEST_CASE("sound runs raise no alarm: scores are standard normal far into their tails", "[calibration]") {
  struct Case {
    double tau, length;
  };
  for (const Case k : {Case{0.5, 200}, {3, 80}, {10, 100}}) {
    std::vector<double> z;
    double squares[3] = {};
    const std::size_t runs = 2048;
    for (std::uint64_t run = 0; run < runs; ++run) {
      Normal normal(303, run);
      const auto x = ar1(normal, k.tau, 4, static_cast<std::size_t>(k.tau * k.length));
      const Convergence c = check_convergence({x, 4}, starts);
      const double scores[] = {c.z_halves, c.z_starts, c.z_chains};
      for (std::size_t i = 0; i < 3; ++i) {
        z.push_back(scores[i]);
        squares[i] += scores[i] * scores[i] / static_cast<double>(runs);
      }
    }
    INFO("tau " << k.tau << ", n / tau " << k.length << ", largest " << largest_z(z).z);
    CHECK_FALSE(largest_z(z).exceeds);
    for (const double s : squares) {
      CHECK(s > 0.8);
      CHECK(s < 1.2);
    }
  }
}

TEST_CASE("scores that take errors of few degrees of freedom for exact raise false alarms", "[calibration][mutant]") {
  std::vector<double> z, exact;
  for (std::uint64_t run = 0; run < 8192; ++run) {
    Normal normal(304, run);
    const auto x = ar1(normal, 0.5, 1, 5);  // Student's t of 4 degrees of freedom: five independent numbers
    double squares = 0, sum = 0;
    for (const double v : x) sum += v / 5;
    for (const double v : x) squares += (v - sum) * (v - sum) / 20;
    exact.push_back(sum / std::sqrt(squares));
    z.push_back(normal_from_student(exact.back(), 4));
  }
  CHECK_FALSE(largest_z(z).exceeds);
  CHECK(largest_z(exact).exceeds);
}

TEST_CASE("a run that still remembers its start is found out, a sound one is not") {
  std::size_t halves = 0, from_starts = 0, sound = 0;
  const std::size_t runs = 200;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const double threshold = sidak_threshold(100);  // as one of a hundred comparisons
    halves += std::abs(check_convergence({relaxing(run, 2, 2000, 1, 1, 500), 4}, starts).z_halves) > threshold;
    from_starts += std::abs(check_convergence({relaxing(run, 2, 2000, -1, 1, 500), 4}, starts).z_starts) > threshold;
    sound += verdict_of(relaxing(run, 2, 2000, 0, 0, 1)).empty();
  }
  CHECK(halves > 0.95 * runs);
  CHECK(from_starts > 0.95 * runs);
  CHECK(sound >= runs - 3);  // each is doubted once in a thousand
}

TEST_CASE("frozen chains") {
  std::vector<double> x(400, -1.0);
  std::fill(x.begin() + 100, x.begin() + 200, 1.0);
  const Convergence c = check_convergence({x, 4}, starts);
  CHECK(std::isinf(c.z_chains));
  CHECK(std::abs(c.z_starts) > 5);
  const std::vector<double> constant(400, 1.0);
  const Convergence nothing = check_convergence({constant, 4}, starts);
  CHECK(std::isnan(nothing.z_halves));
  CHECK(std::isnan(nothing.z_starts));
  CHECK(std::isnan(nothing.z_chains));
  CHECK(std::isnan(nothing.length));
  std::vector<double> jump(400, 1.0);
  std::fill(jump.begin() + 200, jump.end(), 2.0);
  CHECK(std::isinf(check_convergence({jump}).z_halves));
  CHECK_THROWS_AS(check_convergence({jump, 4}, std::span(starts).first(3)), std::invalid_argument);
}

TEST_CASE("verdicts are plain sentences") {
  const Finding findings[] = {
      {"energy_density at beta = 0.44", {.z_halves = 6.13, .z_starts = 1, .z_chains = 1, .length = 200}},
      {"m at beta = 0.5", {.z_halves = -1, .z_starts = -7, .z_chains = 8, .length = 23}},
      {"q", {.z_halves = 0, .z_chains = 9, .length = 0}},
      {"nothing", {}}};
  const auto said = verdict(findings);
  REQUIRE(said.size() == 5);
  CHECK(said[0] ==
        "energy_density at beta = 0.44: the first and the second half of the run disagree (z = 6.1); run longer or "
        "thermalize longer");
  CHECK_THAT(said[1], Catch::Contains("m at beta = 0.5: chains that started in different ways disagree (z = -7.0)"));
  CHECK_THAT(said[2], Catch::Contains("only 23 autocorrelation times long"));
  CHECK_THAT(said[3], Catch::Contains("q: the chains disagree (z = 9.0)"));
  CHECK_THAT(said[4], Catch::Contains("longer than the run can tell"));

  const auto x = relaxing(0, 20, 600, 0, 0, 1);
  REQUIRE(verdict_of(x).size() == 1);
  CHECK_THAT(verdict_of(x)[0], Catch::Contains("autocorrelation time"));
}

TEST_CASE("more comparisons ask for larger scores") {
  std::vector<Finding> findings(1000, {"e", {.z_halves = 0.5, .length = 1000}});
  findings[7].convergence.z_halves = 4;
  CHECK(verdict(findings).empty());
  CHECK(verdict({&findings[7], 1}).size() == 1);
}
