// Boltzmann machines and Hopfield networks: energies by hand, the two rules of storage, what is refused.
#include "physics/boltzmann.hpp"

#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/matrices/eigen.hpp"
#include "physics/network.hpp"

using namespace gibbsite;
using Catch::Contains;

namespace {

Matrix triangle() { return {3, 3, std::vector<double>{0, 0.5, -1, 0.5, 0, 2, -1, 2, 0}}; }

/// The least s_i f_i over patterns and units: above 0, all patterns are fixed points.
double worst_alignment(const BoltzmannMachine& machine) {
  double least = 1e300;
  for (const auto& pattern : machine.patterns()) {
    const std::vector<double> x(pattern.begin(), pattern.end());
    for (std::size_t i = 0; i < x.size(); ++i) least = std::min(least, x[i] * machine.local_field(x, i));
  }
  return least;
}

}  // namespace

TEST_CASE("energies, fields and observables of a Boltzmann machine by hand") {
  const BoltzmannMachine machine(UnitKind::binary, 2, triangle(), {0.1, -0.2, 0.3});
  CHECK(machine.energy(std::vector<double>{0, 0, 0}) == 0);
  CHECK(machine.energy(std::vector<double>{1, 0, 1}) == Approx(1 - 0.1 - 0.3));
  CHECK(machine.energy(std::vector<double>{1, 1, 1}) == Approx(-0.5 + 1 - 2 - 0.2));
  CHECK(machine.local_field(std::vector<double>{1, 1, 0}, 2) == Approx(0.3 - 1 + 2));
  const auto names = machine.observables();
  std::vector<double> out(names.size());
  machine.observe(std::vector<double>{1, 0, 1}, out);
  REQUIRE(names.size() == 4);
  CHECK(names[3].name == "hidden_magnetization");
  CHECK(out[0] == Approx(0.6));
  CHECK(out[1] == Approx(0.2));
  CHECK(out[2] == 0.5);
  CHECK(out[3] == 1);
  CHECK(machine.visible_layer().bias == std::vector<double>{0.1, -0.2});
  std::vector<double> x(3);
  machine.set_ordered(x);
  CHECK(x == std::vector<double>{1, 0, 1});
  const BoltzmannMachine spins(UnitKind::spin, 3, triangle(), {0.1, -0.2, 0});
  CHECK(spins.observables().size() == 3);
  CHECK(spins.energy(std::vector<double>{1, -1, -1}) == Approx(0.5 - 1 - 2 - 0.3));
  spins.set_ordered(x);
  CHECK(x == std::vector<double>{1, -1, 1});
}

TEST_CASE("a unit that changes costs its field") {
  const BoltzmannMachine machine = hopfield(random_patterns(3, 9, 4), PatternRule::hebbian);
  std::vector<double> x(9, 1.0);
  for (std::size_t i = 0; i < 9; ++i) {
    const double before = machine.energy(x), f = machine.local_field(x, i);
    x[i] = -x[i];
    CHECK(machine.energy(x) - before == Approx(-2 * f * x[i]).margin(1e-14));
  }
}

TEST_CASE("Hebb's rule is the mean of the patterns' products, and overlaps are measured") {
  const std::vector<std::vector<std::int8_t>> patterns{{1, 1, -1, 1}, {1, -1, -1, -1}};
  const BoltzmannMachine machine = hopfield(patterns, PatternRule::hebbian);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (const auto& xi : patterns) sum += xi[i] * xi[j];
      CHECK(machine.weights()(i, j) == (i == j ? 0 : sum / 4));
    }
  std::vector<double> x(4), out(5);
  machine.set_ordered(x);
  CHECK(x == std::vector<double>{1, 1, -1, 1});
  machine.observe(x, out);
  CHECK(out == std::vector<double>{-1, -0.25, 0.5, 1, 1});
  x = {-1, 1, 1, 1};  // the second pattern, upside down
  machine.observe(x, out);
  CHECK(machine.observables()[3].name == "pattern_overlap");
  CHECK(out[3] == 0);
  CHECK(out[4] == 1);
}

