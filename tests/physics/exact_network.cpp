// Exact answers of networks: published-style numbers, the loop over all states for every kind of units, and identities.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "physics/exact/network.hpp"
#include "tests/physics/network_brute_force.hpp"

using namespace gibbsite;
using Catch::Contains;

namespace {

double weight(std::size_t i, std::size_t j) {
  return std::sin(1.0 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
}

Eigen::MatrixXd weights(std::size_t rows, std::size_t columns, double scale) {
  Eigen::MatrixXd w(rows, columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      w(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = scale * weight(i, j);
  return w;
}

Layer layer(UnitKind kind, std::size_t units, std::size_t states = 1) {
  Layer out{.kind = kind, .units = units, .states = states};
  for (std::size_t i = 0; i < out.width(); ++i) out.bias.push_back(std::cos(2.0 * static_cast<double>(i) + 1) / 2);
  for (std::size_t i = 0; kind == UnitKind::gaussian && i < units; ++i)
    out.variance.push_back(0.7 + 0.4 * static_cast<double>(i));
  return out;
}

/// b_i = cos(2i + 1)/2, c_j = sin(5j + 2)/2, W_ij = s sin(1 + 3i + 7j).
Network rbm(std::size_t visible, std::size_t hidden, double scale) {
  Layer top{.units = hidden};
  for (std::size_t j = 0; j < hidden; ++j) top.bias.push_back(std::sin(5.0 * static_cast<double>(j) + 2) / 2);
  return {{layer(UnitKind::binary, visible), top}, {weights(visible, hidden, scale)}};
}

Network stack(std::vector<Layer> layers, double scale = 0.8, double constant = 0.37) {
  std::vector<Eigen::MatrixXd> w;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l)
    w.push_back(weights(layers[l].width(), layers[l + 1].width(), scale / (1 + 0.1 * static_cast<double>(l))));
  return {std::move(layers), std::move(w), constant};
}

struct Named {
  std::string name;
  Network network;
};

std::vector<Named> small_networks() {
  using enum UnitKind;
  return {{"binary, visible side smaller", stack({layer(binary, 3), layer(binary, 5)})},
          {"binary, more than a block", stack({layer(binary, 8), layer(binary, 7)})},
          {"spins over binary", stack({layer(spin, 4), layer(binary, 3)})},
          {"spins", stack({layer(spin, 3), layer(spin, 4)})},
          {"categorical", stack({layer(categorical, 3, 4), layer(binary, 4)})},
          {"categorical of 60 states", stack({layer(categorical, 2, 60), layer(spin, 2)})},
          {"categorical of 70 states", stack({layer(categorical, 1, 70), layer(spin, 2)})},
          {"gaussian", stack({layer(gaussian, 2), layer(binary, 3)})},
          {"gaussian, deep", stack({layer(gaussian, 1), layer(binary, 2), layer(spin, 3), layer(binary, 2)})},
          {"three layers", stack({layer(binary, 4), layer(binary, 3), layer(binary, 4)})},
          {"three layers of different kinds", stack({layer(spin, 3), layer(binary, 5), layer(spin, 2)})},
          {"four layers", stack({layer(binary, 4), layer(spin, 3), layer(binary, 3), layer(binary, 4)})},
          {"categorical, deep", stack({layer(categorical, 2, 3), layer(binary, 3), layer(binary, 3)})}};
}

Reference base_rates(const Layer& visible) {
  std::vector<double> mean(visible.width()), variance;
  for (std::size_t i = 0; i < mean.size(); ++i)
    mean[i] = visible.kind == UnitKind::categorical ? 1 / static_cast<double>(visible.states)
                                                    : 0.1 + 0.7 / static_cast<double>(i + 1);
  if (visible.kind == UnitKind::categorical) {
    mean[0] *= 1.5;
    mean[1] *= 0.5;
  }
  for (std::size_t i = 0; visible.kind == UnitKind::gaussian && i < visible.units; ++i) variance.push_back(2.5);
  return Reference::base_rates(visible, mean, variance, 20);
}

const std::vector<double> lambdas{0, 0.3, 1, 1.7};

template <class T>
T get(std::variant<T, std::string> answer) {
  if (auto* why_not = std::get_if<std::string>(&answer)) FAIL(*why_not);
  return std::get<T>(std::move(answer));
}

/// To `tolerance` of the value or of 1.
void check_close(double a, double b, double tolerance) { CHECK(a == Approx(b).epsilon(tolerance).margin(tolerance)); }

}  // namespace

TEST_CASE("ln Z of restricted Boltzmann machines, computed independently") {
  const auto log_z = [](std::size_t visible, std::size_t hidden, double scale) {
    const Network network = rbm(visible, hidden, scale);
    return get(exact_log_z(network, Reference::flat(network.layers()[0]), std::vector<double>{1}))[0];
  };
  CHECK(log_z(10, 5, 0.5) == Approx(11.587170216752).epsilon(1e-13));
  CHECK(log_z(20, 10, 0.5) == Approx(22.957532542170).epsilon(1e-13));
  CHECK(log_z(20, 10, 2) == Approx(54.886241273695).epsilon(1e-13));
  CHECK(log_z(784, 16, 0.5) == Approx(873.556308420855).epsilon(1e-13));
}

TEST_CASE("networks of every kind of units agree with the loop over all states, at every lambda") {
  for (const auto& [name, network] : small_networks())
    for (const Reference& reference : {Reference::flat(network.layers()[0]), base_rates(network.layers()[0])}) {
      const auto averages = get(exact_averages(network, reference, lambdas));
      const auto answers = get(exact_answers(network, reference, lambdas));
      const auto log_z = get(exact_log_z(network, reference, lambdas));
      REQUIRE(averages.size() == lambdas.size());
      check_close(averages[0].log_z, reference.log_z(network), 1e-13);
      for (std::size_t k = 0; k < lambdas.size(); ++k) {
        CAPTURE(name, reference.uniform, lambdas[k]);
        const auto exact = test::brute_force(network, reference, lambdas[k]);
        check_close(averages[k].log_z, exact.log_z, 1e-12);
        check_close(log_z[k], exact.log_z, 1e-12);
        check_close(averages[k].energy_variance, exact.energy_variance, 1e-10);
        REQUIRE(averages[k].mean.size() == exact.mean.size());
        for (std::size_t i = 0; i < exact.mean.size(); ++i) check_close(averages[k].mean[i], exact.mean[i], 1e-12);
        const auto& values = answers.at[k].values;
        for (const auto& [observable, value] : exact.values) {
          CAPTURE(observable);
          if (network.discrete() || (observable != "visible_free_energy" && observable != "visible_magnetization"))
            REQUIRE(values.contains(observable));  // the visible sides here are all small
          if (values.contains(observable)) check_close(values.at(observable), value, 1e-11);
        }
        CHECK(values.size() == exact.values.size() + 1 + (reference.uniform ? 1 : 0) -
                                   (!network.discrete() && network.restricted() ? 1 : 0));
        if (reference.uniform)
          check_close(values.at("specific_heat"),
                      lambdas[k] * lambdas[k] * exact.energy_variance / static_cast<double>(network.units()), 1e-10);
      }
    }
}

TEST_CASE("either side gives the same, and the larger visible side keeps what only it knows to itself") {
  const Network network = rbm(13, 6, 1.3);
  const Reference reference = base_rates(network.layers()[0]);
  const auto small = get(exact_averages(network, reference, lambdas));  // 2^13: the hidden side
  CHECK_FALSE(small[0].visible_free_energy);
  const Layer& visible = network.layers()[0];
  Layer fewer{.units = 12, .bias = {visible.bias.begin(), visible.bias.end() - 1}};
  const Network other({fewer, network.layers()[1]}, {network.weights()[0].topRows(12)});
  CHECK(get(exact_averages(other, Reference::flat(fewer), lambdas))[0].visible_free_energy);
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    const auto exact = test::brute_force(network, reference, lambdas[k]);
    check_close(small[k].log_z, exact.log_z, 1e-12);
    check_close(small[k].energy_variance, exact.energy_variance, 1e-10);
    for (std::size_t i = 0; i < exact.mean.size(); ++i) check_close(small[k].mean[i], exact.mean[i], 1e-12);
  }
}

TEST_CASE("the derivatives of ln Z in lambda are the averages: d ln Z = -<A + E>, and -<E> from a uniform reference") {
  for (const auto& [name, network] : small_networks()) {
    const Layer& visible = network.layers()[0];
    if (visible.kind == UnitKind::gaussian) continue;
    for (const Reference& reference : {Reference::flat(visible), base_rates(visible)}) {
      const double h = 1e-4, at = 0.6;
      const auto near = get(exact_log_z(network, reference, std::vector<double>{at - h, at, at + h}));
      const auto averages = get(exact_averages(network, reference, std::vector<double>{at}))[0];
      double a = 0;
      for (std::size_t i = 0; i < visible.width(); ++i) a += reference.visible.field[i] * averages.mean[i];
      CAPTURE(name, reference.uniform);
      CHECK((near[2] - near[0]) / (2 * h) == Approx(-a - averages.energy).epsilon(1e-6).margin(1e-6));
      if (reference.uniform)
        CHECK((near[2] - 2 * near[1] + near[0]) / (h * h) == Approx(averages.energy_variance).epsilon(1e-5));
    }
  }
}

TEST_CASE("spins are binary units, s = 2x - 1") {
  const Network binary = rbm(6, 5, 1.1);
  const Eigen::MatrixXd w = binary.weights()[0] / 4;
  std::vector<Layer> layers(binary.layers().begin(), binary.layers().end());
  double constant = -w.sum();
  for (std::size_t l = 0; l < 2; ++l) {
    layers[l].kind = UnitKind::spin;
    const Eigen::VectorXd pull = l == 0 ? Eigen::VectorXd(w.rowwise().sum()) : Eigen::VectorXd(w.colwise().sum());
    for (std::size_t i = 0; i < layers[l].units; ++i) {
      constant -= layers[l].bias[i] / 2;
      layers[l].bias[i] = layers[l].bias[i] / 2 + pull[static_cast<Eigen::Index>(i)];
    }
  }
  const Network spins(layers, {w}, constant);
  const auto a = get(exact_averages(binary, Reference::flat(binary.layers()[0]), lambdas));
  const auto b = get(exact_averages(spins, Reference::flat(spins.layers()[0]), lambdas));
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    check_close(a[k].log_z, b[k].log_z, 1e-13);
    check_close(a[k].energy, b[k].energy, 1e-12);
    check_close(a[k].energy_variance, b[k].energy_variance, 1e-11);
    for (std::size_t i = 0; i < a[k].mean.size(); ++i) check_close(2 * a[k].mean[i] - 1, b[k].mean[i], 1e-12);
  }
}

