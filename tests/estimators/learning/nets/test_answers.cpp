/// Losses of energies of answers: values and slopes of numpy, differences, what collapses, and the learner against
/// itself.
#include <omp.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/nets/answers.hpp"
#include "estimators/learning/nets/net_learner.hpp"
#include "physics/chance.hpp"
#include "physics/continuous/known_densities.hpp"
#include "tests/physics/neural/nets.hpp"

namespace gibbsite::test {
namespace {

constexpr AnswerLoss all_losses[] = {
    AnswerLoss::energy, AnswerLoss::perceptron, AnswerLoss::hinge,         AnswerLoss::log,
    AnswerLoss::lvq2,   AnswerLoss::mce,        AnswerLoss::square_square, AnswerLoss::square_exponential,
    AnswerLoss::nll,    AnswerLoss::mee};

struct LossCase {
  AnswerLoss loss;
  double value;
  std::vector<double> slope;
};

NeuralNet answering_net(std::size_t answers) {
  return NeuralNet(parse_shape("2"),
                   {parse_layer("dense 16"), parse_layer("swish"), parse_layer("dense " + std::to_string(answers))}, {},
                   NetEnd::values);
}
std::vector<ParameterBlock> answering_blocks(const NeuralNet& net) {
  std::vector<ParameterBlock> out;
  for (const NetPart& part : net.parts())
    out.push_back({part.name, part.begin, part.shape[0], part.size / part.shape[0], !part.name.ends_with("weight")});
  return out;
}

struct Moons {
  Matrix x;
  std::vector<std::size_t> label;
};
Moons moons(std::size_t count) {
  const auto density = two_moons();
  Moons out{Matrix(2, count), {}};
  for (std::size_t s = 0; s < count; ++s) {
    Chance chance(Stream(Key(7), Purpose::test, s, 0));
    out.label.push_back(density->draw(out.x.column(s), chance));
  }
  return out;
}

template <class Real = double>
NetLearner<Real> moon_learner(const Moons& data, AnswerOptions options, double l2, std::uint64_t updates) {
  const NeuralNet net = answering_net(2);
  const std::vector<double> theta = net.initial(Key(2));
  GradientOptions how{.steps = {.optimizer = Optimizer::adam,
                                .batch = 50,
                                .updates = updates,
                                .first_rate = 0.02,
                                .last_rate = 0,
                                .momentum = 0.9,
                                .l2 = l2,
                                .penalize_biases = true}};
  return {NetValues<Real>(net, theta),
          answering_blocks(net),
          make_answer_objective<Real>(options, 2, data.label),
          data.x,
          theta,
          how,
          Key(5)};
}
/// The scores of what it has learned, of its own data.
AnswerScores moon_scores(const Moons& data, AnswerOptions options, double l2) {
  NetLearner<double> learner = moon_learner(data, options, l2, 1500);
  while (!learner.done()) learner.advance();
  const NetValues<double> net(answering_net(2), learner.parameters());
  const auto numbers = data.x.numbers();
  const std::vector<double> f = net.values(std::vector<double>(numbers.begin(), numbers.end()));
  return score_answers(answer_energies(f, options.positive), data.label, 1);
}

}  // namespace

TEST_CASE("losses of answers have numpy's values and slopes") {
  const std::vector<double> energy = {.7, 1.1, .4, 1.6};
  const LossCase cases[] = {
      {AnswerLoss::energy, .7, {1, 0, 0, 0}},
      {AnswerLoss::perceptron, .3, {1, 0, -1, 0}},
      {AnswerLoss::hinge, 1.3, {1, 0, -1, 0}},
      {AnswerLoss::log, 0.854355244469, {0.574442516812, 0, -0.574442516812, 0}},
      {AnswerLoss::lvq2, 1.5, {5, 0, -8.75, 0}},
      {AnswerLoss::mce, 0.574442516812, {0.244458311691, 0, -0.244458311691, 0}},
      {AnswerLoss::square_square, .85, {1.4, 0, -1.2, 0}},
      {AnswerLoss::square_exponential, 1.16032004604, {1.4, 0, -0.670320046036, 0}},
      {AnswerLoss::nll, 0.811199610121, {0.70382341014, -0.162545158854, -0.464497354934, -0.0767808963525}},
      {AnswerLoss::mee, 0.70382341014, {0.312684026218, -0.0722131062713, -0.206359863875, -0.0341110560721}}};
  for (const LossCase& one : cases) {
    CAPTURE(static_cast<int>(one.loss));
    std::vector<double> slope(4);
    const double value = answer_loss({.loss = one.loss, .beta = 1.5}, energy, 0, slope);
    CHECK(value == Approx(one.value).epsilon(1e-10));
    CHECK(largest_gap(slope, one.slope) < 1e-10);
  }
}

TEST_CASE("slopes of losses of answers are differences of them, and those of their objectives in parameters too") {
  constexpr double h = 1e-6;
  Chance chance(Stream(Key(3), Purpose::test, 0, 0));
  for (const AnswerLoss loss : all_losses) {
    const AnswerOptions options{.loss = loss, .margin = 1.3, .cap = 9, .gamma = .7, .beta = 1.4, .positive = true};
    CAPTURE(static_cast<int>(loss));
    for (std::size_t trial = 0; trial < 20; ++trial) {
      std::vector<double> energy(5), slope(5), unused(5);
      for (double& e : energy) e = .2 + 2 * chance.uniform();
      const std::size_t right = chance.pick(5);
      answer_loss(options, energy, right, slope);
      for (std::size_t y = 0; y < 5; ++y) {
        std::vector<double> up = energy, down = energy;
        up[y] += h, down[y] -= h;
        const double difference =
            (answer_loss(options, up, right, unused) - answer_loss(options, down, right, unused)) / (2 * h);
        CHECK(slope[y] == Approx(difference).epsilon(1e-6).margin(1e-8));
      }
    }
    for (const bool positive : {false, true}) {
      if (loss == AnswerLoss::lvq2 && !positive) continue;  // ratios of energies above 0
      AnswerOptions own = options;
      own.positive = positive;
      const Moons data = moons(20);
      const NeuralNet net = answering_net(3);
      std::vector<double> theta = net.initial(Key(4)), d(theta.size());
      for (double& x : d) x = chance.normal();
      for (std::size_t i = 0; i < theta.size(); ++i) theta[i] += .3 * chance.normal();
      const auto objective = make_answer_objective<double>(own, 3, data.label);
      const std::vector<std::uint32_t> samples = {3, 0, 11, 7};
      const std::vector<double> x = rounded_samples<double>(data.x, samples);
      const auto at = [&](double along, std::vector<double>& gradient) {
        std::vector<double> there = theta;
        for (std::size_t i = 0; i < d.size(); ++i) there[i] += along * d[i];
        gradient.assign(theta.size(), 0);
        return objective->add_gradient(NetValues<double>(net, there), {}, {x, samples, 0}, gradient);
      };
      std::vector<double> gradient, other;
      at(0, gradient);
      double slope = 0;
      for (std::size_t i = 0; i < d.size(); ++i) slope += gradient[i] * d[i];
      CHECK(slope == Approx((at(h, other) - at(-h, other)) / (2 * h)).epsilon(1e-6).margin(1e-8));
    }
  }
}

TEST_CASE("scores of answers: accuracy, gap, and calibration against bins by hand") {
  // p of the likeliest: 0.9 right, 0.9 wrong, 0.6 right, 0.6 right.
  const auto of = [](double p) { return std::vector<double>{-std::log(p), -std::log(1 - p)}; };
  std::vector<double> energy;
  for (const double p : {.9001, .9001, .6001, .6001}) append(energy, of(p));
  const std::vector<std::size_t> right = {0, 1, 0, 0};
  const AnswerScores found = score_answers(energy, right, 1);
  CHECK(found.accuracy == Approx(.75));
  CHECK(found.calibration_error == Approx(.5 * (.9001 - .5) + .5 * (1 - .6001)));
  CHECK(found.log_likelihood == Approx((std::log(.9001) + std::log(.0999) + 2 * std::log(.6001)) / 4));
  const double wide = std::log(.9001 / .0999), narrow = std::log(.6001 / .3999);
  CHECK(found.gap == Approx((wide - wide + 2 * narrow) / 4));
  CHECK(found.spread == Approx((wide + narrow) / 4));
}

TEST_CASE("energies that are never below 0 become flat by losses without a margin, and by none that has one") {
  // The margins of LeCun et al. (2006), table 1, with weights that decay; the hinge with margin 0 is the mutant.
  const Moons data = moons(400);
  constexpr double decay = 3e-3, flat = 0.02, steep = 0.3;
  for (const AnswerLoss loss : all_losses) {
    CAPTURE(static_cast<int>(loss));
    const AnswerScores found = moon_scores(data, {.loss = loss, .positive = true}, decay);
    const bool none = loss == AnswerLoss::energy || loss == AnswerLoss::perceptron || loss == AnswerLoss::lvq2;
    if (none) {
      CHECK(std::abs(found.gap) < flat);
    } else {
      CHECK(found.gap > steep);
      CHECK(found.accuracy > .85);
    }
  }
  const AnswerScores mutant = moon_scores(data, {.loss = AnswerLoss::hinge, .margin = 0, .positive = true}, decay);
  CHECK(std::abs(mutant.gap) < flat);
}

TEMPLATE_TEST_CASE("a net that learns answers has the same bits for any number of threads, and stopped and resumed", "",
                   float, double) {
  const int before = omp_get_max_threads();
  const Moons data = moons(300);
  std::vector<std::vector<double>> found;
  for (const int threads : {1, 3}) {
    omp_set_num_threads(threads);
    NetLearner<TestType> learner = moon_learner<TestType>(data, {}, 0, 40);
    while (!learner.done()) learner.advance();
    found.push_back(learner.parameters());
  }
  omp_set_num_threads(before);
  NetLearner<TestType> first = moon_learner<TestType>(data, {}, 0, 40),
                       second = moon_learner<TestType>(data, {}, 0, 40);
  for (int k = 0; k < 17; ++k) first.advance();
  second.load(first.save());
  while (!second.done()) second.advance();
  CHECK(second.objective() != first.objective());
  found.push_back(second.parameters());
  CHECK(found[1] == found[0]);
  CHECK(found[2] == found[0]);
}

TEST_CASE("objectives of answers refuse labels beyond the net's outputs") {
  CHECK_THROWS_WITH(make_answer_objective<float>({}, 2, {0, 1, 2}), Catch::Contains("label 2 is beyond the 2 outputs"));
  CHECK_THROWS_WITH(make_answer_objective<float>({}, 1, {0}), Catch::Contains("two outputs at least"));
}

}  // namespace gibbsite::test
