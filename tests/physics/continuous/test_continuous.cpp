// Energies of real numbers: gradients by finite differences, ln Z and means by quadrature and transfer matrices against
// numbers made elsewhere (numpy, double precision).
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/continuous/experts.hpp"
#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/phi4.hpp"
#include "physics/continuous/visible_rbm.hpp"
#include "physics/continuous/wells.hpp"
#include "physics/exact/phi4_chain.hpp"
#include "physics/exact/quadrature.hpp"
#include "physics/lattice.hpp"

using namespace gibbsite;

namespace {

/// s sin(p + q i + r j + i j), row after row.
std::vector<double> sines(double s, std::size_t rows, std::size_t columns, double p, double q, double r) {
  std::vector<double> m;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const auto a = static_cast<double>(i), b = static_cast<double>(j);
      m.push_back(s * std::sin(p + q * a + r * b + a * b));
    }
  return m;
}

Experts students() { return {Experts::Kind::student, sines(1.2, 4, 2, 1, 2, 3), {1.2, 0.9, 1.5, 1.1}, 0}; }

/// Two visible units of variances .8 and 1.3, two hidden ones.
VisibleRbm machine(UnitKind hidden) {
  return VisibleRbm(Network({{.kind = UnitKind::gaussian, .units = 2, .bias = {0.3, -0.2}, .variance = {0.8, 1.3}},
                             {.kind = hidden, .units = 2, .bias = {0.1, -0.4}}},
                            {Matrix::from_rows(2, 2, sines(0.9, 2, 2, 1, 3, 7))}));
}

Phi4 phi4_on(Geometry geometry, std::vector<std::size_t> size, double field = 0) {
  Lattice lattice;
  lattice.geometry = geometry;
  lattice.size = std::move(size);
  lattice.field = field;
  return {build(lattice), -2, 0.5};
}

void check_gradient(const ContinuousEnergy& model, double at = 0) {
  const std::size_t d = model.units(), states = 3;
  std::vector<double> x(states * d), gradient(states * d), energy(states);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = at + 1.3 * std::sin(1 + 2.1 * static_cast<double>(i));
  model.evaluate(x, energy, gradient);
  const double h = 1e-5;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> up = x, down = x, e(states), f(states);
    up[i] += h;
    down[i] -= h;
    model.evaluate(up, e, {});
    model.evaluate(down, f, {});
    CHECK(gradient[i] == Approx((e[i / d] - f[i / d]) / (2 * h)).epsilon(1e-7).margin(1e-8));
  }
  for (std::size_t s = 0; s < states; ++s) {  // one alone gives what it gives among others
    std::vector<double> own(1), slope(d);
    model.evaluate(std::span(x).subspan(s * d, d), own, slope);
    CHECK(own[0] == energy[s]);
    CHECK(std::equal(slope.begin(), slope.end(), gradient.begin() + static_cast<std::ptrdiff_t>(s * d)));
  }
}

std::map<std::string, double> solved(const ContinuousEnergy& model, const ContinuousReference& reference,
                                     double lambda) {
  const auto answers = quadrature(model, reference, std::vector<double>{lambda}, 3e9);
  REQUIRE(std::holds_alternative<ExactAnswers>(answers));
  return std::get<ExactAnswers>(answers).at[0].values;
}

constexpr double digits = 1e-10;

}  // namespace

TEST_CASE("gradients of continuous energies are those of their energies") {
  check_gradient(DoubleWell({1, -2, 0.3}));
  check_gradient(ManyWell({1, -6, -0.5}, 3));
  check_gradient(Rings({1, 2, 3}, 0.15));
  check_gradient(GaussianMixture({2, 2, 2, -2, -2, 2, -2, -2}, {4, 3, 2, 1}, {0.3}));
  check_gradient(students());
  check_gradient(Experts(Experts::Kind::unigauss, sines(1, 3, 2, 1, 2, 3), {0.3, -0.2, 0.5}, 1));
  check_gradient(machine(UnitKind::binary));
  check_gradient(machine(UnitKind::spin));
  check_gradient(phi4_on(Geometry::square, {3, 4}, 0.2), 0.3);
  check_gradient(
      Phi4(Graph({{0, 1, 0.4}, {1, 2, -0.3}, {2, 0, 1.1}, {2, 3, 0.7}, {2, 3, 0.2}}, {0.1, 0, -0.4, 0.2}), 1, 0.25));
}

