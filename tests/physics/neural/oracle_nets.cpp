/// A ConvNet and an attention energy against numbers that numpy computed, with their parameters in PyTorch's order.
#include <catch2/catch.hpp>

#include "nets.hpp"

namespace gibbsite::test {
namespace {

const std::vector<double> conv_dx{
    0.08569695685,  0.02010061339, -0.09587878102, 0.06172342026,  0.04084830731, -0.09956864341,
    0.09034718766,  -0.105020789,  0.09817317542,  -0.08740756631, 0.1062707942,  -0.09526512554,
    0.009184579904, 0.06060295172, -0.09863728605, 0.0699143514,   0.01656454904, -0.0827829821,
    -0.0756943674,  0.03732123915, 0.08926826321,  0.001656571381, -0.1031632504, -0.07754103284,
    -0.09660751222, -0.1030193593, -0.09793207559, -0.08944988435, -0.0746465161, -0.05117888031,
    -0.02735930101, 0.04741007186, 0.1001719547,   0.106963376,    0.06282260028, -0.007928639792};
const std::vector<double> conv_dk1{-0.01802785128, -0.0231740377,  -0.005136285279, -0.03957132335, -0.01380755695,
                                   -0.01514819219, 0.01816331088,  0.01087747226,   0.03125137216,  0.001764695878,
                                   0.007842831869, -0.01056016595, 0.03354392437,   0.02571430902,  0.003187510108,
                                   -0.01000481807, -0.02017629888, -0.02914342146,  0.03297391029,  0.002447966517};
const std::vector<double> conv_dk2{
    0.0448818674,   0.0116724128,   0.05091638774,   -0.01569971637,  0.01121817762,  0.02061061871,   0.1033557093,
    0.3213167394,   0.1130904322,   -0.01507570085,  -0.04686312173,  0.035765584,    -0.002581397905, 0.0008718377235,
    0.02322737715,  -0.02513953994, -0.003602355757, -0.05384842029,  -0.05422296824, -0.01410174989,  -0.06151343149,
    0.01896724159,  -0.01355297638, -0.02490023228,  -0.1248667595,   -0.388191231,   -0.1366275351,   0.01821335197,
    0.05661657387,  -0.04320934573, 0.003118654921,  -0.001053290158, -0.0280616072,  0.03037174153,   0.004352101041,
    0.06505569738,  0.05737513622,  0.0149215332,    0.06508941922,   -0.0200698727,  0.01434085759,   0.02634776858,
    0.1321256945,   0.4107581248,   0.1445701645,    -0.01927215688,  -0.0599078904,  0.04572125388,   -0.003299953077,
    0.001114521544, 0.02969292512,  -0.03213735551,  -0.00460510367,  -0.06883760923};
const std::vector<double> conv_rest{0.3487141201,  -0.4212907295, 0.4457818112,
                                    -0.1302405928, 0.1130400758,  0.6282838633};
const std::vector<double> attention_dx{0.799027569,   -0.4705984453, -0.3507266483, 0.4053958552,
                                       0.3471607069,  -0.2347460201, -0.1540416929, 0.5616364054,
                                       0.07703875065, -0.1111318383, 0.1527172472,  0.4996130146};
const std::vector<double> attention_dqk{0.129397546,    -0.1617961576,  -0.05243097013, -0.006693178175,
                                        0.1094974357,   -0.02366376838, -0.2943422219,  0.2697744612,
                                        -0.0951465358,  -0.01659324185, 0.01960823661,  0.109159171,
                                        -0.01074901316, -0.1333022145,  0.0809402764,   0.06397005646};
const std::vector<double> attention_dv{0.4771417509,  -0.226374419,   0.2602821159,   0.311065736,
                                       -0.3688638838, 0.1546010464,   -0.209823327,   -0.1998524485,
                                       0.2617530132,  -0.08555640648, 0.1359267686,   0.04250446771,
                                       -0.1818382494, 0.04031280255,  -0.05517164974, 0.1132339798};

std::vector<double> conv_theta() {
  std::vector<double> theta;
  for (int o = 0; o < 2; ++o)
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c) theta.push_back(.5 * std::sin(1 + 2 * o + 3 * r + 5 * c + r * c));
  append(theta, {.1, -.2});
  for (int o = 0; o < 3; ++o)
    for (int i = 0; i < 2; ++i)
      for (int r = 0; r < 3; ++r)
        for (int c = 0; c < 3; ++c) theta.push_back(.4 * std::sin(2 + o + 3 * i + 2 * r + 4 * c + r * c));
  append(theta, {.05, -.1, .2, 1, -.7, .5});
  return theta;
}

template <class Real>
void check_conv_net(double tolerance) {
  const NeuralEnergy<Real> energy(
      net_of("6x6", {"conv 2 3x3 padding 1", "swish", "pool 2x2", "conv 3 3x3", "swish", "dense 1 without bias"},
             {.kappa = .1}),
      conv_theta());
  const auto x = as<Real>(sines(1, 1, 1, 2, 6, 6));
  std::vector<Real> v, gradient(36), theta_bar(energy.parameters());
  for (int k = 0; k < 36; ++k) v.push_back(static_cast<Real>(std::cos(1.3 * k)));
  std::vector<double> e(1), along(3), expected = conv_dk1;
  energy.energy_and_gradient(x, e, gradient);
  CHECK(e[0] == Approx(1.15432297655).margin(tolerance));
  CHECK(largest_gap(as<double>(gradient), conv_dx) < tolerance);
  energy.add_gradient(x, std::vector<double>{1}, e, theta_bar);
  append(expected, conv_dk2);
  append(expected, conv_rest);
  CHECK(largest_gap(as<double>(theta_bar), expected) < tolerance);
  energy.along(x, v, along);
  CHECK(along[1] == Approx(.297543919).margin(std::max(tolerance, 1e-9)));
  CHECK(2 * along[2] == Approx(1.87825704).margin(std::max(10 * tolerance, 1e-8)));
}

template <class Real>
void check_attention(double tolerance) {
  std::vector<double> theta = sines(.6, 1, 2, 3, 4, 2);
  append(theta, sines(.6, 2, 3, 1, 4, 2));
  append(theta, sines(.6, 3, 1, 2, 4, 4));
  append(theta, {.5, -.4, .3, .6});
  const NeuralEnergy<Real> energy(
      net_of("3 tokens x 4", {"attention 2 causal", "softplus", "conv 1 1x1 without bias", "sum"}), theta);
  const auto x = as<Real>(sines(1, 1, 2, 3, 3, 4));
  std::vector<Real> gradient(12), theta_bar(energy.parameters());
  std::vector<double> e(1), expected = attention_dqk;
  energy.energy_and_gradient(x, e, gradient);
  CHECK(e[0] == Approx(3.23650127082).margin(tolerance));
  CHECK(largest_gap(as<double>(gradient), attention_dx) < tolerance);
  energy.add_gradient(x, std::vector<double>{1}, e, theta_bar);
  append(expected, attention_dv);
  theta_bar.resize(32);  // those behind are the mean of softplus
  CHECK(largest_gap(as<double>(theta_bar), expected) < tolerance);
}

}  // namespace

