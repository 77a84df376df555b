// Learning of gaussian units in single precision: the same steps as in doubles, chains that move as they should, and
// bits that depend on neither threads nor interruptions.
#include <omp.h>

#include <catch2/catch.hpp>

#include "estimators/learning/dense_learner.hpp"
#include "physics/matrices/float_products.hpp"
#include "tests/estimators/learning/float_learners.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

std::shared_ptr<const ParametricMachine> gaussian_rbm(std::size_t visible, std::size_t hidden) {
  return std::make_shared<const ParametricMachine>(Layer{.kind = UnitKind::gaussian, .units = visible},
                                                   Layer{.units = hidden}, false);
}

std::shared_ptr<const ParametricMachine> categorical_rbm(std::size_t visible, std::size_t states, std::size_t hidden) {
  return std::make_shared<const ParametricMachine>(
      Layer{.kind = UnitKind::categorical, .units = visible, .states = states}, Layer{.units = hidden}, false);
}

Matrix letters(std::size_t visible, std::size_t states, std::size_t samples) {
  Matrix out(visible * states, samples);
  for (std::size_t n = 0; n < samples; ++n)
    for (std::size_t i = 0; i < visible; ++i) out(i * states + (i * n + n * n + i / 3) % 7 % states, n) = 1;
  return out;
}

Matrix real_numbers(std::size_t visible, std::size_t samples) {
  Matrix out(visible, samples);
  for (std::size_t n = 0; n < samples; ++n) {
    Chance chance(Stream(Key(5), Purpose::test, 1, n));
    const double common = chance.normal();
    for (std::size_t i = 0; i < visible; ++i)
      out(i, n) =
          std::sin(static_cast<double>(i)) + common + (0.5 + 0.1 * static_cast<double>(i % 7)) * chance.normal();
  }
  return out;
}

}  // namespace

TEST_CASE("dense products in single precision") {
  REQUIRE(float_products_available());
  const std::size_t m = 19, n = 33, k = 45;
  std::vector<float> a(m * k), b(k * n), c(m * n, 0.5F), transposed(k * m), b_transposed(n * k);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(std::sin(static_cast<double>(i)));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(std::cos(static_cast<double>(3 * i)));
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t l = 0; l < k; ++l) transposed[l * m + i] = a[i * k + l];
  for (std::size_t l = 0; l < k; ++l)
    for (std::size_t j = 0; j < n; ++j) b_transposed[j * k + l] = b[l * n + j];
  for (const bool of_a : {false, true})
    for (const bool of_b : {false, true}) {
      std::vector<float> out = c;
      multiply({.rows = m,
                .columns = n,
                .inner = k,
                .a = of_a ? transposed.data() : a.data(),
                .a_stride = of_a ? m : k,
                .a_transposed = of_a,
                .b = of_b ? b_transposed.data() : b.data(),
                .b_stride = of_b ? k : n,
                .b_transposed = of_b,
                .c = out.data(),
                .c_stride = n,
                .alpha = 2,
                .beta = 3});
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
          double sum = 1.5;
          for (std::size_t l = 0; l < k; ++l)
            sum += 2 * static_cast<double>(a[i * k + l]) * static_cast<double>(b[l * n + j]);
          CHECK(static_cast<double>(out[i * n + j]) == Approx(sum).epsilon(0).margin(2e-5));
        }
    }
}

TEST_CASE("dense steps in single precision are those in doubles, given the same chains") {
  const auto machine = gaussian_rbm(37, 21);
  const Matrix data = real_numbers(37, 230);
  for (const FloatChains chains :
       {FloatChains{}, FloatChains{.steps = 3}, FloatChains{true, 1, 70}, FloatChains{true, 2, 33}}) {
    TrainingOptions options{.batch = 50, .updates = 40, .first_rate = 0.02, .last_rate = 0.01, .momentum = 0.7};
    if (!dense_learner_supported(*machine, chains, options)) return;
    const auto off = [&] {
      DenseLearner fast(machine, data, first_parameters(*machine, data, 0.1, Key(2)), chains, options, Key(2));
      return off_from_plain(fast, machine, data, options, Key(2));
    };
    options.centered = false;
    CHECK(off() < 2e-5);
    options.centered = true, options.l2 = 0.02, options.l1 = 0.001, options.max_norm = 0.5;
    CHECK(off() < 2e-5);
  }
}

TEST_CASE("dense steps of categorical units are those in doubles, in the same gauge, given the same chains") {
  const auto machine = categorical_rbm(13, 4, 21);
  const Matrix data = letters(13, 4, 230);
  for (const FloatChains chains : {FloatChains{.steps = 2}, FloatChains{true, 1, 70}}) {
    TrainingOptions options{.batch = 50, .updates = 40, .first_rate = 0.02, .last_rate = 0.01, .momentum = 0.7};
    if (!dense_learner_supported(*machine, chains, options)) return;
    const auto off = [&] {
      DenseLearner fast(machine, data, first_parameters(*machine, data, 0.1, Key(2)), chains, options, Key(2));
      return off_from_plain(fast, machine, data, options, Key(2));
    };
    options.centered = false;
    CHECK(off() < 2e-5);
    options.centered = true, options.l2 = 0.02, options.l1 = 0.001;
    CHECK(off() < 2e-5);
  }
}