TEST_CASE("trajectories of phi^4 side by side are those that its gradients make, each of its own length") {
  constexpr std::size_t lanes = Lanes::count;
  const Graph uneven({{0, 1, 0.4}, {1, 2, -0.3}, {2, 0, 1.1}, {2, 3, 0.7}, {2, 3, 0.2}}, {0.1, 0, -0.4, 0.2});
  const auto check = [](const Phi4& model, double mean) {
    const std::size_t d = model.units();
    std::vector<Lanes> x(d), p(d);
    Flight flight{.x = x, .p = p, .mean = mean};
    for (std::size_t s = 0; s < lanes; ++s) {
      const auto at = static_cast<double>(s);
      flight.step.of[s] = 0.02 + 0.01 * at;
      flight.lambda.of[s] = 1 - 0.1 * at;
      flight.stiffness.of[s] = 0.05 * at;
      flight.steps[s] = static_cast<std::uint32_t>(s == 2 ? 0 : 1 + 3 * s % 8);
      for (std::size_t i = 0; i < d; ++i) {
        x[i].of[s] = std::sin(1 + 2.1 * static_cast<double>(i) + at);
        p[i].of[s] = std::cos(0.3 + 1.7 * static_cast<double>(i) - at);
      }
    }
    const std::vector<Lanes> x0 = x, p0 = p;
    Lanes energy;
    model.leapfrog()->fly(flight, energy);
    for (std::size_t s = 0; s < lanes; ++s) {
      std::vector<double> q(d), v(d), g(d), e(1), end(d);
      for (std::size_t i = 0; i < d; ++i) q[i] = x0[i].of[s], v[i] = p0[i].of[s], end[i] = x[i].of[s];
      const auto kick = [&] {
        model.evaluate(q, e, g);
        for (std::size_t i = 0; i < d; ++i)
          v[i] -= 0.5 * flight.step.of[s] * (flight.stiffness.of[s] * (q[i] - mean) + flight.lambda.of[s] * g[i]);
      };
      for (std::uint32_t k = 0; k < flight.steps[s]; ++k) {
        kick();
        for (std::size_t i = 0; i < d; ++i) q[i] += flight.step.of[s] * v[i];
        kick();
      }
      for (std::size_t i = 0; i < d; ++i) {
        CHECK(x[i].of[s] == Approx(q[i]).epsilon(1e-12).margin(1e-13));
        CHECK(p[i].of[s] == Approx(v[i]).epsilon(1e-12).margin(1e-13));
      }
      model.evaluate(end, e, {});
      CHECK(energy.of[s] == e[0]);  // to the last bit
    }
  };
  check(phi4_on(Geometry::square, {3, 4}), 0);
  check(phi4_on(Geometry::chain, {5}, 0.3), 0.2);
  check(phi4_on(Geometry::cubic, {3, 3, 3}), 0.1);
  check(Phi4(uneven, 1, 0.25), 0);
}

TEST_CASE("visible units of a gaussian machine have its free energy, and ln Z by hidden states and by quadrature") {
  for (const UnitKind hidden : {UnitKind::binary, UnitKind::spin}) {
    const VisibleRbm model = machine(hidden);
    const double v[] = {0.7, -1.1};
    std::vector<double> energy(1);
    model.evaluate(v, energy, {});
    CHECK(energy[0] == Approx(model.network().free_energy(v)).epsilon(1e-14));
    const auto extent = model.extent();
    CHECK(solved(model, ContinuousReference::gaussian(extent.mean, extent.scale), 1).at("log_z") ==
          Approx(*model.known_log_z()).epsilon(1e-10));
  }
  CHECK(*machine(UnitKind::binary).known_log_z() == Approx(4.8878427530788).epsilon(1e-13));
}

