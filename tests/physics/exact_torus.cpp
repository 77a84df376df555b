// Kaufman's torus against counted densities of states, published numbers, Onsager's limit and an independent formula.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <fstream>
#include <numbers>
#include <string>

#include "physics/exact/kaufman.hpp"
#include "physics/lattice.hpp"
#include "tests/physics/brute_force.hpp"

using namespace gibbsite;

namespace {

const double K_c = std::log(1 + std::numbers::sqrt2) / 2;

Thermal solve_one(std::size_t n, std::size_t m, double K) { return solve_torus(n, m, std::vector{K}).front(); }

/// ln of a whole number of any length, by its first 19 digits.
long double log_of(const std::string& digits) {
  const std::string head = digits.substr(0, 19);
  return std::log(std::stold(head)) +
         static_cast<long double>(digits.size() - head.size()) * std::numbers::ln10_v<long double>;
}

/// From g(-2N + 4k), relative to the ground state, so that variances keep their digits.
struct Counted {
  double log_z, energy, excitation, energy_variance;
};
Counted from_density_of_states(int L, double K) {
  std::ifstream in(GIBBSITE_SOURCE_DIR "/tests/data/density_of_states_square_" + std::to_string(L) + ".txt");
  REQUIRE(in);
  std::vector<std::pair<long double, long double>> terms;  // (excitation, ln g)
  long double level = 0;
  for (std::string digits; in >> digits; level += 4)
    if (digits != "0") terms.emplace_back(level, log_of(digits));
  REQUIRE(level == 4 * (L * L + 1));
  const long double top = [&] {
    long double most = 0;
    for (const auto& [e, log_g] : terms) most = std::max(most, log_g - K * e);
    return most;
  }();
  long double z = 0, mean = 0, variance = 0;
  for (const auto& [e, log_g] : terms) z += std::exp(log_g - K * e - top);
  for (const auto& [e, log_g] : terms) mean += std::exp(log_g - K * e - top) / z * e;
  for (const auto& [e, log_g] : terms) variance += std::exp(log_g - K * e - top) / z * (e - mean) * (e - mean);
  const long double ground = -2.0L * L * L;
  return {static_cast<double>(top + std::log(z) - K * ground), static_cast<double>(ground + mean),
          static_cast<double>(mean), static_cast<double>(variance)};
}

/// ln Z word for word from the paper, in long double, where gamma_0 may be given a wrong sign: `Absolute` is the
/// classic slip.
enum class Gamma0 { signed_, absolute };
double textbook_log_z(int n, int m, double K, Gamma0 rule) {
  const long double k = K, c = std::cosh(2 * k) / std::tanh(2 * k);
  const auto gamma = [&](int l) {
    if (l == 0) {
      const long double g = 2 * k + std::log(std::tanh(k));
      return rule == Gamma0::absolute ? std::abs(g) : g;
    }
    return std::acosh(c - std::cos(std::numbers::pi_v<long double> * l / n));
  };
  long double product[4] = {1, 1, 1, 1};
  for (int r = 0; r < n; ++r) {
    product[0] *= 2 * std::cosh(m * gamma(2 * r + 1) / 2);
    product[1] *= 2 * std::sinh(m * gamma(2 * r + 1) / 2);
    product[2] *= 2 * std::cosh(m * gamma(2 * r) / 2);
    product[3] *= 2 * std::sinh(m * gamma(2 * r) / 2);
  }
  const long double sum = product[0] + product[1] + product[2] + product[3];
  return static_cast<double>(std::log(sum / 2) + n * m / 2.0L * std::log(2 * std::sinh(2 * k)));
}

/// Onsager, Phys. Rev. 65, 117 (1944): ln Z / N of the infinite lattice by Simpson's rule (periodic
/// integrand).
double onsager(double K) {
  const double c = std::cosh(2 * K) * std::cosh(2 * K), s = std::sinh(2 * K);
  const int points = 20000;
  long double sum = 0;
  for (int p = 0; p < points; ++p) {
    const double omega = std::numbers::pi * (p + 0.5) / points;
    const double a = c - s * std::cos(omega);
    sum += std::log((a + std::sqrt(a * a - s * s)) / 2);
  }
  return std::numbers::ln2 + static_cast<double>(sum) / points / 2;
}

}  // namespace