TEST_CASE("a shift of categorical weights and biases that no probability feels changes nothing") {
  std::vector<Layer> layers{layer(UnitKind::categorical, 3, 4), layer(UnitKind::binary, 5)};
  Eigen::MatrixXd w = weights(12, 5, 0.8);
  const Network before(layers, {w}, 0.25);
  for (Eigen::Index i = 0; i < 3; ++i) {
    const Eigen::RowVectorXd shift = 0.7 * weights(1, 5, 1.0).array() + static_cast<double>(i);
    w.middleRows(4 * i, 4).rowwise() += shift;
    for (std::size_t j = 0; j < 5; ++j) layers[1].bias[j] -= shift[static_cast<Eigen::Index>(j)];
    for (std::size_t k = 0; k < 4; ++k) layers[0].bias[static_cast<std::size_t>(4 * i) + k] += 1.5;
  }
  const Network after(layers, {w}, 0.25 + 3 * 1.5);
  const Reference reference = base_rates(layers[0]);
  const auto a = get(exact_averages(before, reference, lambdas)), b = get(exact_averages(after, reference, lambdas));
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    check_close(a[k].log_z, b[k].log_z, 1e-12);
    check_close(a[k].energy, b[k].energy, 1e-12);
    check_close(a[k].energy_variance, b[k].energy_variance, 1e-11);
    check_close(*a[k].visible_order, *b[k].visible_order, 1e-12);
    for (std::size_t i = 0; i < a[k].mean.size(); ++i) check_close(a[k].mean[i], b[k].mean[i], 1e-12);
  }
}

