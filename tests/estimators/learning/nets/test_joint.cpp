/// A classifier that is a density too: numpy's ln p(x), ln p(y | x) and ln p(x, y), and the slope of what it learns by.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/energies/energy_learner.hpp"
#include "estimators/learning/nets/answers.hpp"
#include "estimators/learning/nets/joint_objective.hpp"
#include "physics/neural/neural_energy.hpp"
#include "tests/physics/neural/nets.hpp"

namespace gibbsite::test {
namespace {

/// f = B softplus(W2 tanh(W1 x + b1) + b2) + c of three answers in the plane, E = -ln sum exp f + |x|^2 / 2.
NeuralNet joint_net() {
  return net_of("2", {"dense 5", "tanh", "dense 4", "softplus", "dense 3", "logsumexp"}, {.kappa = 1});
}
std::vector<double> joint_theta() {
  std::vector<double> theta = plane_theta();
  theta.resize(theta.size() - 5);  // without a and kappa
  append(theta, sines(1.2, 1, 2, 5, 3, 4));
  append(theta, {.1, -.2, .3});
  return theta;
}
std::vector<double> joint_points() { return sines(1.2, .5, 1.7, 2.3, 4, 2); }

/// ln Z by the trapezoid rule on [-12, 12]^2.
double joint_log_z(const NeuralEnergy<double>& energy) {
  constexpr int side = 241;
  constexpr double step = 0.1;
  std::vector<double> x, e(side * side);
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j) append(x, {-12 + step * i, -12 + step * j});
  energy.energy(x, e);
  double sum = 0;
  for (const double one : e) sum += std::exp(-one);
  return std::log(sum * step * step);
}

}  // namespace

TEST_CASE("a classifier as a density has numpy's probabilities, conditional, marginal and joint") {
  const NeuralNet net = joint_net(), answers = answers_of(net);
  const std::vector<double> theta = joint_theta(), x = joint_points();
  const NeuralEnergy<double> energy(net, theta);
  const double log_z = joint_log_z(energy);
  CHECK(log_z == Approx(3.7876911848626).epsilon(1e-9));
  const std::vector<double> f = NetValues<double>(answers, theta).values(x);
  CHECK(largest_gap(f, {-0.773205203648, 1.91033890528, 0.234698829725, -0.438624060211, 1.28995356297,
                        -0.0214595764857, -0.523016994447, 1.68430861508, -0.154161472572, 0.124453936676,
                        0.813081804562, -0.778587326563}) < 1e-10);
  std::vector<double> e(4), slope(8), marginal, conditional, joint;
  energy.energy_and_gradient(x, e, slope);
  for (double& one : slope) one = -one;
  for (std::size_t s = 0; s < 4; ++s) {
    marginal.push_back(-e[s] - log_z);
    const auto log_p = answer_log_probabilities(answer_energies(std::span(f).subspan(3 * s, 3), false), 1);
    append(conditional, log_p);
    for (const double one : log_p) joint.push_back(marginal[s] + one);
  }
  CHECK(largest_gap(marginal, {-1.89609873253, -2.95730848959, -2.84286734543, -3.44090714153}) < 1e-9);
  CHECK(largest_gap(conditional, {-2.91108510961, -0.227541000679, -1.90318107623, -2.0980533374, -0.369475714219,
                                  -1.68088885367, -2.44559814827, -0.238272538741, -2.0767426264, -1.22269155645,
                                  -0.534063688562, -2.12573281969}) < 1e-9);
  CHECK(largest_gap(joint, {-4.80718384213, -2.12363973321, -3.79927980876, -5.05536182699, -3.32678420381,
                            -4.63819734326, -5.2884654937, -3.08113988417, -4.91960997183, -4.66359869798,
                            -3.97497083009, -5.56663996122}) < 1e-9);
  CHECK(largest_gap(slope, {-0.18157538417, 0.178282608148, -0.644961877, 1.24217826792, 1.26333042991, -0.637587947652,
                            0.767527229929, 1.27675228231}) < 1e-10);
}

TEST_CASE("joint learning is -ln p(x, y) and its slope, ln Z by a grid") {
  const NeuralNet net = joint_net();
  std::vector<double> theta = joint_theta(), d = sines(1, .3, 1.1, theta.size());
  const std::vector<double> x = joint_points();
  const std::vector<std::size_t> right = {1, 0, 2, 1, 0};
  const std::vector<std::uint32_t> samples = {3, 0, 2, 1};  // right answers 1, 1, 2, 0 of the four points
  const auto objective =
      make_joint_objective<double>(make_grid_objective<double>({-12, -12}, {12, 12}, 241), net, right, 1);
  const auto at = [&](double along, std::vector<double>& gradient) {
    std::vector<double> there = theta;
    for (std::size_t i = 0; i < d.size(); ++i) there[i] += along * d[i];
    gradient.assign(theta.size(), 0);
    objective->see(samples);
    return objective->add_gradient(NeuralEnergy<double>(net, there), {}, x, 0, gradient);
  };
  std::vector<double> gradient, other;
  const double value = at(0, gradient);
  CHECK(value == Approx((2.12363973321 + 3.32678420381 + 4.91960997183 + 4.66359869798) / 4).epsilon(1e-6));
  double slope = 0;
  for (std::size_t i = 0; i < d.size(); ++i) slope += gradient[i] * d[i];
  constexpr double h = 1e-5;
  CHECK(slope == Approx((at(h, other) - at(-h, other)) / (2 * h)).epsilon(1e-6));
}

TEST_CASE("joint learning by chains that go on has the same bits stopped and resumed") {
  const NeuralNet net = joint_net();
  Matrix data(2, 40);
  std::vector<std::size_t> right;
  for (std::size_t s = 0; s < 40; ++s) {
    data(0, s) = std::sin(3.1 * static_cast<double>(s)), data(1, s) = std::cos(1.7 * static_cast<double>(s));
    right.push_back(s % 3);
  }
  std::vector<ParameterBlock> blocks;
  for (const NetPart& part : net.parts()) blocks.push_back({part.name, part.begin, 1, part.size, false});
  const auto learner = [&] {
    auto density = make_chain_objective<double>({.chains = 20, .restart = .1}, {{0, 0}, {1, 1}}, Key(4));
    return std::make_unique<EnergyLearner<double>>(
        std::make_unique<NeuralEnergy<double>>(net, joint_theta()), blocks,
        make_joint_objective<double>(std::move(density), net, right, .7), data, joint_theta(),
        GradientOptions{.steps = {.optimizer = Optimizer::adam, .batch = 10, .updates = 30, .first_rate = .01}},
        Key(5));
  };
  const auto whole = learner(), first = learner(), second = learner();
  while (!whole->done()) whole->advance();
  for (int k = 0; k < 11; ++k) first->advance();
  second->load(first->save());
  while (!second->done()) second->advance();
  CHECK(second->parameters() == whole->parameters());
  CHECK(second->parameters() != first->parameters());
}

TEST_CASE("an energy that answers ends with a logsumexp, and labels are among its answers") {
  CHECK(answers_of(joint_net()).outputs() == 3);
  CHECK_THROWS_WITH(answers_of(net_of("2", {"dense 1"}, {.kappa = 1})), Catch::Contains("ends with \"logsumexp\""));
  CHECK_THROWS_WITH(
      make_joint_objective<double>(make_score_objective<double>(ScoreRule::exact, 0, Key(1)), joint_net(), {0, 3}, 1),
      Catch::Contains("label 3 is beyond"));
}

}  // namespace gibbsite::test
