// Identities that exact answers of networks obey: derivatives in lambda, spins as binary units, the Potts gauge.
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/exact/network.hpp"
#include "physics/matrices/eigen.hpp"
#include "tests/physics/small_networks.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

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
  const Eigen::MatrixXd w = eigen(binary.weights()[0]) / 4;
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
  const Network spins(layers, {matrix(w)}, constant);
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
  Matrix w = weights(12, 5, 0.8);
  const Network before(layers, {w}, 0.25);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      const double shift = 0.7 * weight(0, j) + static_cast<double>(i);
      for (std::size_t k = 0; k < 4; ++k) w(4 * i + k, j) += shift;
      layers[1].bias[j] -= shift;
    }
    for (std::size_t k = 0; k < 4; ++k) layers[0].bias[4 * i + k] += 1.5;
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
