// Learning in single precision: the same steps as in doubles, chains that move as they should, and bits that depend on
// neither threads nor interruptions.
#include <omp.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/sparse_learner.hpp"
#include "estimators/learning/sparse_likelihood.hpp"
#include "estimators/learning/trainer.hpp"
#include "tests/estimators/learning/float_learners.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

std::shared_ptr<const ParametricMachine> binary_rbm(std::size_t visible, std::size_t hidden) {
  return std::make_shared<const ParametricMachine>(Layer{.units = visible}, Layer{.units = hidden}, false);
}

/// Bits of which unit i is 1 with a probability between 0 and 0.6.
Matrix sparse_bits(std::size_t visible, std::size_t samples) {
  Matrix out(visible, samples);
  for (std::size_t n = 0; n < samples; ++n) {
    Chance chance(Stream(Key(5), Purpose::test, 0, n));
    for (std::size_t i = 0; i < visible; ++i)
      out(i, n) = chance.coin(Coin(0.6 * static_cast<double>(i) / static_cast<double>(visible))) ? 1 : 0;
  }
  return out;
}

double sparse_off_from_plain(const simd::LearningKernels& kernels, FloatChains chains, TrainingOptions options) {
  const auto machine = binary_rbm(37, 21);
  const Matrix data = sparse_bits(37, 230);
  options.batch = 50, options.updates = 40, options.first_rate = 0.2, options.last_rate = 0.1;
  SparseLearner fast(machine, data, first_parameters(*machine, data, 0.3, Key(2)), chains, options, Key(2), &kernels);
  return off_from_plain(fast, machine, data, options, Key(2));
}

double p_value_of_cd(std::size_t steps, const Doubles& theta, const Matrix& data, const Doubles& expected) {
  const TrainingOptions options{.batch = data.columns(),
                                .updates = 1'000'000'000,
                                .first_rate = 1,
                                .last_rate = 1,
                                .momentum = 0,
                                .centered = false};
  SparseLearner fast(binary_rbm(4, 2), data, theta, {.steps = steps}, options, Key(7));
  return p_value_of_direction(fast, expected, 300);
}

Doubles theta_of_4_and_2() {
  Doubles theta;
  for (int i = 0; i < 4; ++i) theta.push_back(std::cos(2 * i + 1) / 2);
  for (int j = 0; j < 2; ++j) theta.push_back(std::sin(5 * j + 2) / 2);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 2; ++j) theta.push_back(1.5 * std::sin(1 + 3 * i + 7 * j + i * j));
  return theta;
}
Matrix digits_of_pi(int copies) {
  const int counts[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};
  Doubles values;
  for (std::size_t s = 0; s < 16; ++s)
    for (int k = 0; k < counts[s] * copies; ++k)
      for (std::size_t i = 0; i < 4; ++i) values.push_back(s >> i & 1U ? 1 : 0);
  return {4, values.size() / 4, values};
}

/// The expected update of a chain whose visible units are drawn given the *means* of the hidden ones.
Doubles expected_with_means(const Doubles& theta, const Matrix& data) {
  const auto machine = binary_rbm(4, 2);
  Doubles out(theta.size(), 0);
  const double each = 1 / static_cast<double>(data.columns());
  machine->add_gradient(theta, data, Doubles(data.columns(), each), out);
  Matrix h = machine->hidden_field(theta, data);
  machine->hidden_mean(h);
  Matrix states(4, 16);
  Doubles weight(16, 0);
  for (std::size_t s = 0; s < 16; ++s)
    for (std::size_t i = 0; i < 4; ++i) states(i, s) = s >> i & 1U ? 1 : 0;
  for (std::size_t n = 0; n < data.columns(); ++n)
    for (std::size_t s = 0; s < 16; ++s) {
      double p = each;
      for (std::size_t i = 0; i < 4; ++i) {
        const double f = theta[i] + theta[6 + 2 * i] * h(0, n) + theta[7 + 2 * i] * h(1, n);
        p /= 1 + std::exp(states(i, s) > 0 ? -f : f);
      }
      weight[s] -= p;
    }
  machine->add_gradient(theta, states, weight, out);
  return out;
}

}  // namespace