TEST_CASE("fast chains of categorical units make the expected updates, and not those of others") {
  const auto machine = categorical_rbm(2, 3, 2);
  Doubles theta(machine->parameters());
  for (std::size_t k = 0; k < theta.size(); ++k) theta[k] = 3.0 * std::sin(1.0 + 3 * static_cast<double>(k));
  machine->fix_gauge(theta);
  const Matrix once = letters(2, 3, 5);
  Matrix data(6, 1000);
  for (std::size_t n = 0; n < 1000; ++n) std::copy_n(once.column(n % 5).data(), 6, data.column(n).data());
  // Of k sweeps from the data: all pairs of letters, by the hidden states between them.
  const Matrix pairs = [] {
    Matrix v(6, 9);
    for (std::size_t s = 0; s < 9; ++s) v(s / 3, s) = v(3 + s % 3, s) = 1;
    return v;
  }();
  const auto field = [&](std::size_t i, std::size_t h) {
    return theta[i] + theta[8 + 2 * i] * static_cast<double>(h & 1U) + theta[9 + 2 * i] * static_cast<double>(h >> 1);
  };
  const auto moved = [&](const Doubles& p) {
    Doubles of_hidden(4, 0), out(9, 0);
    const Matrix input = machine->hidden_field(theta, pairs);
    for (std::size_t s = 0; s < 9; ++s)
      for (std::size_t h = 0; h < 4; ++h) {
        double share = p[s];
        for (std::size_t j = 0; j < 2; ++j) share /= 1 + std::exp(h >> j & 1U ? -input(j, s) : input(j, s));
        of_hidden[h] += share;
      }
    for (std::size_t h = 0; h < 4; ++h) {
      double sum = 0;
      for (std::size_t s = 0; s < 9; ++s) sum += std::exp(field(s / 3, h) + field(3 + s % 3, h));
      for (std::size_t s = 0; s < 9; ++s)
        out[s] += of_hidden[h] * std::exp(field(s / 3, h) + field(3 + s % 3, h)) / sum;
    }
    return out;
  };
  Doubles p(9, 0);
  for (std::size_t n = 0; n < 5; ++n)
    for (std::size_t s = 0; s < 9; ++s)
      if (std::ranges::equal(once.column(n), pairs.column(s))) p[s] += 0.2;
  const auto direction = [&](std::size_t steps) {
    Doubles model = p, out(theta.size(), 0);
    for (std::size_t k = 0; k < steps; ++k) model = moved(model);
    machine->add_gradient(theta, pairs, p, out);
    for (double& share : model) share = -share;
    machine->add_gradient(theta, pairs, model, out);
    const Doubles first = theta;
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += first[k];
    machine->fix_gauge(out);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] -= first[k];
    return out;
  };
  const TrainingOptions options{
      .batch = 1000, .updates = 1'000'000, .first_rate = 1, .last_rate = 1, .momentum = 0, .centered = false};
  if (!dense_learner_supported(*machine, {}, options)) return;
  const auto p_value = [&](std::size_t steps, const Doubles& expected) {
    DenseLearner fast(machine, data, theta, {.steps = steps}, options, Key(7));
    return p_value_of_direction(fast, expected, 500);
  };
  const double least = statistics::sidak(1e-3, 2 * theta.size() + 2);
  CHECK(p_value(1, direction(1)) > least);
  CHECK(p_value(2, direction(2)) > least);
  CHECK(p_value(2, direction(1)) < least);  // the mutants
  CHECK(p_value(1, direction(2)) < least);
}

TEST_CASE("fast chains of gaussian units make the expected updates, and not those of others") {
  const auto machine = gaussian_rbm(2, 2);
  Doubles theta = {.3, -.2, .1, -.4}, values;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j) theta.push_back(.9 * std::sin(1 + 3 * i + 7 * j + i * j));
  theta.insert(theta.end(), {std::log(.8), std::log(1.3)});
  for (int n = 0; n < 200 * 5; ++n)
    for (int i = 0; i < 2; ++i) values.push_back(1.5 * std::sin(1 + 2 * (n % 5) + 3 * i + n % 5 * i));
  const Matrix data(2, 1000, values);
  const Doubles one = {-1.10202630825,  0.539991510355,  -0.183237163437, -0.206778896694,
                       -0.936274813352, -0.899232173064, 0.519631807657,  0.490638287879};
  const Doubles two = {-1.50563936667, 0.71280971701,  -0.239088361926, -0.274914194855,
                       -1.31377249822, -1.26899818058, 0.678462461763,  0.651403699037};
  const TrainingOptions options{
      .batch = 1000, .updates = 1'000'000, .first_rate = 1, .last_rate = 1, .momentum = 0, .centered = false};
  if (!dense_learner_supported(*machine, {}, options)) return;
  const auto p = [&](std::size_t steps, const Doubles& expected) {
    DenseLearner fast(machine, data, theta, {.steps = steps}, options, Key(7));
    return p_value_of_direction(fast, expected, 200);
  };
  const double least = statistics::sidak(1e-3, 4 * 8);
  CHECK(p(1, one) > least);
  CHECK(p(2, two) > least);
  CHECK(p(2, one) < least);  // mutants: k off by one
  CHECK(p(1, two) < least);
}

TEST_CASE(
    "fast learning of gaussian units has the same bits for any number of threads, and when it stops and goes on") {
  const auto machine = gaussian_rbm(250, 140);
  const Matrix data = real_numbers(250, 300);
  const TrainingOptions options{.batch = 70, .updates = 24, .first_rate = 0.001, .last_rate = 0, .momentum = 0.5};
  const Doubles theta = first_parameters(*machine, data, 0.1, Key(4));
  const int before = omp_get_max_threads();
  for (const FloatChains chains : {FloatChains{.steps = 2}, FloatChains{true, 1, 90}}) {
    if (!dense_learner_supported(*machine, chains, options)) return;
    const auto begin = [&] { return std::make_unique<DenseLearner>(machine, data, theta, chains, options, Key(4)); };
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
  }
  omp_set_num_threads(before);
}
