/// How layers are written, what is refused and in what words, and in what order numbers stand.
#include <catch2/catch.hpp>

#include "nets.hpp"

namespace gibbsite::test {
namespace {

using Catch::Contains;

}  // namespace

TEST_CASE("layers and shapes are read as they are written") {
  for (const std::string text : {"dense 32", "dense 1 without bias", "conv 32 3x5", "conv 32 3x3 stride 2 padding 1",
                                 "conv 4 2x2 padding 1 without bias", "pool 2x2", "attention 2", "attention 8 causal",
                                 "swish", "softplus", "tanh", "relu", "sum", "logsumexp"})
    CHECK(layer_text(parse_layer(text)) == text);
  CHECK(parse_layer("  conv 8  3x3 padding 1 stride 2 ") == parse_layer("conv 8 3x3 stride 2 padding 1"));
  for (const std::string text : {"784", "28x28", "3x32x32", "8 tokens x 16"})
    CHECK(shape_text(parse_shape(text)) == text);
  CHECK(shape_after(parse_layer("conv 32 3x3 stride 2 padding 1"), parse_shape("28x28")) == parse_shape("32x14x14"));
  CHECK(shape_after(parse_layer("pool 2x2"), parse_shape("32x7x7")) == parse_shape("32x3x3"));
}

TEST_CASE("layers that cannot be are refused by name") {
  for (const std::string text :
       {"", "dens 3", "dense", "dense 0", "dense -1", "dense 3 causal", "conv 3", "conv 3 3", "conv 3 3x3x3",
        "conv 3 3x0", "conv 3 3x3 stride 0", "conv 3 3x3 stride", "pool", "pool 2x2 stride 2", "swish 2", "attention",
        "dense 3 without", "dense 3x3", "dense 99999999999999999999"})
    CHECK_THROWS_WITH(parse_layer(text), Contains("the layer \"" + text + "\"") && Contains("\"pool RxC\""));
  for (const std::string text : {"", "0", "3x", "1x2x3x4", "3 tokens", "3 tokens x 0", "a"})
    CHECK_THROWS_WITH(parse_shape(text), Contains('"' + text + "\" is no shape of states"));
  CHECK_THROWS_WITH(net_of("4", {}), Contains("has no layers"));
  CHECK_THROWS_WITH(net_of("4", {"dense 3", "swish"}), Contains("leave 3 numbers (after \"swish\")"));
  CHECK_THROWS_WITH(net_of("2x2", {"conv 3 3x3", "sum"}),
                    Contains("\"conv 3 3x3\" has a window larger") && Contains("(2x2)"));
  CHECK_THROWS_WITH(net_of("4", {"attention 3", "sum"}), Contains("finds one token alone (4)"));
  CHECK_THROWS_WITH(net_of("4", {"sum"}, {.kappa = -1}), Contains("kappa"));
  CHECK_THROWS_WITH(net_of("2", {"sum"}, {.mean = {0, 0}, .deviation = {1, 0}}), Contains("for each of 2 numbers"));
  CHECK_THROWS_WITH(NeuralEnergy<double>(net_of("2", {"dense 1"}), std::vector<double>(2)),
                    Contains("of 3 parameters is given 2"));
}

TEST_CASE("parameters of a net have names, shapes and places, and begin as the key says") {
  const NeuralNet net =
      net_of("3x5x5", {"conv 8 3x3", "swish", "dense 200", "tanh", "dense 1"}, {.kappa = 2, .learned = true});
  std::vector<std::string> names;
  std::size_t at = 0;
  for (const NetPart& part : net.parts()) {
    names.push_back(part.name);
    CHECK(part.begin == at);
    at += part.size;
  }
  CHECK(names == std::vector<std::string>{"layer_0/weight", "layer_0/bias", "layer_2/weight", "layer_2/bias",
                                          "layer_4/weight", "layer_4/bias", "kappa"});
  CHECK(at == net.parameters());
  CHECK(net.parts()[0].shape == std::vector<std::size_t>{8, 3, 3, 3});
  CHECK(net.parts()[2].shape == std::vector<std::size_t>{200, 72});
  const std::vector<double> theta = net.initial(Key(1));
  CHECK(theta == net.initial(Key(1)));
  CHECK(theta != net.initial(Key(2)));
  CHECK(theta.back() == 2);
  // Variances 2 / fan_in before a swish, 2 / (fan_in + fan_out) before a tanh; 5 standard errors of each.
  const auto variance = [&](const NetPart& part) {
    double sum = 0;
    for (std::size_t i = 0; i < part.size; ++i) sum += theta[part.begin + i] * theta[part.begin + i];
    return sum / static_cast<double>(part.size);
  };
  CHECK(variance(net.parts()[0]) == Approx(2 / 27.0).epsilon(5 * std::sqrt(2 / 216.0)));
  CHECK(variance(net.parts()[2]) == Approx(2 / 272.0).epsilon(5 * std::sqrt(2 / 14400.0)));
  CHECK(variance(net.parts()[1]) == 0);
  CHECK(net.smooth());
  CHECK_FALSE(net_of("2", {"relu", "sum"}).smooth());
}

TEST_CASE("states and weights of images stand in PyTorch's order, channel by channel") {
  // A convolution that leaves its two channels as they are, and a dense layer behind it.
  std::vector<double> theta{1, 0, 0, 1}, x;
  for (int i = 0; i < 12; ++i) theta.push_back(std::sin(i)), x.push_back(std::cos(3 * i));
  const NeuralEnergy<double> energy(net_of("2x2x3", {"conv 2 1x1 without bias", "dense 1 without bias"}), theta);
  std::vector<double> e(1), gradient(12);
  energy.energy_and_gradient(x, e, gradient);
  double sum = 0;
  for (std::size_t i = 0; i < 12; ++i) sum += theta[4 + i] * x[i];
  CHECK(e[0] == Approx(sum));
  CHECK(largest_gap(gradient, std::vector<double>(theta.begin() + 4, theta.end())) < 1e-14);
}

}  // namespace gibbsite::test