TEST_CASE("quadrature gives the double well at every temperature") {
  struct Row {
    double beta, log_z, energy, x, squared;
  };
  const Row rows[] = {
      {0.1, 1.415649659661, 1.093879827233, -0.04186595793374, 1.396700332232},
      {0.5, 1.436926311958, -0.4301536031434, -0.1334599032001, 0.9001251249234},
      {1.0, 1.71706855455, -0.655112663998, -0.2454429712907, 0.8498879954575},
      {2.0, 2.491576491368, -0.8746085606976, -0.4723292143532, 0.8933344874682},
      {5.0, 5.643090589294, -1.162689827739, -0.8928904525636, 1.011789475912},
      {10.0, 11.74946748953, -1.251958607388, -1.012923239379, 1.049050878528},
  };
  const DoubleWell model({1, -2, 0.3});
  for (const Row& row : rows) {
    const auto found = solved(model, ContinuousReference::box(-8, 8), row.beta);
    CHECK(found.at("log_z") == Approx(row.log_z).epsilon(digits));
    CHECK(found.at("energy") == Approx(row.energy).epsilon(digits));
    CHECK(found.at("x_mean") == Approx(row.x).epsilon(digits));
    CHECK(found.at("x_squared") == Approx(row.squared).epsilon(digits));
  }
  // The reference is left behind at lambda = 1, and stands alone at 0.
  const auto gaussian = ContinuousReference::gaussian(0.3, 1.7);
  CHECK(solved(model, gaussian, 1).at("log_z") == Approx(rows[2].log_z).epsilon(digits));
  CHECK(solved(model, ContinuousReference::gaussian(0, 1), 1).at("right_share") == Approx(0.3784074).epsilon(1e-6));
  CHECK(solved(model, gaussian, 0).at("log_z") == Approx(gaussian.log_z(1)).epsilon(digits));
}

TEST_CASE("quadrature gives many wells, rings, mixtures and products of experts") {
  const auto wide = ContinuousReference::gaussian(0, 2);
  const auto wells = solved(ManyWell({1, -6, -0.5}, 16), wide, 1);
  CHECK(wells.at("log_z") == Approx(164.6956753132).epsilon(digits));
  CHECK(wells.at("x_mean") == Approx(1.187960983376).epsilon(digits));
  CHECK(wells.at("x_squared") == Approx(2.959806090489).epsilon(digits));
  CHECK(wells.at("right_share") == Approx(0.8443070962113).epsilon(1e-8));

  const auto rings = solved(Rings({1, 2, 3}, 0.15), wide, 1);
  CHECK(rings.at("log_z") == Approx(2.6514551).epsilon(1e-8));
  CHECK(rings.at("energy") == Approx(0.49834526).epsilon(1e-8));
  CHECK(rings.at("radius_squared") == Approx(6.0675).epsilon(1e-8));

  const GaussianMixture four({2, 2, 2, -2, -2, 2, -2, -2}, {4, 3, 2, 1}, {0.3});
  const auto box = ContinuousReference::box(-12, 12);
  CHECK(solved(four, box, 0.1).at("log_z") == Approx(2.991242702).epsilon(1e-8));
  CHECK(solved(four, box, 0.3).at("energy") == Approx(4.187440767).epsilon(1e-8));
  CHECK(solved(four, box, 1).at("log_z") == Approx(0).margin(1e-9));
  CHECK(solved(four, box, 1).at("energy") == Approx(1.709785684).epsilon(1e-8));
  CHECK(solved(four, box, 1).at("x_mean") == Approx(0.6).epsilon(1e-8));  // of .8 and .4

  CHECK(solved(students(), ContinuousReference::gaussian(0, 1), 1).at("log_z") == Approx(1.1545606994).epsilon(1e-8));
}

