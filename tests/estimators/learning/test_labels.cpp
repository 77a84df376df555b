// Machines whose visible layer ends with a label: exact sums, gradients as slopes, p(label | rest), what chains tell.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/objective.hpp"
#include "estimators/learning/trainer.hpp"
#include "physics/classification.hpp"
#include "physics/exact/network.hpp"

using namespace gibbsite;

namespace {

std::shared_ptr<const ParametricMachine> labelled(UnitKind kind, std::size_t units, std::size_t states,
                                                  std::size_t hidden, UnitKind hidden_kind = UnitKind::binary) {
  return std::make_shared<const ParametricMachine>(Layer{.kind = kind, .units = units, .states = states, .labels = 3},
                                                   Layer{.kind = hidden_kind, .units = hidden}, false);
}

std::vector<double> waves_of(const ParametricMachine& machine) {
  std::vector<double> theta;
  for (std::size_t k = 0; k < machine.parameters(); ++k)
    theta.push_back(0.7 * std::sin(2.0 + 3 * static_cast<double>(k)));
  return theta;
}

/// 40 samples, and labels that depend on them.
Matrix labelled_data(const Layer& layer) {
  Matrix data(layer.width(), 40);
  for (std::size_t n = 0; n < data.columns(); ++n) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < layer.units; ++i) {
      const std::size_t draw = (7 * n + 3 * i + n * i) % 5;
      sum += draw;
      if (layer.kind == UnitKind::categorical)
        data(i * layer.states + draw % layer.states, n) = 1;
      else if (layer.kind == UnitKind::gaussian)
        data(i, n) = 1.5 * std::sin(1.0 + 2.0 * static_cast<double>(n) + 3.0 * static_cast<double>(i));
      else
        data(i, n) = draw < 2 ? 1 : layer.kind == UnitKind::spin ? -1 : 0;
    }
    data(layer.own_width() + (sum + n / 7) % 3, n) = 1;
  }
  return data;
}

double mean_ln_p(const ParametricMachine& machine, const std::vector<double>& theta, const Matrix& v) {
  double sum = 0;
  for (const double w : machine.log_weight(theta, v)) sum += w / static_cast<double>(v.columns());
  return sum - machine.log_z(theta);
}

}  // namespace

TEST_CASE("gradients of machines with a label are slopes of what they climb, for every kind of unit beside it") {
  using enum UnitKind;
  for (const auto& machine : {labelled(binary, 4, 1, 3), labelled(binary, 3, 1, 6), labelled(spin, 4, 1, 2, spin),
                              labelled(categorical, 2, 3, 3), labelled(gaussian, 2, 1, 3)}) {
    const auto theta = waves_of(*machine);
    const Matrix data = labelled_data(machine->visible());
    const auto check = [&](auto&& value, const std::vector<double>& gradient) {
      for (std::size_t k = 0; k < theta.size(); ++k) {
        auto up = theta, down = theta;
        up[k] += 1e-5, down[k] -= 1e-5;
        INFO(k);
        CHECK(gradient[k] == Approx((value(up) - value(down)) / 2e-5).epsilon(1e-6).margin(1e-8));
      }
    };
    std::vector<double> exact(theta.size(), 0);
    make_exact_objective(machine)->add_gradient(theta, data, 0, exact);
    check([&](const auto& t) { return mean_ln_p(*machine, t, data); }, exact);
    if (machine->visible().kind == gaussian) continue;
    for (const FlipRule rule : {FlipRule::pseudo_likelihood, FlipRule::flow}) {
      std::vector<double> gradient(theta.size(), 0);
      flip_objective(rule, *machine, theta, data, gradient);
      check([&](const auto& t) { return flip_objective(rule, *machine, t, data); }, gradient);
    }
    CHECK_THROWS_AS(flip_objective(FlipRule::ratio_matching, *machine, theta, data), std::invalid_argument);
  }
}

TEST_CASE("a machine with a label as a network has the same ln Z, energies and p(label | rest)") {
  using enum UnitKind;
  for (const auto& machine : {labelled(binary, 4, 1, 3), labelled(spin, 4, 1, 6, spin), labelled(categorical, 2, 3, 3),
                              labelled(gaussian, 2, 1, 3)}) {
    auto theta = waves_of(*machine);
    machine->fix_gauge(theta);
    const Network network = machine->network(theta);
    const Reference flat = Reference::flat(network.layers()[0]);
    const auto log_z = std::get<std::vector<double>>(exact_log_z(network, flat, std::vector<double>{1.0}));
    CHECK(log_z[0] - network.constant() * 0 == Approx(machine->log_z(theta)).epsilon(1e-11));
    const Matrix data = labelled_data(machine->visible());
    const auto weights = machine->log_weight(theta, data);
    const std::size_t own = machine->visible().own_width();
    Matrix rest(own, data.columns());
    for (std::size_t n = 0; n < data.columns(); ++n) {
      CHECK(-network.free_energy(data.column(n)) == Approx(weights[n]).epsilon(1e-11));
      std::copy_n(data.column(n).begin(), own, rest.column(n).begin());
    }
    const LabelWeights labels = weigh_labels(network, rest);
    for (std::size_t n = 0; n < data.columns(); ++n) {
      std::vector<double> each;
      for (std::size_t y = 0; y < 3; ++y) {
        std::vector<double> state(data.column(n).begin(), data.column(n).end());
        for (std::size_t a = 0; a < 3; ++a) state[own + a] = a == y ? 1 : 0;
        each.push_back(std::exp(machine->log_weight(theta, Matrix(state.size(), 1, state))[0]));
      }
      const double all = each[0] + each[1] + each[2];
      CHECK(labels.log_weight[n] == Approx(std::log(all)).epsilon(1e-10));
      for (std::size_t y = 0; y < 3; ++y)
        CHECK(labels.log_probability(y, n) == Approx(std::log(each[y] / all)).epsilon(1e-9).margin(1e-11));
    }
  }
}

TEST_CASE("chains of machines with a label come to the gradient of the likelihood") {
  for (const auto& machine : {labelled(UnitKind::binary, 4, 1, 3), labelled(UnitKind::gaussian, 2, 1, 2)}) {
    const auto theta = waves_of(*machine);
    const Matrix data = labelled_data(machine->visible());
    std::vector<double> exact(theta.size(), 0), sum = exact, squares = exact;
    make_exact_objective(machine)->add_gradient(theta, data, 0, exact);
    const auto pcd = make_pcd(machine, Key(4), {.steps = 15, .chains = 200});
    std::vector<double> burn(theta.size(), 0);
    pcd->add_gradient(theta, data, 1000, burn);
    constexpr int updates = 200;
    for (int u = 0; u < updates; ++u) {
      std::vector<double> one(theta.size(), 0);
      pcd->add_gradient(theta, data, static_cast<std::uint64_t>(u), one);
      for (std::size_t k = 0; k < one.size(); ++k) sum[k] += one[k], squares[k] += one[k] * one[k];
    }
    // At most 31 numbers at a false-alarm rate of 1e-4 (Sidak, Student's t with 199 degrees of freedom).
    double most = 0, mutant = 0;
    for (std::size_t k = 0; k < sum.size(); ++k) {
      const double mean = sum[k] / updates, error = std::sqrt((squares[k] / updates - mean * mean) / (updates - 1));
      most = std::max(most, std::abs(mean - exact[k]) / error);
      mutant = std::max(mutant, std::abs(mean) / error);  // that the model were the data
    }
    CHECK(most < 4.8);
    CHECK(mutant > 4.8);
  }
}