TEST_CASE("a small ConvNet and its derivatives are those of numpy, in single precision to six digits") {
  check_conv_net<double>(1e-10);
  check_conv_net<float>(2e-6);
}

TEST_CASE("an energy with causal attention and its derivatives are those of numpy") {
  check_attention<double>(1e-10);
  check_attention<float>(2e-6);
}

TEST_CASE("a classifier is an energy: ln p(x) of three classes in the plane is numpy's") {
  constexpr double log_z = 3.7876911848626;
  const std::vector<double> log_p{-1.89609873253, -2.95730848959, -2.84286734543, -3.44090714153},
      slope{-0.18157538417, 0.178282608148,  -0.644961877,   1.24217826792,
            1.26333042991,  -0.637587947652, 0.767527229929, 1.27675228231};
  std::vector<double> theta = plane_theta();
  theta.resize(39);  // as far as softplus
  append(theta, sines(1.2, 1, 2, 5, 3, 4));
  append(theta, {.1, -.2, .3});
  const NeuralEnergy<double> energy(
      net_of("2", {"dense 5", "tanh", "dense 4", "softplus", "dense 3", "logsumexp"}, {.kappa = 1}), theta);
  std::vector<double> e(4), gradient(8);
  energy.energy_and_gradient(sines(1.2, .5, 1.7, 2.3, 4, 2), e, gradient);
  for (std::size_t r = 0; r < 4; ++r) CHECK(-e[r] - log_z == Approx(log_p[r]).epsilon(1e-10));
  for (std::size_t i = 0; i < 8; ++i) CHECK(-gradient[i] == Approx(slope[i]).epsilon(1e-10));
}

TEST_CASE("relu filters on a Gaussian reference: the force is what Xie's reconstruction lacks") {
  std::vector<double> theta;
  append(theta, sines(1.5, .5, 1.7, 5));
  append(theta, sines(.8, 2, 1.1, 5));
  for (const double filter : sines(1.2, 1, 2, 5)) theta.push_back(-filter);
  const NeuralEnergy<double> energy(
      net_of("1", {"dense 5", "relu", "dense 1 without bias"}, {.mean = {0}, .deviation = {1}}), theta);
  std::vector<double> e(3), gradient(3);
  energy.energy_and_gradient(std::vector<double>{-1, 0, 1}, e, gradient);
  CHECK(largest_gap(e, {.65479967336, -.78628545255, -1.8486824844}) < 1e-10);
  CHECK(largest_gap(gradient, {-2.1667683235, -1.5623970318, -.56239703184}) < 1e-10);
}

}  // namespace gibbsite::test