TEST_CASE("patterns stored by the pseudo-inverse rule are fixed points, also where Hebb's rule fails") {
  for (const std::size_t count : {1, 5, 20, 31}) {
    const auto patterns = random_patterns(count, 40, 7);
    const BoltzmannMachine machine = hopfield(patterns, PatternRule::pseudo_inverse);
    CHECK(worst_alignment(machine) > 1e-3);
    Eigen::MatrixXd xi(count, 40);
    for (std::size_t mu = 0; mu < count; ++mu)
      for (std::size_t i = 0; i < 40; ++i)
        xi(static_cast<Eigen::Index>(mu), static_cast<Eigen::Index>(i)) = patterns[mu][i];
    const Eigen::MatrixXd projection = xi.transpose() * (xi * xi.transpose()).inverse() * xi;
    Eigen::MatrixXd expected = projection;
    expected.diagonal().setZero();
    CHECK((eigen(machine.weights()) - expected).cwiseAbs().maxCoeff() < 1e-12);
  }
  CHECK(worst_alignment(hopfield(random_patterns(20, 40, 7), PatternRule::hebbian)) < 0);
  // patterns that depend on each other span no more than those that do not
  auto twice = random_patterns(3, 12, 1);
  const auto once = hopfield(twice, PatternRule::pseudo_inverse);
  twice.push_back(twice[1]);
  const auto other = hopfield(twice, PatternRule::pseudo_inverse);
  CHECK((eigen(other.weights()) - eigen(once.weights())).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("Storkey's rule is its formula, and holds patterns that Hebb's does not") {
  const auto patterns = random_patterns(6, 9, 5);
  const BoltzmannMachine machine = hopfield(patterns, PatternRule::storkey);
  Matrix w(9, 9);
  for (const auto& xi : patterns) {
    const Matrix before = w;
    const auto h = [&](std::size_t i, std::size_t j) {
      double sum = 0;
      for (std::size_t k = 0; k < 9; ++k)
        if (k != i && k != j) sum += before(i, k) * xi[k];
      return sum;
    };
    for (std::size_t i = 0; i < 9; ++i)
      for (std::size_t j = 0; j < 9; ++j)
        if (i != j) w(i, j) += (xi[i] * xi[j] - xi[i] * h(j, i) - h(i, j) * xi[j]) / 9;
  }
  for (std::size_t i = 0; i < 9; ++i)
    for (std::size_t j = 0; j < 9; ++j) CHECK(machine.weights()(i, j) == Approx(w(i, j)).margin(1e-14));
  const auto many = random_patterns(30, 100, 6);
  const auto share = [&](PatternRule rule) { return share_of_fixed_points(hopfield(many, rule), many); };
  CHECK(share(PatternRule::hebbian) < 0.5);
  CHECK(share(PatternRule::storkey) > share(PatternRule::hebbian) + 0.3);
  CHECK(share(PatternRule::pseudo_inverse) == 1);
  // Without weights no unit stands with its field.
  CHECK(share_of_fixed_points(BoltzmannMachine(UnitKind::spin, 100, Matrix(100, 100), std::vector<double>(100, 0)),
                              many) == 0);
}

TEST_CASE("random patterns are fair coins and a pure function of the seed") {
  const auto a = random_patterns(50, 200, 3);
  CHECK(a == random_patterns(50, 200, 3));
  CHECK(a != random_patterns(50, 200, 4));
  const auto more = random_patterns(60, 200, 3);
  CHECK(std::equal(a.begin(), a.end(), more.begin()));
  double sum = 0;
  for (const auto& pattern : a)
    for (const int s : pattern) sum += s;
  CHECK(std::abs(sum) < 4 * std::sqrt(50 * 200));  // false alarm 6e-5
}

TEST_CASE("what is no Boltzmann machine is refused") {
  const std::vector<double> bias{0, 0, 0};
  Matrix w = triangle();
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::gaussian, 3, w, bias), Contains("binary units or spins"));
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 0, w, bias), Contains("cannot have 0 visible"));
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 4, w, bias), Contains("cannot have 4 visible"));
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 2, w, {0, 0}), Contains("3 x 3, not 2 x 2"));
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 3, w, {0, NAN, 0}), Contains("bias that is not finite"));
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::binary, 3, w, bias, {{1, 1, 1}}), Contains("patterns of spins"));
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 3, w, bias, {{1, 1}}), Contains("2 units, not 3"));
  w(0, 1) += 1e-6;
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 3, w, bias), Contains("not symmetric (units 0 and 1)"));
  w = triangle();
  w(0, 1) += 1e-13;
  const BoltzmannMachine nearly(UnitKind::spin, 3, w, bias);
  CHECK(nearly.weights()(0, 1) == nearly.weights()(1, 0));
  w(2, 2) = 1;
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 3, w, bias), Contains("diagonal must be zero"));
  w(2, 2) = NAN;
  CHECK_THROWS_WITH(BoltzmannMachine(UnitKind::spin, 3, w, bias), Contains("weight that is not finite"));
  CHECK_THROWS_WITH(hopfield({}, PatternRule::hebbian), Contains("needs a pattern"));
  CHECK_THROWS_WITH(hopfield({{1, 1}, {1}}, PatternRule::hebbian), Contains("pattern 1 has 1 units, not 2"));
  CHECK_THROWS_WITH(hopfield({{1, 0}}, PatternRule::hebbian), Contains("-1 and +1"));
  CHECK_THROWS_WITH(hopfield({{1, 1}, {1, -1}}, PatternRule::pseudo_inverse), Contains("give fewer patterns"));
}