TEST_CASE("steps in single precision are those in doubles, given the same chains") {
  for (const simd::LearningKernels* kernels : simd::learning_kernels())
    for (const FloatChains chains :
         {FloatChains{}, FloatChains{.steps = 3}, FloatChains{true, 1, 70}, FloatChains{true, 2, 33}}) {
      INFO(kernels->name << ", persistent " << chains.persistent << ", chains " << chains.count);
      TrainingOptions options{.momentum = 0.7, .centered = false};
      CHECK(sparse_off_from_plain(*kernels, chains, options) < 2e-5);
      options.centered = true, options.l2 = 0.02;
      CHECK(sparse_off_from_plain(*kernels, chains, options) < 2e-5);
      options.l1 = 0.01, options.max_norm = 1, options.penalize_biases = true;
      CHECK(sparse_off_from_plain(*kernels, chains, options) < 2e-5);
    }
}

TEST_CASE("fast chains make the expected updates of k sweeps, and not those of others") {
  if (simd::learning_kernels().empty()) return;
  const Matrix data = digits_of_pi(5);
  const Doubles one = {-0.387217839092,  0.311699740505,   0.0239947507557, -0.0766305488053, -0.153309067018,
                       -0.13283690548,   -0.334993640848,  -0.372788711758, 0.131166477641,   0.195736411354,
                       -0.0553342214084, -0.0624631868345, -0.179763490326, -0.136374082781};
  const Doubles two = {-0.431974738001,  0.349515300771,   0.000520445274115, -0.0940777828311, -0.17366748622,
                       -0.148305588158,  -0.3786631198,    -0.416551749886,   0.150352402323,   0.221953877169,
                       -0.0830266142794, -0.0937534223911, -0.209464506721,   -0.158240361188};
  // Six comparisons of 14 numbers at a false-alarm rate of 1e-3 in all.
  const double least = statistics::sidak(1e-3, 6 * 14);
  const Doubles theta = theta_of_4_and_2();
  const auto p = [&](std::size_t k, const Doubles& expected) { return p_value_of_cd(k, theta, data, expected); };
  CHECK(p(1, one) > least);
  CHECK(p(2, two) > least);
  CHECK(p(2, one) < least);  // mutants: k off by one
  CHECK(p(1, two) < least);
  CHECK(p(1, expected_with_means(theta, data)) < least);  // and probabilities in place of samples
}

TEST_CASE("fast persistent chains come to the gradient of the likelihood") {
  if (simd::learning_kernels().empty()) return;
  const auto machine = binary_rbm(4, 2);
  const Matrix data = digits_of_pi(1);
  const Doubles theta = theta_of_4_and_2();
  Doubles exact(theta.size(), 0);
  machine->add_gradient(theta, data, Doubles(80, 1.0 / 80), exact);
  machine->log_z(theta, 1, exact);
  const TrainingOptions options{
      .batch = 80, .updates = 1'000'000, .first_rate = 1, .last_rate = 1, .momentum = 0, .centered = false};
  // Mean direction over 200 updates from the same parameters, while chains go on.
  const auto p = [&](std::size_t steps, bool persistent) {
    SparseLearner fast(machine, data, theta, {persistent, steps, 400}, options, Key(11));
    Snapshot begin = fast.save();
    const Doubles first = fast.parameters();
    std::vector<Doubles> found(theta.size());
    for (std::uint64_t k = 0; k < 210; ++k) {
      begin.counts["float_update"][0] = k;
      begin.bytes = fast.save().bytes;
      fast.load(begin);
      fast.advance();
      const Doubles now = fast.parameters();
      for (std::size_t i = 0; k >= 10 && i < theta.size(); ++i) found[i].push_back(now[i] - first[i]);
    }
    double least = 1;
    for (std::size_t i = 0; i < theta.size(); ++i) least = std::min(least, statistics::agrees(found[i], exact[i]));
    return least;
  };
  const double least = statistics::sidak(1e-3, 2 * 14);
  CHECK(p(20, true) > least);
  CHECK(p(1, false) < least);  // the mutant: chains that begin at the data
}

