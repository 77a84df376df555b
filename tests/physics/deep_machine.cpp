// Deep machines as functions of their parameters: exact sums, their slopes, and probabilities of belief networks.
#include "physics/deep_machine.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "physics/belief_machine.hpp"
#include "physics/exact/belief.hpp"
#include "physics/exact/network.hpp"
#include "physics/mean_field.hpp"

using namespace gibbsite;

namespace {

using Thetas = std::vector<double>;

void append_vec(Thetas& out, double s, double p, double q, int n) {
  for (int i = 0; i < n; ++i) out.push_back(s * std::sin(p + q * i));
}
void append_mat(Thetas& out, double s, double p, double q, double r, int rows, int columns) {
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) out.push_back(s * std::sin(p + q * i + r * j + i * j));
}
/// Layers 3-2-2.
Thetas theta_322() {
  Thetas out;
  append_vec(out, .5, 1, 2, 3), append_vec(out, .5, 2, 3, 2), append_vec(out, .5, 3, 1, 2);
  append_mat(out, 1.2, 1, 3, 7, 3, 2), append_mat(out, 1.2, 2, 5, 3, 2, 2);
  return out;
}
const Matrix sample_101(3, 1, Thetas{1, 0, 1});

DeepMachine deep(std::vector<std::size_t> units, UnitKind kind = UnitKind::binary) {
  std::vector<Layer> layers;
  for (const std::size_t n : units) layers.push_back({.kind = kind, .units = n});
  return DeepMachine(layers);
}

double log_of_sum(const Thetas& w) {
  double sum = 0;
  for (const double x : w) sum += std::exp(x);
  return std::log(sum);
}

}  // namespace

TEST_CASE("a small deep Boltzmann machine: ln Z, ln p, mean field and its bound") {
  const DeepMachine machine = deep({3, 2, 2});
  const Thetas theta = theta_322();
  const double log_z = machine.log_sum(theta, {});
  CHECK(log_z == Approx(6.21496569472).epsilon(1e-11));
  CHECK(machine.log_sum(theta, sample_101.column(0)) - log_z == Approx(-1.11006551111).epsilon(1e-10));
  const Network network = machine.network(theta);
  const auto again = exact_log_z(network, Reference::flat(network.layers()[0]), Thetas{1.0});
  CHECK(std::get<Thetas>(again)[0] == Approx(log_z).epsilon(1e-12));
  const Posterior hidden = posterior(network, sample_101);
  const double expected[4] = {0.955667258697, 0.71519122516, 0.842531843311, 0.0881595046856};
  for (std::size_t i = 0; i < 4; ++i) CHECK(hidden.mean(i, 0) == Approx(expected[i]).margin(1e-5));
  CHECK(hidden.log_weight[0] - log_z == Approx(-1.14192753725).epsilon(1e-9));
}

TEST_CASE("exact sums of deep machines have the slopes they say, with data and without") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const auto& units : {std::vector<std::size_t>{3, 4}, {3, 2, 4}, {2, 3, 2, 3}, {3, 1, 2, 1, 2}}) {
      const DeepMachine machine = deep(units, kind);
      Thetas theta;
      for (std::size_t k = 0; k < machine.parameters(); ++k)
        theta.push_back(.8 * std::sin(1.0 + 3 * static_cast<double>(k)));
      const Network network = machine.network(theta);
      Thetas x(network.width()), all, given;
      Thetas v;
      for (std::size_t i = 0; i < units[0]; ++i) v.push_back(i % 2 == 0 ? 1 : kind == UnitKind::spin ? -1 : 0);
      for (std::size_t s = 0; s < std::size_t{1} << x.size(); ++s) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = s >> i & 1U ? 1 : kind == UnitKind::spin ? -1 : 0;
        all.push_back(-network.energy(x));
        if (std::equal(v.begin(), v.end(), x.begin())) given.push_back(all.back());
      }
      CHECK(machine.log_sum(theta, {}) == Approx(log_of_sum(all)).epsilon(1e-12));
      CHECK(machine.log_sum(theta, v) == Approx(log_of_sum(given)).epsilon(1e-12));
      for (const Thetas& clamp : {Thetas{}, v}) {
        Thetas gradient(theta.size(), 0);
        machine.log_sum(theta, clamp, 2, gradient);
        for (std::size_t k = 0; k < theta.size(); ++k) {
          Thetas up = theta, down = theta;
          up[k] += 1e-5, down[k] -= 1e-5;
          INFO(k);
          CHECK(gradient[k] / 2 ==
                Approx((machine.log_sum(up, clamp) - machine.log_sum(down, clamp)) / 2e-5).epsilon(1e-7).margin(1e-9));
        }
      }
    }
}