TEST_CASE("exact answers have the same bits for any number of threads") {
  const Network network = rbm(40, 14, 0.9);
  const Reference reference = base_rates(network.layers()[0]);
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto one = get(exact_averages(network, reference, lambdas));
  omp_set_num_threads(3);
  const auto three = get(exact_averages(network, reference, lambdas));
  omp_set_num_threads(threads);
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    CHECK(one[k].log_z == three[k].log_z);
    CHECK(one[k].energy == three[k].energy);
    CHECK(one[k].energy_variance == three[k].energy_variance);
    CHECK(one[k].mean == three[k].mean);
  }
}

TEST_CASE("enormous weights neither overflow nor cancel") {
  const Network network = stack({layer(UnitKind::binary, 6), layer(UnitKind::spin, 5)}, 3000);
  const Reference reference = Reference::flat(network.layers()[0]);
  const auto averages = get(exact_averages(network, reference, std::vector<double>{1}))[0];
  const auto exact = test::brute_force(network, reference, 1);
  CHECK(averages.log_z == Approx(exact.log_z).epsilon(1e-13));
  CHECK(averages.energy == Approx(exact.values.at("energy")).epsilon(1e-13));
  CHECK(averages.energy_variance == Approx(exact.energy_variance).margin(1e-6));
}

