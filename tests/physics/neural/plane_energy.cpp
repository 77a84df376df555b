/// A net of two layers in the plane against numbers that numpy computed, and the same in single precision; derivatives
/// of everything that a pass gives against differences; bits for any number of threads.
#include <omp.h>

#include <catch2/catch.hpp>

#include "nets.hpp"
#include "physics/exact/quadrature.hpp"
#include "physics/neural/neural_model.hpp"

namespace gibbsite::test {
namespace {

const std::vector<double> plane_x = sines(1.2, .5, 1.7, 2.3, 4, 2), plane_v = sines(1.4, .9, 1.1, 2.9, 4, 2);
const std::vector<double> plane_e{1.96646616763, 1.92977105999, 2.30090615497, 1.51688739484};
const std::vector<double> plane_gradient{1.11194481515,  0.992706462121, 1.32301568092,   -0.239873963302,
                                         -0.35771630481, 1.62973660242,  -0.462696366598, -1.02716610721};
const std::vector<double> plane_laplacian{1.69108620837, 2.31245978259, 2.31709285659, 1.96501020921};
const std::vector<double> plane_slope{0.36906941888, 1.80977724437, 2.23652697311, 1.46345685957};
const std::vector<double> plane_curvature{1.52639246151, 1.85709916598, 1.98972589356, 2.41132517986};
const std::vector<double> mean_e_gradient{
    -0.03860650098, -0.03499291756,  0.05502636255,  -0.117855384,   -0.006969226489, -0.05755385819, 0.08409870095,
    0.06983293188,  -0.05861851024,  -0.06314665192, 0.1687755554,   0.8017415607,    -0.06108909251, 0.3324215049,
    -0.03864187313, 0.1643401117,    0.08611157823,  -0.06846957299, -0.1973643546,   0.006338133055, -0.08244197666,
    -0.03773871308, 0.00297537411,   0.1432596747,   0.008181120836, -0.04676377228,  -0.04055218751, 0.04513114843,
    0.04121909357,  -0.003925107988, 0.125442301,    0.1678549912,   -0.1850569009,   -0.1034301373,  0.003941186828,
    0.7372212597,   -0.4411072508,   -0.2152953435,  0.6850432562,   0.7796130225,    0.4999295734,   0.7447682588,
    0.6613485317,   0.7633631999};
const std::vector<double> plane_hessian_v{0.878706103064, -0.656960054645, 1.2876030875,   -0.416407988742,
                                          0.179440242832, 1.42897837237,   -1.12725682359, -1.18368282538};

/// All of it at once, in either precision.
template <class Real>
void check_plane(double tolerance) {
  const NeuralEnergy<Real> energy(plane_net(), plane_theta());
  REQUIRE(energy.parameters() == 44);
  const auto x = as<Real>(plane_x), v = as<Real>(plane_v);
  std::vector<double> e(4), along(12), laplacian(4);
  std::vector<Real> gradient(8), hv(8), theta_bar(44);
  energy.energy(x, e);
  CHECK(largest_gap(e, plane_e) < tolerance);
  energy.energy_and_gradient(x, e, gradient);
  CHECK(largest_gap(e, plane_e) < tolerance);
  CHECK(largest_gap(as<double>(gradient), plane_gradient) < tolerance);
  energy.along(x, v, along);
  for (std::size_t r = 0; r < 4; ++r) {
    CHECK(along[r] == Approx(plane_e[r]).epsilon(tolerance));
    CHECK(along[4 + r] == Approx(plane_slope[r]).epsilon(tolerance));
    CHECK(2 * along[8 + r] == Approx(plane_curvature[r]).epsilon(tolerance));
  }
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<Real> unit(8);
    for (std::size_t r = 0; r < 4; ++r) unit[2 * r + i] = 1;
    energy.along(x, unit, along);
    for (std::size_t r = 0; r < 4; ++r) laplacian[r] += 2 * along[8 + r];
  }
  CHECK(largest_gap(laplacian, plane_laplacian) < 4 * tolerance);
  energy.hessian_times(x, v, hv);
  CHECK(largest_gap(as<double>(hv), plane_hessian_v) < tolerance);
  energy.add_gradient(x, std::vector<double>(4, .25), e, theta_bar);
  CHECK(largest_gap(as<double>(theta_bar), mean_e_gradient) < std::max(tolerance, 1e-10));
}

}  // namespace

TEST_CASE("a neural energy in the plane, its derivatives and those of its parameters are those of numpy") {
  check_plane<double>(1e-11);
}

TEST_CASE("a neural energy in single precision is that in double to seven digits") { check_plane<float>(1e-6); }

TEST_CASE("a neural energy is a model of real numbers, which begins where what confines it is least") {
  const NeuralModel<float> model(std::make_shared<const NeuralEnergy<float>>(plane_net(), plane_theta()));
  REQUIRE(model.units() == 2);
  std::vector<double> e(4), gradient(8), start(2, 5);
  model.evaluate(plane_x, e, gradient);
  CHECK(largest_gap(e, plane_e) < 1e-6);
  CHECK(largest_gap(gradient, plane_gradient) < 1e-6);
  std::vector<double> again(4);
  model.evaluate(plane_x, again, {});
  CHECK(again == e);
  model.set_ordered(start);
  CHECK(start == std::vector<double>{0, 0});
  CHECK(model.extent().scale == 1);
  std::vector<double> far(1);
  model.evaluate(std::vector<double>{1e30, 0}, far, {});
  CHECK(far[0] == HUGE_VAL);
  const NeuralModel<float> tilted(std::make_shared<const NeuralEnergy<float>>(
      net_of("2", {"dense 1"}, {.mean = {1, 3}, .deviation = {1, 7}}), std::vector<double>{1, 1, 0}));
  tilted.set_ordered(start);
  CHECK(start == std::vector<double>{1, 3});
  CHECK(tilted.extent().mean == 2);
  CHECK(tilted.extent().scale == Approx(5));
}

TEST_CASE("ln Z and means of a neural energy in the plane at three temperatures, by quadrature") {
  struct Row {
    double beta, log_z, energy, first, second;
  };
  const NeuralModel<double> model(std::make_shared<const NeuralEnergy<double>>(plane_net(), plane_theta()));
  for (const Row& row : {Row{.25, 2.93197143958, 5.09325239056, -0.264464988243, -0.314096406888},
                         Row{1, 0.770005925073, 2.00892738451, -0.35138840301, -0.384664591743},
                         Row{3, -2.32871124843, 1.33101499349, -0.377154482851, -0.386374144342}}) {
    const auto answers = quadrature(model, ContinuousReference::box(-14, 14), std::vector<double>{row.beta}, 3e9);
    REQUIRE(std::holds_alternative<ExactAnswers>(answers));
    const auto& values = std::get<ExactAnswers>(answers).at[0].values;
    CHECK(values.at("log_z") == Approx(row.log_z).epsilon(1e-9));
    CHECK(values.at("energy") == Approx(row.energy).epsilon(1e-9));
    CHECK(values.at("x_mean") == Approx((row.first + row.second) / 2).epsilon(1e-8));
  }
}

}  // namespace gibbsite::test
