// Deep belief networks: means by recognition against the formula, and what is refused.
#include "physics/belief_network.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace gibbsite;
using Catch::Contains;

namespace {

std::shared_ptr<const Network> rbm(std::size_t visible, std::size_t hidden, UnitKind kind = UnitKind::binary) {
  return std::make_shared<const Network>(
      std::vector<Layer>{{.kind = kind, .units = visible, .bias = std::vector<double>(visible, 0.1)},
                         {.units = hidden, .bias = std::vector<double>(hidden, 0.2)}},
      std::vector<Matrix>{Matrix(visible, hidden, 0.3)});
}

SigmoidLayer sigmoid(std::size_t lower, std::size_t upper) {
  SigmoidLayer layer{std::vector<double>(lower, -0.1), Matrix(lower, upper), std::vector<double>(upper, 0.4),
                     Matrix(lower, upper)};
  for (std::size_t i = 0; i < layer.weights.rows(); ++i)
    for (std::size_t j = 0; j < layer.weights.columns(); ++j) {
      layer.weights(i, j) = std::sin(1.0 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
      layer.recognition_weights(i, j) = layer.weights(i, j) / 2;
    }
  return layer;
}

}  // namespace

TEST_CASE("recognition passes means upwards, layer by layer") {
  const BeliefNetwork network({sigmoid(4, 3), sigmoid(3, 2)}, rbm(2, 5));
  CHECK(network.visible() == 4);
  const std::vector<double> data{1, 0, 1, 1};
  double first[3], second[2];
  const auto v = [](int i, int j) { return std::sin(1.0 + 3.0 * i + 7.0 * j) / 2; };
  for (int j = 0; j < 3; ++j) first[j] = 1 / (1 + std::exp(-(0.4 + v(0, j) + v(2, j) + v(3, j))));
  for (int j = 0; j < 2; ++j) {
    double f = 0.4;
    for (int i = 0; i < 3; ++i) f += first[i] * v(i, j);
    second[j] = 1 / (1 + std::exp(-f));
  }
  const Matrix mean = network.recognise_means(Matrix(4, 1, data));
  REQUIRE(mean.rows() == 2);
  REQUIRE(mean.columns() == 1);
  CHECK(mean(0, 0) == Approx(second[0]).epsilon(1e-14));
  CHECK(mean(1, 0) == Approx(second[1]).epsilon(1e-14));
  const BeliefNetwork bare({}, rbm(2, 5));
  CHECK(bare.visible() == 2);
  const Matrix two(2, 1, std::vector<double>{1, 0});
  CHECK(bare.recognise_means(two) == two);
}

TEST_CASE("what is no belief network is refused") {
  CHECK_THROWS_WITH(BeliefNetwork({}, nullptr), Contains("restricted Boltzmann machine of binary units"));
  CHECK_THROWS_WITH(BeliefNetwork({}, rbm(2, 3, UnitKind::spin)), Contains("of binary units"));
  CHECK_THROWS_WITH(BeliefNetwork({sigmoid(4, 3)}, rbm(2, 3)), Contains("sigmoid layer 0 has weights of 4 x 3"));
  CHECK_THROWS_WITH(BeliefNetwork({sigmoid(4, 3), sigmoid(2, 2)}, rbm(2, 3)), Contains("not 4 x 2"));
  auto layer = sigmoid(4, 2);
  layer.recognition_bias.pop_back();
  CHECK_THROWS_WITH(BeliefNetwork({layer}, rbm(2, 3)), Contains("1 recognition biases for 2 units above"));
  layer = sigmoid(4, 2);
  layer.recognition_weights = Matrix(4, 3);
  CHECK_THROWS_WITH(BeliefNetwork({layer}, rbm(2, 3)), Contains("recognition weights of 4 x 3, not 4 x 2"));
  layer = sigmoid(4, 2);
  layer.weights(1, 1) = INFINITY;
  CHECK_THROWS_WITH(BeliefNetwork({layer}, rbm(2, 3)), Contains("weight that is not finite"));
  layer = sigmoid(4, 2);
  layer.bias[0] = NAN;
  CHECK_THROWS_WITH(BeliefNetwork({layer}, rbm(2, 3)), Contains("bias that is not finite"));
  const BeliefNetwork network({sigmoid(4, 2)}, rbm(2, 3));
  CHECK_THROWS_WITH(network.recognise_means(Matrix(2, 1)), Contains("do not fit"));
}
