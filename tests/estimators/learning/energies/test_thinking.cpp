/// Answers by descent: states, slopes by differences of what is made small, and what thinking is worth.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/energies/thinking.hpp"
#include "physics/neural/neural_energy.hpp"

using namespace gibbsite;

namespace {

constexpr Thinking three_steps{.context = 2, .symbols = 3, .steps = 3, .rate = .4};

NeuralNet thinking_net() {
  return NeuralNet(
      parse_shape("3 tokens x 6"),
      {parse_layer("attention 4 causal"), parse_layer("conv 5 1x1"), parse_layer("swish"), parse_layer("dense 1")},
      {.kappa = .5});
}

}  // namespace

TEST_CASE("a context becomes tokens with places, and answers begin where all symbols are alike") {
  const std::vector<double> x = states_to_answer<double>(three_steps, std::vector<double>{2, 0});
  const double on = std::sqrt(3.);
  CHECK(x == std::vector<double>{on, 0, 0, 0, 0, on,  //
                                 0, on, 0, on, 0, 0,  //
                                 0, 0, on, 0, 0, 0});
  CHECK_THROWS(states_to_answer<double>(three_steps, std::vector<double>{3, 0}));
}

TEST_CASE("thinking is going down the energy, step by step, and the context stays") {
  const NeuralNet net = thinking_net();
  const NeuralEnergy<double> energy(net, net.initial(Key(4)));
  const std::vector<double> context = {2, 0, 1, 1}, y = think<double>(energy, three_steps, context);
  REQUIRE(y.size() == 4 * 2 * 3);
  std::vector<double> x = states_to_answer<double>(three_steps, context), e(2), slope(x.size());
  for (std::size_t k = 0; k <= 3; ++k) {
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t i = 0; i < 3; ++i)
        CHECK(y[(k * 2 + s) * 3 + i] == Approx(x[s * 18 + 15 + i]).epsilon(1e-13).margin(1e-14));
    energy.energy_and_gradient(x, e, slope);
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t i = 15; i < 18; ++i) x[s * 18 + i] -= .4 * slope[s * 18 + i];
  }
}

TEST_CASE("slopes of what thinking makes small are differences, of the last answer, of all, and from random starts") {
  const NeuralNet net = thinking_net();
  const std::vector<double> theta = net.initial(Key(4)), batch = {2, 0, 1, 1, 0, 2};
  const std::vector<std::uint32_t> samples = {4, 0, 2};
  const std::vector<std::size_t> right = {1, 0, 2, 0, 2};
  for (const bool every : {false, true})
    for (const double start : {0., .8}) {
      Thinking thinking = three_steps;
      thinking.every = every, thinking.start = start;
      const auto objective = make_thinking_objective<double>(thinking, right, Key(9));
      objective->see(samples);
      const auto value_at = [&](const std::vector<double>& at, std::span<double> gradient) {
        return objective->add_gradient(NeuralEnergy<double>(net, at), {}, batch, 7, gradient);
      };
      std::vector<double> gradient(theta.size(), 0), unused(theta.size());
      value_at(theta, gradient);
      constexpr double h = 1e-5;
      double largest = 0;
      for (std::size_t k = 0; k < theta.size(); ++k) {
        std::vector<double> up = theta, down = theta;
        up[k] += h, down[k] -= h;
        const double difference = (value_at(up, unused) - value_at(down, unused)) / (2 * h);
        CHECK(gradient[k] == Approx(difference).epsilon(1e-6).margin(1e-8));
        largest = std::max(largest, std::abs(difference));
      }
      CHECK(largest > .05);
    }
  CHECK_THROWS(make_thinking_objective<double>(three_steps, {3}, Key(1)));
}