TEST_CASE("what is too large is not summed, and the sentence says why") {
  const std::vector<double> one{1};
  const Network large = rbm(40, 30, 0.1);
  const Reference flat = Reference::flat(large.layers()[0]);
  const auto refused = exact_answers(large, flat, one);
  REQUIRE(std::holds_alternative<std::string>(refused));
  CHECK_THAT(std::get<std::string>(refused), Contains("2^30 states") && Contains("2^26") && Contains("annealing"));
  const Network fair = rbm(40, 10, 0.1);
  CHECK_THAT(std::get<std::string>(exact_log_z(fair, flat, one, {.work = 1000})), Contains("4.2e+04 terms"));
  CHECK(std::holds_alternative<std::vector<double>>(exact_log_z(fair, flat, one, {.work = 50'000})));
  CHECK_THAT(get(exact_answers(fair, flat, one)).source, Contains("1024 states of the hidden layer"));

  const Network gaussian = stack({layer(UnitKind::gaussian, 2), layer(UnitKind::binary, 3)});
  const Reference narrow =
      Reference::base_rates(gaussian.layers()[0], std::vector<double>{0, 0}, std::vector<double>{0.1, 0.1}, 1);
  CHECK_THAT(std::get<std::string>(exact_log_z(gaussian, narrow, lambdas)), Contains("at lambda = 1.7"));
  CHECK_THROWS_AS(exact_log_z(fair, flat, std::vector<double>{-1}), std::invalid_argument);
  CHECK_THROWS_AS(exact_log_z(fair, flat, std::vector<double>{NAN}), std::invalid_argument);
  CHECK_THROWS_WITH(exact_log_z(fair, Reference::flat(gaussian.layers()[0]), one), Contains("does not fit"));
}
