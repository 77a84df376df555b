// Bonds among visible units of any kind, all of them or those of a graph: gradients as slopes, the gauge, sweeps, fixed
// points.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/objective.hpp"
#include "estimators/learning/trainer.hpp"

using namespace gibbsite;

namespace {

using Thetas = std::vector<double>;

std::shared_ptr<const ParametricMachine> bonded(UnitKind kind, std::size_t units, std::size_t states,
                                                std::size_t hidden = 0, UnitKind hidden_kind = UnitKind::binary) {
  return std::make_shared<const ParametricMachine>(Layer{.kind = kind, .units = units, .states = states},
                                                   Layer{.kind = hidden_kind, .units = hidden}, true);
}
std::shared_ptr<const ParametricMachine> on_graph(UnitKind kind, std::size_t units, std::size_t states,
                                                  std::vector<UnitBond> bonds, std::size_t hidden = 0) {
  return std::make_shared<const ParametricMachine>(Layer{.kind = kind, .units = units, .states = states},
                                                   Layer{.units = hidden}, std::move(bonds));
}

Thetas waves(const ParametricMachine& machine, double scale = 0.6) {
  Thetas theta;
  for (std::size_t k = 0; k < machine.parameters(); ++k)
    theta.push_back(scale * std::sin(2.0 + 3 * static_cast<double>(k)));
  return theta;
}

/// Every state as often as `often` says of its number, the first unit's digit fastest.
template <class Often>
Matrix data_of(const Layer& layer, Often often) {
  std::size_t states = 1, samples = 0;
  const std::size_t q = layer.kind == UnitKind::categorical ? layer.states : 2;
  for (std::size_t i = 0; i < layer.units; ++i) states *= q;
  std::vector<double> values;
  for (std::size_t s = 0; s < states; ++s)
    for (int c = 0; c < often(s); ++c, ++samples)
      for (std::size_t i = 0, rest = s; i < layer.units; ++i, rest /= q)
        if (layer.kind == UnitKind::categorical)
          for (std::size_t a = 0; a < q; ++a) values.push_back(rest % q == a ? 1 : 0);
        else
          values.push_back(rest % q == 1 ? 1 : layer.kind == UnitKind::spin ? -1 : 0);
  return {layer.width(), samples, values};
}
Matrix uneven(const Layer& layer) {
  return data_of(layer, [](std::size_t s) { return static_cast<int>((5 * s + 3) % 4); });
}

double log_likelihood(const ParametricMachine& machine, const Thetas& theta, const Matrix& v) {
  double sum = 0;
  for (const double w : machine.log_weight(theta, v)) sum += w / static_cast<double>(v.columns());
  return sum - machine.log_z(theta);
}

Thetas climb(Objective& objective, const Thetas& theta, const Matrix& batch) {
  Thetas out(theta.size(), 0);
  objective.add_gradient(theta, batch, 0, out);
  return out;
}

double most_of(const Thetas& x) {
  double most = 0;
  for (const double one : x) most = std::max(most, std::abs(one));
  return most;
}

const std::vector<UnitBond> ring = {{0, 1}, {1, 2}, {2, 3}, {3, 0}};

}  // namespace

TEST_CASE("gradients of machines with bonds among visible units are slopes of what they climb") {
  using enum UnitKind;
  for (const auto& machine :
       {bonded(categorical, 3, 3), bonded(categorical, 2, 4, 2), bonded(categorical, 3, 2, 2, spin),
        on_graph(spin, 4, 1, ring), on_graph(binary, 4, 1, ring, 2), on_graph(categorical, 4, 2, ring)}) {
    const Thetas theta = waves(*machine);
    const Matrix data = uneven(machine->visible());
    const auto check = [&](auto&& value, const Thetas& gradient) {
      for (std::size_t k = 0; k < theta.size(); ++k) {
        Thetas up = theta, down = theta;
        up[k] += 1e-5, down[k] -= 1e-5;
        INFO(k);
        CHECK(gradient[k] == Approx((value(up) - value(down)) / 2e-5).epsilon(1e-6).margin(1e-8));
      }
    };
    check([&](const Thetas& t) { return log_likelihood(*machine, t, data); },
          climb(*make_exact_objective(machine), theta, data));
    for (const FlipRule rule : {FlipRule::pseudo_likelihood, FlipRule::flow}) {
      Thetas gradient(theta.size(), 0);
      flip_objective(rule, *machine, theta, data, gradient);
      check([&](const Thetas& t) { return flip_objective(rule, *machine, t, data); }, gradient);
    }
  }
}

