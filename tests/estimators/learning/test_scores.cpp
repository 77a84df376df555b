/// Objectives that learn a neural energy: values and gradients that numpy computed, differences, and what is refused.
#include <catch2/catch.hpp>

#include "estimators/learning/scores.hpp"
#include "estimators/learning/unrolled_descent.hpp"
#include "tests/physics/neural/nets.hpp"

namespace gibbsite::test {
namespace {

const std::vector<double> score_x = sines(1.2, .5, 1.7, 2.3, 4, 2), score_noise = sines(1, .2, 2.1, 1.3, 4, 2),
                          score_v = sines(1.4, .9, 1.1, 2.9, 4, 2);
constexpr double exact_value = -1.061042528;
const std::vector<double> exact_gradient{
    0.1776840822,   -0.1346580536,  0.680394185,    0.134505621,    -0.0009765702509, -0.05281576566, 0.1500131593,
    0.1074107374,   -0.01098602388, -0.03549492171, -0.1035637734,  -0.1539822681,    -0.2449468131,  0.3438655415,
    -0.09851200621, 0.1533964201,   0.1179547829,   -0.368592268,   0.2124070125,     0.03856542913,  -0.1107592722,
    -0.05939405322, 0.2016183844,   -0.1486140794,  -0.03635657038, -0.05013331334,   -0.05072687143, 0.1243784033,
    -0.0404981439,  -0.01296558907, 0.1340364403,   0.2007650124,   -0.4033886075,    0.06675354947,  0.02220271793,
    -0.02137665661, 0.07339194173,  -0.04733157614, 0.2590951586,   -0.03503181736,   -0.1081372519,  0.2113200208,
    0.2718533225,   -0.4405204493};
constexpr double denoising_value = 0.538822696707;
const std::vector<double> denoising_gradient{
    -0.03789068021, -0.1132799712,  0.3976933151,   -0.03073937395,  0.01514091873,  -0.03682126306, 0.1859085501,
    0.06085306562,  -0.111762898,   0.00371233846,  0.05062242433,   0.1573475739,   -0.06103206067, 0.1179598652,
    -0.03998779695, 0.145097131,    0.06696068183,  -0.235375057,    0.1926775945,   0.05135801425,  -0.04598193866,
    -0.02091839938, 0.09211299389,  -0.08974343386, -0.004787771817, -0.05727229975, -0.02879025641, 0.07896291743,
    -0.05506853524, -0.02216193414, 0.2317819657,   0.089928521,     -0.2828885924,  0.1773833835,   0.1024012829,
    0.009077015622, 0.03047414063,  -0.03139054188, 0.15045136,      0.004585411649, -0.03785121403, 0.1566768963,
    0.1921568303,   -0.6491733956};
constexpr double sliced_value = -0.626727576295;
const std::vector<double> sliced_gradient{
    0.19400147,      -0.08340623028, 0.3053397371,   0.1638428673,   -0.03165271715,  -0.0530550979,  0.178774276,
    0.1970070483,    -0.06977359466, -0.1400700963,  -0.1353740456,  -0.3889118934,   -0.2267887047,  0.2299859056,
    -0.0869164098,   0.1163321793,   0.05681186484,  -0.1773241318,  0.1470818379,    0.03780763986,  -0.09136604167,
    0.009506581416,  0.02790470477,  -0.05770243377, -0.03660450609, -0.03714794377,  -0.05638741188, 0.1036170619,
    -0.0536137893,   -0.0105362845,  0.09459111046,  0.2692733985,   -0.3962456433,   0.1617817149,   0.005258059797,
    -0.005048191211, 0.0379908124,   -0.02621868072, 0.1721959008,   -0.002486233232, -0.04621802416, 0.1574639377,
    0.2410430137,    0.3518846936};
constexpr double reduced_value = -0.935765939034;
const std::vector<double> reduced_gradient{
    0.3368322358,   0.05190383662,  0.1993312145,   0.4500714959,   -0.0679601876,  0.01260140418,  0.2429983881,
    0.1615714797,   -0.07105959303, -0.1147208094,  -0.1201642108,  -0.2666610992,  -0.1116500909,  0.1692120422,
    -0.1298930346,  0.2073161489,   0.1647363728,   -0.1621537523,  0.1682034263,   0.06577980692,  -0.1291940681,
    -0.05854918448, 0.02659231529,  -0.08331142123, -0.05770061147, -0.07100733023, -0.07968876561, 0.09444123722,
    -0.06862524712, -0.02038722507, 0.232508596,    0.3257511675,   -0.3660111226,  0.2255063483,   0.05104289068,
    0.04987426308,  0.0608027267,   -0.02671725997, 0.166197282,    0.08326921645,  -0.08678988297, 0.1717184977,
    0.2539613407,   -0.4424120349};
constexpr double descent_loss = 0.0529574614338;
const std::vector<double> descent_gradient{
    0.01982685323,  0.04344444085,   -0.02242278913, 0.1641911661,   0.005946410919, -0.01744678022,  -0.00944417655,
    0.09354282303,  -0.004610034368, -0.03256073387, 0.003067475399, -0.05473673981, -0.01067329514,  0.02005270378,
    -0.02047122397, -0.06861409637,  0.07355985487,  -0.04757132249, 0.04732251071,  -0.03359423457,  0.03741911347,
    -0.03852027218, 0.02631249729,   -0.0255830455,  0.01755625574,  0.02171389809,  -0.02603202626,  0.01655999773,
    -0.01463455382, 0.01146680831,   -0.07162140326, 0.09563158863,  -0.06175060107, 0.04881633854,   -0.03996956696,
    0.006438574841, 0.0009324432802, -0.00907528454, 0.05034770991,  0.01070007256,  -0.002014340422, 0.05355296221,
    0.08130152103,  0.07946610529,   0.6485210626};

enum class ScoreRule { exact, denoising, sliced, reduced };

template <class Real>
double score(ScoreRule rule, const NeuralEnergy<Real>& energy, std::span<Real> gradient) {
  const auto x = as<Real>(score_x), noise = as<Real>(score_noise), v = as<Real>(score_v);
  const double sigma = .5;
  switch (rule) {
    case ScoreRule::exact:
      return exact_score<Real>(energy, x, gradient);
    case ScoreRule::denoising:
      return denoising_score<Real>(energy, x, noise, {&sigma, 1}, {}, gradient);
    case ScoreRule::sliced:
      return sliced_score<Real>(energy, x, v, Slices::plain, gradient);
    default:
      return sliced_score<Real>(energy, x, v, Slices::reduced, gradient);
  }
}

template <class Real>
void check_scores(double tolerance) {
  const NeuralEnergy<Real> energy(plane_net(), plane_theta());
  const auto check = [&](ScoreRule rule, double value, const std::vector<double>& expected) {
    CAPTURE(static_cast<int>(rule));
    std::vector<Real> gradient(44);
    CHECK(score<Real>(rule, energy, gradient) == Approx(value).epsilon(tolerance));
    CHECK(largest_gap(as<double>(gradient), expected) < tolerance);
    CHECK(score<Real>(rule, energy, {}) == Approx(value).epsilon(tolerance));
  };
  check(ScoreRule::exact, exact_value, exact_gradient);
  check(ScoreRule::denoising, denoising_value, denoising_gradient);
  check(ScoreRule::sliced, sliced_value, sliced_gradient);
  check(ScoreRule::reduced, reduced_value, reduced_gradient);
}

/// The loss of oracle and its gradient, rate last.
template <class Real>
std::pair<double, std::vector<double>> descent_learned() {
  const NeuralEnergy<Real> energy(plane_net(), plane_theta());
  const Descent descent{.steps = 3, .fixed = 1, .rate = .3};
  const std::vector<Real> x = as<Real>(std::vector<double>{-1, .8, .2, .8, 1.1, .8});
  const std::vector<Real> way = descend<Real>(energy, descent, x);
  double loss = 0;
  std::vector<Real> bar(6), gradient(44);
  for (std::size_t r = 0; r < 3; ++r) {
    const Real off = way[18 + 2 * r + 1] - Real(.25);
    loss += static_cast<double>(off * off) / 6;
    bar[2 * r + 1] = off / 3;
  }
  const double rate_bar = descend_reverse<Real>(energy, descent, way, bar, gradient);
  std::vector<double> all = as<double>(gradient);
  all.push_back(rate_bar);
  return {loss, all};
}

}  // namespace

TEST_CASE("score matching of a neural energy, exact, denoising and sliced, has numpy's values and gradients") {
  check_scores<double>(1e-9);
  check_scores<float>(1e-5);
}

TEST_CASE("learning through an unrolled descent has numpy's gradient to second order") {
  const auto [loss, gradient] = descent_learned<double>();
  CHECK(loss == Approx(descent_loss).epsilon(1e-10));
  CHECK(largest_gap(gradient, descent_gradient) < 1e-10);
  const auto [rounded, rounded_gradient] = descent_learned<float>();
  CHECK(rounded == Approx(descent_loss).epsilon(1e-5));
  CHECK(largest_gap(rounded_gradient, descent_gradient) < 1e-5);
}

TEST_CASE("rules for several noises, weights and the model's states are differences of their values") {
  const NeuralNet net = net_of("4x4", {"conv 3 3x3", "swish", "dense 4", "softplus", "dense 1"}, {.kappa = .5});
  const std::vector<double> theta = net.initial(Key(1)), x = sines(1, 1, 2, 3, 5, 16), noise = sines(1, 2, 1, 3, 5, 16),
                            model = sines(2, 2, 3, 1, 7, 16), sigma{.1, .2, .3, .5, 1}, weight{2, 1, .5, 1, 3},
                            d = sines(1, 1, 1, theta.size());
  const auto rule = [&](int which, const std::vector<double>& at, std::span<double> gradient) {
    const NeuralEnergy<double> energy(net, at);
    return which == 0 ? denoising_score<double>(energy, x, noise, sigma, weight, gradient)
                      : contrastive<double>(energy, x, model, gradient);
  };
  for (const int which : {0, 1}) {
    std::vector<double> gradient(theta.size()), up = theta, down = theta;
    double slope = 0;
    rule(which, theta, gradient);
    for (std::size_t i = 0; i < theta.size(); ++i) {
      up[i] += 1e-5 * d[i];
      down[i] -= 1e-5 * d[i];
      slope += gradient[i] * d[i];
    }
    CHECK(slope == Approx((rule(which, up, {}) - rule(which, down, {})) / 2e-5).epsilon(1e-7));
  }
}

TEST_CASE("exact and sliced score matching refuse relu by name, denoising takes it") {
  using Catch::Contains;
  const NeuralNet net = net_of("2", {"dense 3", "relu", "dense 1"});
  const NeuralEnergy<double> energy(net, net.initial(Key(1)));
  CHECK_THROWS_WITH(score<double>(ScoreRule::exact, energy, {}), Contains("exact") && Contains("\"relu\" (layer_1)"));
  CHECK_THROWS_WITH(score<double>(ScoreRule::sliced, energy, {}), Contains("sliced") && Contains("denoising"));
  CHECK_NOTHROW(score<double>(ScoreRule::denoising, energy, {}));
  CHECK_THROWS_WITH(exact_score<double>(NeuralEnergy<double>(plane_net(), plane_theta()), {}, {}),
                    Contains("no states"));
}

}  // namespace gibbsite::test