TEST_CASE("fast learning has the same bits for any number of threads, and when it stops and goes on") {
  if (simd::learning_kernels().empty()) return;
  const auto machine = binary_rbm(150, 130);
  const Matrix data = sparse_bits(150, 500);
  const TrainingOptions options{.batch = 70, .updates = 30, .first_rate = 0.1, .last_rate = 0, .momentum = 0.5};
  const Doubles theta = first_parameters(*machine, data, 0.1, Key(4));
  const int before = omp_get_max_threads();
  for (const FloatChains chains : {FloatChains{.steps = 2}, FloatChains{true, 1, 150}}) {
    const auto begin = [&] { return std::make_unique<SparseLearner>(machine, data, theta, chains, options, Key(4)); };
    omp_set_num_threads(1);
    const auto whole = begin();
    while (!whole->done()) whole->advance();
    CHECK(whole->bounded());
    for (const int threads : {2, 4}) {
      omp_set_num_threads(threads);
      const auto shared = begin();
      while (!shared->done()) shared->advance();
      CHECK(shared->parameters() == whole->parameters());
    }
    auto part = begin();
    for (int k = 0; k < 12; ++k) part->advance();
    const Snapshot saved = part->save();
    part = begin();
    part->load(saved);
    while (!part->done()) part->advance();
    CHECK(part->save().numbers == whole->save().numbers);
    CHECK(part->save().bytes == whole->save().bytes);
    CHECK(part->model_states() == whole->model_states());
  }
  omp_set_num_threads(before);
  SparseLearner other(binary_rbm(150, 100), data, Doubles(150 + 100 + 15000, 0), {}, options, Key(4));
  CHECK_THROWS_AS(other.load(SparseLearner(machine, data, theta, {}, options, Key(4)).save()), std::invalid_argument);
}

TEST_CASE("what has grown without bounds is noticed") {
  if (simd::learning_kernels().empty()) return;
  const auto machine = binary_rbm(40, 20);
  const Matrix data = sparse_bits(40, 60);
  SparseLearner fast(machine, data, first_parameters(*machine, data, 0.1, Key(1)), {},
                     {.batch = 20, .updates = 100, .first_rate = 1e12, .last_rate = 1e12}, Key(1));
  CHECK(fast.bounded());
  while (!fast.done() && fast.bounded()) fast.advance();
  CHECK(!fast.done());
}

TEST_CASE("instruction sets draw the same states from fields without rounding") {
  const auto sets = simd::learning_kernels();
  const auto machine = binary_rbm(60, 50);
  const Matrix data = sparse_bits(60, 40);
  Doubles theta(machine->parameters());
  for (std::size_t k = 0; k < theta.size(); ++k)
    theta[k] = std::round(64 * std::sin(static_cast<double>(3 * k + 1))) / 64;
  const TrainingOptions options{.batch = 40, .updates = 2, .first_rate = 0.1};
  Matrix first;
  for (const simd::LearningKernels* kernels : sets) {
    SparseLearner fast(machine, data, theta, {.steps = 5}, options, Key(3), kernels);
    fast.advance();
    if (first.size() == 0) first = fast.model_states();
    CHECK(fast.model_states() == first);
  }
}

TEST_CASE("likelihoods in single precision are those in doubles") {
  const auto machine = binary_rbm(90, 75);
  if (!sparse_likelihood_supported(*machine)) return;
  CHECK_FALSE(sparse_likelihood_supported({Layer{.kind = UnitKind::spin, .units = 9}, Layer{.units = 5}, false}));
  const Matrix data = sparse_bits(90, 30);
  Doubles theta = first_parameters(*machine, data, 1, Key(4));
  for (std::size_t j = 0; j < 75; ++j) theta[90 + j] = 30 * std::sin(static_cast<double>(j));  // saturated, too
  const SparseLikelihood floats(*machine, theta);
  const Doubles found = floats.log_weight(BitRows(data)), expected = machine->log_weight(theta, data);
  for (std::size_t n = 0; n < found.size(); ++n) CHECK(found[n] == Approx(expected[n]).epsilon(0).margin(3e-4));
  CHECK(floats.pseudo_likelihood(BitRows(data), 1000) ==
        Approx(flip_objective(FlipRule::pseudo_likelihood, *machine, theta, data)).epsilon(1e-5));
}