TEST_CASE("chains of phi^4 are solved by their transfer matrix") {
  struct Row {
    std::size_t length;
    double log_z, squared;
  };
  const Row rows[] = {
      {2, 2.055901449699, 0.7727921499022}, {8, 7.249202006758, 0.6535412246701}, {64, 57.95840387129, 0.651113347953}};
  const std::vector<double> lambda = {0, 0.4, 1};
  for (const Row& row : rows) {
    const Phi4 model = phi4_on(Geometry::chain, {row.length});
    const auto reference = ContinuousReference::gaussian(0, 1);
    const auto answers = phi4_chain(model, reference, lambda);
    REQUIRE(std::holds_alternative<ExactAnswers>(answers));
    const auto& at = std::get<ExactAnswers>(answers).at;
    CHECK(at[0].values.at("log_z") == Approx(reference.log_z(row.length)).epsilon(digits));
    CHECK(at[2].values.at("log_z") == Approx(row.log_z).epsilon(digits));
    CHECK(at[2].values.at("phi_squared") == Approx(row.squared).epsilon(1e-9));
    if (row.length > 2) continue;  // quadrature in the plane knows the whole path, and <E>
    for (std::size_t l = 1; l < lambda.size(); ++l) {
      const auto plane = solved(model, reference, lambda[l]);
      CHECK(at[l].values.at("log_z") == Approx(plane.at("log_z")).epsilon(digits));
      CHECK(at[l].values.at("energy") == Approx(plane.at("energy")).epsilon(1e-9));
    }
  }
  CHECK(std::holds_alternative<std::string>(
      phi4_chain(phi4_on(Geometry::square, {2, 2}), ContinuousReference::gaussian(0, 1), lambda)));
}

TEST_CASE("what quadrature and transfer matrices cannot know they do not say") {
  const std::vector<double> half = {0.5};
  const auto chain_of_four = [](double m2, double coupling) {
    Lattice lattice;
    lattice.geometry = Geometry::chain;
    lattice.size = {4};
    lattice.coupling = coupling;
    return Phi4(build(lattice), m2, 0.5);
  };
  const auto one = ContinuousReference::gaussian(0, 1);
  const auto deep = phi4_chain(chain_of_four(-1e3, 1), ContinuousReference::gaussian(0, std::sqrt(500)), half);
  if (const auto* found = std::get_if<ExactAnswers>(&deep))  // numpy, 3001 points
    CHECK(found->at[0].values.at("log_z") == Approx(249989.5514).epsilon(1e-9));
  CHECK(std::holds_alternative<std::string>(phi4_chain(chain_of_four(-2, 1e4), one, half)));
  const auto box = phi4_chain(chain_of_four(-2, 1), ContinuousReference::box(-50, 50), std::vector<double>{1});
  REQUIRE(std::holds_alternative<ExactAnswers>(box));
  CHECK(std::get<ExactAnswers>(box).at[0].values.at("log_z") == Approx(3.68702270).epsilon(1e-8));
  // A mode where a narrow reference has nothing, and tails that have no integral.
  const GaussianMixture far({0, 50}, {1, 1}, {0.1});
  CHECK(solved(far, one, 1).at("log_z") == Approx(0).margin(1e-9));
}

TEST_CASE("energies that have no integral are refused") {
  CHECK_THROWS_AS(Experts(Experts::Kind::student, {1, 0, 1, 0}, {2, 2}, 0), std::invalid_argument);
  CHECK_THROWS_AS(Experts(Experts::Kind::student, {1, 0, 0, 1}, {10, 0.1}, 0), std::invalid_argument);
  CHECK_NOTHROW(Experts(Experts::Kind::student, {1, 0, 0, 1}, {10, 0.6}, 0));
  CHECK_THROWS_AS(DoubleWell({0, 1, 0}), std::invalid_argument);
  CHECK_THROWS_AS(Rings({1, -2}, 0.1), std::invalid_argument);
  CHECK_THROWS_AS(GaussianMixture({1, 2, 3}, {0.5, 0.5}, {1}), std::invalid_argument);
  CHECK_THROWS_AS(Experts(Experts::Kind::unigauss, {1, 0}, {1}, 0), std::invalid_argument);
  CHECK_THROWS_AS(Experts(Experts::Kind::student, {1, 0, 0, 1}, {0.4, 0.5}, 0), std::invalid_argument);
  CHECK_THROWS_AS(ContinuousReference::box(1, 1), std::invalid_argument);
  CHECK_THROWS_AS(ContinuousReference::gaussian(0, 0), std::invalid_argument);
}