TEST_CASE("a graph's machine is the complete one without its other bonds") {
  const auto all = bonded(UnitKind::spin, 4, 1), some = on_graph(UnitKind::spin, 4, 1, ring);
  REQUIRE(some->parameters() == 8);
  const Thetas theta = waves(*some);
  Thetas whole(all->parameters(), 0);
  std::copy_n(theta.begin(), 4, whole.begin());
  for (const UnitBond& bond : some->bonds()) whole[all->pair(bond.i, bond.j)] = theta[some->pair(bond.i, bond.j)];
  CHECK(some->log_z(theta) == Approx(all->log_z(whole)).epsilon(1e-13));
  // The same chains, since sums over neighbours skip zeros alone.
  Matrix x = uneven(all->visible()), y = x;
  std::vector<Chance> one, two;
  for (std::size_t n = 0; n < x.columns(); ++n) {
    one.emplace_back(Stream(Key(3), Purpose::sweep, 0, n));
    two.emplace_back(Stream(Key(3), Purpose::sweep, 0, n));
  }
  all->sweep(whole, x, one);
  some->sweep(theta, y, two);
  CHECK(std::equal(x.numbers().begin(), x.numbers().end(), y.numbers().begin()));
  CHECK_THROWS_AS(on_graph(UnitKind::spin, 4, 1, {{0, 4}}), std::invalid_argument);
  CHECK_THROWS_AS(on_graph(UnitKind::spin, 4, 1, {{2, 2}}), std::invalid_argument);
  CHECK(on_graph(UnitKind::spin, 4, 1, {{0, 1}, {1, 0}})->bonds().size() == 1);
}

TEST_CASE("the zero-sum gauge of couplings and fields changes no probability") {
  for (const std::size_t hidden : {0, 2}) {
    const auto machine = bonded(UnitKind::categorical, 3, 3, hidden);
    const Thetas theta = waves(*machine);
    Thetas fixed = theta;
    machine->fix_gauge(fixed);
    const Matrix states = data_of(machine->visible(), [](std::size_t) { return 1; });
    const auto before = machine->log_weight(theta, states), after = machine->log_weight(fixed, states);
    const double shift = machine->log_z(fixed) - machine->log_z(theta);
    CHECK(std::abs(shift) > 1e-3);
    for (std::size_t s = 0; s < before.size(); ++s) CHECK(after[s] - shift == Approx(before[s]).margin(1e-12));
    for (const UnitBond& bond : machine->bonds()) {
      const auto j = std::span(fixed).subspan(machine->pair(bond.i, bond.j), 9);
      for (std::size_t a = 0; a < 3; ++a) {
        CHECK(j[3 * a] + j[3 * a + 1] + j[3 * a + 2] == Approx(0).margin(1e-14));
        CHECK(j[a] + j[a + 3] + j[a + 6] == Approx(0).margin(1e-14));
      }
    }
    for (std::size_t i = 0; i < 9; i += 3) CHECK(fixed[i] + fixed[i + 1] + fixed[i + 2] == Approx(0).margin(1e-14));
    // And as a model of the house: its energies, but for a constant.
    const BoltzmannMachine model = machine->boltzmann(fixed);
    CHECK(model.hidden() == hidden);
    if (hidden == 0)
      for (std::size_t s = 0; s < after.size(); ++s)
        CHECK(-model.energy(states.column(s)) == Approx(after[s]).margin(1e-12));
  }
}