TEST_CASE("a small deep belief network: ln Z of its top and ln p, exactly") {
  const BeliefMachine machine({3, 2, 2});
  Thetas theta = theta_322();
  append_vec(theta, .5, 2, 3, 2), append_mat(theta, 1.2, 1, 3, 7, 3, 2);  // recognition: as the way down
  REQUIRE(theta.size() == machine.parameters());
  const BeliefNetwork network = machine.network(theta);
  const Network& top = *network.top();
  const double log_z = std::get<Thetas>(exact_log_z(top, Reference::flat(top.layers()[0]), Thetas{1.0}))[0];
  CHECK(log_z == Approx(3.10861156207).epsilon(1e-11));
  CHECK(exact_log_weight(network, sample_101)[0] - log_z == Approx(-1.23391659841).epsilon(1e-10));
  // The bound with q(h | v) = logistic(b1 + v W1), over all h.
  double bound = -log_z;
  const SigmoidLayer& layer = network.below()[0];
  const Matrix up = layer.up(sample_101);
  for (int s = 0; s < 4; ++s) {
    const Matrix h(2, 1, Thetas{s & 1 ? 1.0 : 0.0, s & 2 ? 1.0 : 0.0});
    const Matrix down = layer.down(h);
    double log_q = 0, log_p = -top.free_energy(h.column(0));
    for (std::size_t j = 0; j < 2; ++j) log_q += h(j, 0) * up(j, 0) - softplus(up(j, 0));
    for (std::size_t i = 0; i < 3; ++i) log_p += sample_101(i, 0) * down(i, 0) - softplus(down(i, 0));
    bound += std::exp(log_q) * (log_p - log_q);
  }
  CHECK(bound == Approx(-1.24263930139).epsilon(1e-10));
}

TEST_CASE("probabilities of a belief network of four layers add up to one, and are its sums over states") {
  const BeliefMachine machine({3, 2, 3, 2});
  Thetas theta;
  for (std::size_t k = 0; k < machine.parameters(); ++k) theta.push_back(std::sin(2.0 + 5 * static_cast<double>(k)));
  const BeliefNetwork network = machine.network(theta);
  const Network& top = *network.top();
  const double log_z = std::get<Thetas>(exact_log_z(top, Reference::flat(top.layers()[0]), Thetas{1.0}))[0];
  Matrix states(3, 8);
  for (std::size_t s = 0; s < 8; ++s)
    for (std::size_t i = 0; i < 3; ++i) states(i, s) = s >> i & 1U ? 1 : 0;
  const Thetas log_weight = exact_log_weight(network, states);
  double total = 0;
  for (const double w : log_weight) total += std::exp(w - log_z);
  CHECK(total == Approx(1).epsilon(1e-12));
  double by_hand = 0;  // of state 5
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = 0; b < 8; ++b) {
      const Matrix h1(2, 1, Thetas{a & 1 ? 1.0 : 0.0, a & 2 ? 1.0 : 0.0}), h2(3, 1, states.column(b));
      double log_p = -top.free_energy(h2.column(0));
      const Matrix f1 = network.below()[1].down(h2), f0 = network.below()[0].down(h1);
      for (std::size_t i = 0; i < 2; ++i) log_p += h1(i, 0) * f1(i, 0) - softplus(f1(i, 0));
      for (std::size_t i = 0; i < 3; ++i) log_p += states(i, 5) * f0(i, 0) - softplus(f0(i, 0));
      by_hand += std::exp(log_p);
    }
  CHECK(log_weight[5] == Approx(std::log(by_hand)).epsilon(1e-12));
}

TEST_CASE("what is no deep machine is refused") {
  CHECK_THROWS_AS(deep({3}), std::invalid_argument);
  CHECK_THROWS_AS(deep({3, 0, 2}), std::invalid_argument);
  CHECK_THROWS_AS(deep({3, 2, 2}, UnitKind::gaussian), std::invalid_argument);
  CHECK_THROWS_AS(BeliefMachine({3}), std::invalid_argument);
  const DeepMachine wide = deep({40, 40, 40});
  CHECK_THROWS_AS(wide.log_sum(Thetas(wide.parameters(), 0), {}), std::invalid_argument);
}