TEST_CASE("the torus agrees with counted densities of states at every temperature") {
  for (const int L : {4, 8, 16, 32})
    for (const double K :
         {1e-8, 1e-4, 0.1, 0.3, 0.4, K_c, 0.4407, 0.45, 0.5, 0.7, 1.0, 2.0, 4.0, 6.0, 9.99, 10.01, 12.0, 50.0}) {
      CAPTURE(L, K);
      const Counted exact = from_density_of_states(L, K);
      const Thermal torus = solve_one(L, L, K);
      CHECK(torus.log_z == Approx(exact.log_z).epsilon(4e-15));
      CHECK(torus.energy ==
            Approx(exact.energy).epsilon(K < 1e-3 ? 1e-9 : 4e-15));  // the counts cancel at small K, not the torus
      CHECK(torus.energy_variance == Approx(exact.energy_variance).epsilon(1e-13));
      CHECK(torus.energy_variance > 0);
    }
}

TEST_CASE("the torus agrees with enumeration on all small sides, doubled bonds included") {
  for (const std::size_t n : {2, 3, 4, 5})
    for (const std::size_t m : {2, 3}) {
      Lattice lattice;
      lattice.size = {n, m};
      const Graph graph = build(lattice);
      for (const double K : {0.0, 1e-3, 0.2, K_c, 0.7, 2.0, 5.0}) {
        CAPTURE(n, m, K);
        const auto exact = test::brute_force(graph, K);
        const double sites = static_cast<double>(n * m);
        for (const Thermal& torus : {solve_one(n, m, K), solve_one(m, n, K)}) {
          CHECK(torus.log_z == Approx(exact.at("log_z")).epsilon(1e-14));
          CHECK(torus.energy == Approx(exact.at("energy")).epsilon(1e-14).margin(1e-14));
          CHECK(K * K * torus.energy_variance / sites == Approx(exact.at("specific_heat")).epsilon(1e-12));
        }
      }
    }
}

TEST_CASE("the torus agrees with published numbers") {
  const std::vector<std::pair<int, double>> log_z{{4, 15.52191545875528},
                                                  {8, 60.14178078906915},
                                                  {16, 238.6422566351329},
                                                  {32, 952.6480795485428},
                                                  {64, 3808.672283419809}};
  for (const auto& [L, value] : log_z) CHECK(solve_one(L, L, K_c).log_z == Approx(value).epsilon(1e-15));
  const std::vector<std::pair<int, double>> energy{{4, -1.56562378764},  {8, -1.49158910744},  {16, -1.45306485281},
                                                   {32, -1.43365846615}, {64, -1.42393838983}, {128, -1.41907627208}};
  for (const auto& [L, value] : energy) CHECK(solve_one(L, L, K_c).energy / (L * L) == Approx(value).margin(6e-12));
  const std::vector<std::pair<int, double>> specific_heat{
      {8, 1.14555924}, {16, 1.498704959}, {32, 1.84676759}, {64, 2.192211393}};
  for (const auto& [L, value] : specific_heat)
    CHECK(K_c * K_c * solve_one(L, L, K_c).energy_variance / (L * L) == Approx(value).margin(6e-9));
  const Thermal warm = solve_one(32, 32, 0.4), cool = solve_one(16, 16, 0.5);
  CHECK(warm.log_z == Approx(900.4783077631395).epsilon(1e-15));
  CHECK(warm.energy / 1024 == Approx(-1.10729166098).margin(6e-12));
  CHECK(0.16 * warm.energy_variance / 1024 == Approx(0.8858125011).margin(6e-11));
  CHECK(cool.log_z == Approx(263.2962104340212).epsilon(1e-15));
  CHECK(cool.energy / 256 == Approx(-1.74553066899).margin(6e-12));
}

