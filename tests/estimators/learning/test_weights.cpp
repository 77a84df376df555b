// Data with weights: a sample of weight 2 is a sample that comes twice; pseudocounts are uniform states among the data.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/objective.hpp"
#include "estimators/learning/trainer.hpp"

using namespace gibbsite;

namespace {

std::shared_ptr<const ParametricMachine> potts_of_three() {
  return std::make_shared<const ParametricMachine>(Layer{.kind = UnitKind::categorical, .units = 3, .states = 3},
                                                   Layer{}, true);
}

std::vector<double> some_theta(const ParametricMachine& machine) {
  std::vector<double> theta;
  for (std::size_t k = 0; k < machine.parameters(); ++k)
    theta.push_back(0.5 * std::sin(1.0 + 2 * static_cast<double>(k)));
  return theta;
}

Matrix one_hot_rows(const std::vector<std::array<std::size_t, 3>>& rows) {
  Matrix out(9, rows.size());
  for (std::size_t n = 0; n < rows.size(); ++n)
    for (std::size_t i = 0; i < 3; ++i) out(3 * i + rows[n][i], n) = 1;
  return out;
}

std::vector<double> climbed(Objective& objective, const std::vector<double>& theta, const Matrix& batch,
                            std::vector<double> weight) {
  std::vector<double> out(theta.size(), 0);
  objective.weigh(std::move(weight));
  objective.add_gradient(theta, batch, 3, out);
  return out;
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t k = 0; k < a.size(); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

}  // namespace

TEST_CASE("a sample of weight 2 is one that comes twice, for every method that takes weights") {
  const auto machine = potts_of_three();
  const auto theta = some_theta(*machine);
  const Matrix once = one_hot_rows({{0, 1, 2}, {1, 1, 0}, {2, 0, 0}}),
               twice = one_hot_rows({{0, 1, 2}, {0, 1, 2}, {1, 1, 0}, {2, 0, 0}});
  const std::vector<double> weight = {1.5, 0.75, 0.75};
  const auto check = [&](const std::function<std::unique_ptr<Objective>()>& make) {
    CHECK(make()->weighs());
    CHECK(apart(climbed(*make(), theta, once, weight), climbed(*make(), theta, twice, {})) < 1e-13);
    CHECK(apart(climbed(*make(), theta, once, {}), climbed(*make(), theta, twice, {})) > 1e-3);
  };
  check([&] { return make_exact_objective(machine); });
  check([&] { return make_flip_objective(FlipRule::pseudo_likelihood, machine); });
  check([&] { return make_flip_objective(FlipRule::flow, machine); });
  check([&] { return make_pcd(machine, Key(1), {.chains = 50}); });
  check([&] { return make_jarzynski(machine, Key(1), {.chains = 50}); });
  const auto rbm = std::make_shared<const ParametricMachine>(Layer{.units = 2}, Layer{.units = 2}, false);
  const Matrix data(2, 2, std::vector<double>{0, 1, 1, 1});
  const std::vector<double> both = {1, 1};
  TrainingOptions options{.batch = 2, .updates = 1};
  options.weight = both;
  CHECK_THROWS_WITH(Trainer(rbm, make_noise_contrastive(rbm, {0.5, 0.5}, 2, Key(1)), data,
                            std::vector<double>(rbm->parameters(), 0), options, Key(1)),
                    Catch::Contains("weights"));
}

TEST_CASE("weights follow their samples through batches in any order") {
  const auto machine = potts_of_three();
  const Matrix once = one_hot_rows({{0, 1, 2}, {1, 1, 0}, {2, 0, 0}}),
               twice = one_hot_rows({{0, 1, 2}, {0, 1, 2}, {1, 1, 0}, {2, 0, 0}});
  const std::vector<double> weight = {1.5, 0.75, 0.75}, zero(machine->parameters(), 0);
  const auto learned = [&](const Matrix& data, std::span<const double> weights) {
    TrainingOptions options{.batch = 10, .updates = 200, .first_rate = 0.2, .last_rate = 0.2, .l2 = 0.05};
    options.weight = weights;
    options.centered = false;
    Trainer trainer(machine, make_exact_objective(machine), data, zero, options, Key(1));
    while (!trainer.done()) trainer.advance();
    return trainer.parameters();
  };
  CHECK(apart(learned(once, weight), learned(twice, {})) < 1e-10);
  const auto first = first_parameters(*machine, once, 0, Key(1), weight);
  CHECK(first[0] > first_parameters(*machine, once, 0, Key(1))[0]);  // of the first letter there is more
}

TEST_CASE("pseudocounts are uniform states among the data") {
  const auto machine = potts_of_three();
  const auto theta = some_theta(*machine);
  const Matrix data = one_hot_rows({{0, 1, 2}, {1, 1, 0}, {2, 0, 0}});
  std::vector<std::array<std::size_t, 3>> all;
  for (std::size_t s = 0; s < 27; ++s) all.push_back({s % 3, s / 3 % 3, s / 9});
  const auto of = [&](const Matrix& v, double pseudocount) {
    return climbed(*make_exact_objective(machine, pseudocount), theta, v, {});
  };
  const auto alone = of(data, 0), uniform = of(one_hot_rows(all), 0), mixed = of(data, 0.25);
  for (std::size_t k = 0; k < mixed.size(); ++k)
    CHECK(mixed[k] == Approx(0.75 * alone[k] + 0.25 * uniform[k]).margin(1e-13));
  const auto pcd = make_pcd(machine, Key(1), {.chains = 50, .pseudocount = 0.25}),
             plain = make_pcd(machine, Key(1), {.chains = 50});
  const auto with = climbed(*pcd, theta, data, {}), without = climbed(*plain, theta, data, {});
  for (std::size_t k = 0; k < with.size(); ++k)
    CHECK(with[k] - without[k] == Approx(mixed[k] - alone[k]).margin(1e-13));
}