TEST_CASE("two Potts units hold any distribution: there likelihood and pseudo-likelihood are at their best") {
  const auto machine = bonded(UnitKind::categorical, 2, 3);
  const int counts[9] = {1, 4, 2, 8, 5, 7, 3, 6, 9};
  const Matrix data = data_of(machine->visible(), [&](std::size_t s) { return counts[s]; });
  Thetas theta(machine->parameters(), 0);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) theta[machine->pair(0, 1) + 3 * a + b] = std::log(counts[a + 3 * b]);
  machine->fix_gauge(theta);
  CHECK(most_of(climb(*make_exact_objective(machine), theta, data)) < 1e-14);
  CHECK(most_of(climb(*make_flip_objective(FlipRule::pseudo_likelihood, machine), theta, data)) < 1e-14);
  CHECK(most_of(climb(*make_flip_objective(FlipRule::flow, machine), theta, data)) < 1e-13);
  Thetas other = theta;
  other[machine->pair(0, 1)] += 0.1;  // the mutant
  CHECK(most_of(climb(*make_flip_objective(FlipRule::pseudo_likelihood, machine), other, data)) > 1e-3);
  // Learning comes there from nothing.
  Trainer trainer(
      machine, make_flip_objective(FlipRule::pseudo_likelihood, machine), data, Thetas(machine->parameters(), 0),
      {.batch = data.columns(), .updates = 3000, .first_rate = 1, .last_rate = 0.1, .momentum = 0.5}, Key(1));
  while (!trainer.done()) trainer.advance();
  const Thetas found = trainer.parameters();
  for (std::size_t k = 0; k < theta.size(); ++k) CHECK(found[k] == Approx(theta[k]).margin(1e-6));
}

TEST_CASE("chains of Potts machines come to the gradient of the likelihood, with weights and without") {
  const auto machine = bonded(UnitKind::categorical, 3, 3, 2);
  const Thetas theta = waves(*machine);
  const Matrix data = uneven(machine->visible());
  const Thetas exact = climb(*make_exact_objective(machine), theta, data);
  // 47 numbers of 200 updates at a false-alarm rate of 1e-4 (Sidak, Student's t with 199 degrees of freedom).
  constexpr double threshold_of_potts = 4.9;
  const auto largest_z = [&](Objective& objective) {
    constexpr int updates = 200;
    Thetas sum(theta.size(), 0), squares = sum;
    for (int u = 0; u < updates; ++u) {
      Thetas one(theta.size(), 0);
      objective.add_gradient(theta, data, static_cast<std::uint64_t>(u) + 1, one);
      for (std::size_t k = 0; k < one.size(); ++k) sum[k] += one[k], squares[k] += one[k] * one[k];
    }
    Thetas z;
    for (std::size_t k = 0; k < sum.size(); ++k) {
      const double mean = sum[k] / updates, variance = squares[k] / updates - mean * mean;
      z.push_back((mean - exact[k]) / std::sqrt(variance / (updates - 1)));
    }
    return most_of(z);
  };
  const NegativeChains options{.steps = 10, .chains = 200};
  const auto pcd = make_pcd(machine, Key(11), options);
  Thetas burn(theta.size(), 0);
  pcd->add_gradient(theta, data, 1000, burn);
  CHECK(largest_z(*pcd) < threshold_of_potts);
  CHECK(largest_z(*make_cd(machine, Key(11), {.steps = 20})) < threshold_of_potts);
  CHECK(largest_z(*make_cd(machine, Key(11), {.steps = 1})) > threshold_of_potts);  // the mutant
  // Weights that follow moving parameters know ln Z: 3 steps of 20,000 chains, of which ln Z has a standard error of
  // less than 0.02.
  const auto jarzynski = make_jarzynski(machine, Key(5), {.steps = 1, .chains = 20000, .resample_below = 0});
  for (int step = 0; step <= 3; ++step) {
    Thetas now = theta;
    for (double& t : now) t *= step / 3.0;
    Thetas out(theta.size(), 0);
    jarzynski->add_gradient(now, data, static_cast<std::uint64_t>(step), out);
  }
  CHECK(jarzynski->log_z(theta).value == Approx(machine->log_z(theta)).margin(0.08));
}
