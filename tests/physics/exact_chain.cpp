// Chains and complete graphs against closed forms, the loop over all states, published numbers and each other.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "physics/chance.hpp"
#include "physics/exact/chain.hpp"
#include "physics/exact/complete.hpp"
#include "tests/physics/brute_force.hpp"

using namespace gibbsite;

namespace {

Graph chain_graph(const std::vector<double>& J, const std::vector<double>& h) {
  std::vector<Bond> bonds;
  for (std::uint32_t i = 0; i < J.size(); ++i)
    bonds.push_back({i, static_cast<std::uint32_t>((i + 1) % h.size()), J[i]});
  return Graph(bonds, h);
}

void check_all(const std::map<std::string, double>& found, const std::map<std::string, double>& exact) {
  REQUIRE(found.size() == exact.size());
  for (const auto& [name, value] : exact) {
    CAPTURE(name);
    REQUIRE(found.contains(name));
    CHECK(found.at(name) == Approx(value).epsilon(2e-11).margin(1e-15));
  }
}

}  // namespace

TEST_CASE("the chain agrees with the loop over all states: rings and open, disordered, with and without fields") {
  Chance chance(Stream(Key(11), Purpose::test, 0, 0));
  for (const std::size_t n : {1, 2, 3, 4, 7, 10})
    for (const bool ring : {false, true})
      for (const double field : {0.0, 0.3}) {
        if (ring && n == 1) continue;
        std::vector<double> J(ring ? n : n - 1), h(n, 0.0);
        for (double& x : J) x = chance.normal();
        for (double& x : h) x = field * chance.normal();
        const Graph graph = chain_graph(J, h);
        for (const double beta : {0.0, 1e-6, 0.3, 1.0, 4.0, 20.0}) {
          CAPTURE(n, ring, field, beta);
          check_all(name_values(solve_chain(J, h, beta), beta, n, field == 0), test::brute_force(graph, beta));
        }
        const double coldest = test::brute_force(graph, 1e5).at("energy");
        CHECK(chain_ground_energy(J, h) == Approx(coldest).epsilon(1e-13));
      }
}

TEST_CASE("the uniform ring has the closed form of its two eigenvalues") {
  const std::size_t n = 1000;
  const double J = 1, h = 0.2;
  for (const double beta : {0.1, 1.0, 3.0}) {
    CAPTURE(beta);
    const double a = std::exp(beta * J) * std::cosh(beta * h);
    const double root = std::sqrt(std::exp(2 * beta * J) * std::pow(std::sinh(beta * h), 2) + std::exp(-2 * beta * J));
    const double log_z = n * std::log(a + root) + std::log1p(std::pow((a - root) / (a + root), n));
    const Thermal chain = solve_chain(std::vector<double>(n, J), std::vector<double>(n, h), beta);
    CHECK(chain.log_z == Approx(log_z).epsilon(1e-13));
    const double m =
        std::exp(2 * beta * J) * std::sinh(beta * h) * std::cosh(beta * h) /
        (std::exp(beta * J) * std::cosh(beta * h) * root);  // infinite ring; exact enough at n = 1000 but for beta = 3
    if (beta < 2) CHECK(name_values(chain, beta, n, false).at("magnetization_density") == Approx(m).epsilon(1e-10));
  }
}

TEST_CASE("the longest chain is normalised, and its susceptibility is that of the correlation function") {
  const std::size_t n = longest_magnetised_chain;
  const std::vector<double> J(n, 1.0), h(n, 0.0);
  for (const double beta : {0.0, 0.5, 2.0, 50.0}) {
    CAPTURE(beta);
    const Thermal chain = solve_chain(J, h, beta);
    double total = 0;
    for (const double p : chain.up) total += p;
    CHECK(total == Approx(1).epsilon(1e-11));
    const double t = std::tanh(beta),
                 tail = std::pow(t, static_cast<double>(n));  // sum over r of (t^r + t^{n-r}) / (1 + t^n)
    const double sum = t < 1 ? (1 + t) / (1 - t) * (1 - tail) / (1 + tail) : static_cast<double>(n);
    CHECK(name_values(chain, beta, n, true).at("magnetization_density_squared") ==
          Approx(sum / static_cast<double>(n)).epsilon(1e-9));
    if (beta <= 2) CHECK(chain.energy == Approx(-static_cast<double>(n) * t).epsilon(1e-12).margin(1e-300));
  }
  CHECK(solve_chain(std::vector<double>(n, 1.0), std::vector<double>(n + 1, 0.0), 1).up.empty());
}

TEST_CASE("a cold chain whose best state is improbable halfway through keeps its probabilities") {
  std::vector<double> J(1999, 2000.0), h(2000, 1.0);
  std::fill(h.begin() + 1000, h.end(), -10.0);
  J[1500] = -1;
  const Thermal chain = solve_chain(J, h, 50);
  CHECK(chain_ground_energy(J, h) == -(1998 * 2000.0 - 1) - 9000);
  CHECK(chain.energy == Approx(chain_ground_energy(J, h)).epsilon(1e-14));
  double total = 0;
  for (const double p : chain.up) total += p;
  CHECK(total == Approx(1).epsilon(1e-11));
}

TEST_CASE("a chain refuses a wrong number of couplings") {
  CHECK_THROWS_AS(solve_chain(std::vector<double>(3), std::vector<double>(5), 1), std::invalid_argument);
  CHECK_THROWS_AS(solve_chain(std::vector<double>(1), std::vector<double>(1), 1), std::invalid_argument);
  CHECK_THROWS_AS(chain_ground_energy(std::vector<double>{}, std::vector<double>{}), std::invalid_argument);
}

TEST_CASE("the complete graph agrees with the loop over all states") {
  for (const std::size_t n : {1, 2, 3, 8, 11})
    for (const double J : {1.0, -0.7})
      for (const double h : {0.0, 0.25}) {
        std::vector<Bond> bonds;
        for (std::uint32_t i = 0; i < n; ++i)
          for (std::uint32_t j = i + 1; j < n; ++j) bonds.push_back({i, j, J / static_cast<double>(n)});
        const Graph graph(bonds, std::vector<double>(n, h));
        for (const double beta : {0.0, 0.5, 1.0, 3.0, 30.0}) {
          CAPTURE(n, J, h, beta);
          check_all(name_values(average_levels(complete_graph_levels(n, J, h), n, beta), beta, n, h == 0),
                    test::brute_force(graph, beta));
        }
      }
}

TEST_CASE("the complete graph agrees with Curie-Weiss, whose energy lacks the constant 1/2") {
  const auto levels = complete_graph_levels(100, 1, 0);
  const std::vector<std::pair<double, double>> curie_weiss{
      {0.5, 69.658855239859}, {1, 70.786276763689}, {1.5, 81.790687628918}};
  for (const auto& [K, log_z] : curie_weiss)
    CHECK(average_levels(levels, 100, K).log_z == Approx(log_z - K / 2).margin(6e-13));
  const Thermal large =
      average_levels(complete_graph_levels(60'000, 1, 0), 60'000, 0.5);  // 1/2 ln of 1/(1 - K) at K < 1
  CHECK(large.log_z == Approx(60'000 * std::numbers::ln2 - 0.25 - std::log(0.5) / 2).margin(1e-4));
}