TEST_CASE("large tori tend to Onsager's lattice") {
  CHECK(onsager(0.4) == Approx(0.8793638207749482).epsilon(1e-13));
  for (const double K : {0.2, 0.4, 0.5, 0.9}) {
    CAPTURE(K);
    const Thermal torus = solve_one(1024, 1024, K);
    const double extra = K > K_c ? std::numbers::ln2 : 0;  // two ordered phases
    CHECK((torus.log_z - extra) / (1024 * 1024) == Approx(onsager(K)).epsilon(1e-13));
    const double step = 1e-4;
    const double slope =
        (8 * (onsager(K + step) - onsager(K - step)) - (onsager(K + 2 * step) - onsager(K - 2 * step))) / (12 * step);
    CHECK(torus.energy / (1024 * 1024) == Approx(-slope).epsilon(1e-10));
  }
  // At K_c, e + sqrt 2 falls off as 1/L: Ferdinand & Fisher (1969).
  const double large = (solve_one(1024, 1024, K_c).energy / (1024 * 1024) + std::numbers::sqrt2) * 1024;
  const double half = (solve_one(512, 512, K_c).energy / (512 * 512) + std::numbers::sqrt2) * 512;
  CHECK(large == Approx(half).epsilon(1e-5));
  CHECK(large == Approx(-0.62244).epsilon(1e-4));
}

TEST_CASE("the torus has its limits") {
  const Thermal hot = solve_one(32, 24, 0);
  CHECK(hot.log_z == Approx(32 * 24 * std::numbers::ln2).epsilon(1e-15));
  CHECK(hot.energy == 0);
  CHECK(hot.energy_variance == Approx(2 * 32 * 24).epsilon(1e-15));
  for (const double K : {1e-12, 1e-8, 1e-5})
    CHECK(solve_one(32, 24, K).energy == Approx(-2 * 32 * 24 * K).epsilon(1e-8));
  for (const double K : {9.0, 9.999, 10.001, 20.0, 50.0, 500.0}) {  // single flips
    CAPTURE(K);
    const Thermal cold = solve_one(1024, 1024, K);
    CHECK(cold.energy == Approx(-2.0 * 1024 * 1024).epsilon(1e-15));
    CHECK(cold.energy_variance == Approx(64 * 1024 * 1024 * std::exp(-8 * K)).epsilon(1e-13));
    CHECK(cold.log_z == Approx(2.0 * 1024 * 1024 * K + std::numbers::ln2).epsilon(1e-15));
  }
  for (const auto& [n, m] :
       {std::pair{2, 2}, {2, 3}, {2, 50}, {3, 7}})  // both sides of the switch to the first excited level
    CHECK(solve_one(n, m, 10.000001).energy_variance ==
          Approx(solve_one(n, m, 9.999999).energy_variance * std::exp(-8 * 2e-6)).epsilon(1e-12));
}

TEST_CASE("energy and specific heat are derivatives of ln Z") {
  for (const auto& [n, m] : {std::pair{2, 5}, {7, 4}, {64, 64}})
    for (const double K : {0.2, K_c - 1e-3, K_c, K_c + 1e-3, 0.8}) {
      CAPTURE(n, m, K);
      const double step = 1e-5;
      const Thermal below = solve_one(n, m, K - step), at = solve_one(n, m, K), above = solve_one(n, m, K + step);
      CHECK((above.log_z - below.log_z) / (2 * step) == Approx(-at.energy).epsilon(1e-7));
      CHECK((below.energy - above.energy) / (2 * step) == Approx(at.energy_variance).epsilon(1e-6));
    }
}

TEST_CASE("the sign of gamma_0 matters: its absolute value is caught") {
  for (const double K : {0.2, 0.3, 0.4, 0.43, 0.5, 0.7})
    for (const auto& [n, m] : {std::pair{3, 4}, {4, 4}, {8, 6}}) {
      CAPTURE(K, n, m);
      const double exact = solve_one(n, m, K).log_z;
      CHECK(textbook_log_z(n, m, K, Gamma0::signed_) == Approx(exact).epsilon(1e-14));
      if (K < K_c) CHECK(std::abs(textbook_log_z(n, m, K, Gamma0::absolute) - exact) > 1e-3);
    }
}
