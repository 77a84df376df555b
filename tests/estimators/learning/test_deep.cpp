// Learning of deep machines: both expectations against sums, layerwise learning against what it claims, and going on
// where it stopped.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/belief_learner.hpp"
#include "estimators/learning/deep_float_learner.hpp"
#include "estimators/learning/trainer.hpp"
#include "physics/chance.hpp"
#include "physics/mean_field.hpp"

using namespace gibbsite;

namespace {

using Reals = std::vector<double>;

/// Of |z| over the comparisons of one case, at most 60 of them: exceeded by chance once in 1000 runs (Sidak), and seeds
/// are fixed.
constexpr double largest_by_chance = 4.3;

std::shared_ptr<const DeepMachine> deep_machine(std::vector<std::size_t> units, UnitKind kind = UnitKind::binary) {
  std::vector<Layer> layers;
  for (const std::size_t n : units) layers.push_back({.kind = kind, .units = n});
  return std::make_shared<const DeepMachine>(layers);
}
Reals some_theta(std::size_t parameters, double size = 1) {
  Reals out;
  for (std::size_t k = 0; k < parameters; ++k) out.push_back(size * std::sin(1.0 + 3 * static_cast<double>(k)));
  return out;
}
/// Three visible units, some states several times.
Matrix some_data(double low = 0) {
  const int counts[8] = {3, 1, 4, 1, 5, 0, 2, 6};
  Reals values;
  std::size_t samples = 0;
  for (std::size_t s = 0; s < 8; ++s)
    for (int k = 0; k < counts[s]; ++k, ++samples)
      for (std::size_t i = 0; i < 3; ++i) values.push_back(s >> i & 1U ? 1 : low);
  return {3, samples, values};
}
double mean_of_all(const Reals& x) {
  double sum = 0;
  for (const double v : x) sum += v / static_cast<double>(x.size());
  return sum;
}

/// The largest |z| of the mean over `times` calls against what is expected.
template <class Draw>
double largest_score(Draw&& draw, int times, const Reals& expected) {
  Reals sum(expected.size(), 0), squares = sum;
  for (int t = 0; t < times; ++t) {
    const Reals out = draw(static_cast<std::uint64_t>(t));
    for (std::size_t k = 0; k < out.size(); ++k) sum[k] += out[k], squares[k] += out[k] * out[k];
  }
  double largest = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const double mean = sum[k] / times, variance = squares[k] / times - mean * mean;
    if (variance < 1e-20) {
      CHECK(mean == Approx(expected[k]).margin(1e-9));
      continue;
    }
    largest = std::max(largest, std::abs(mean - expected[k]) / std::sqrt(variance / (times - 1)));
  }
  return largest;
}

/// Chains of learning in floats at parameters that stay: what they say of <d(-E)/dtheta> after each update.
auto fast_chains(const std::shared_ptr<const DeepMachine>& machine, const Reals& theta, const Matrix& data,
                 std::size_t sweeps, bool anew) {
  DeepOptions options{.negative = anew ? DeepNegative::cd : DeepNegative::pcd, .sweeps = sweeps, .chains = 400};
  options.steps = {.batch = data.columns(), .updates = 1'000'000, .first_rate = 0, .last_rate = 0};
  const auto fast = std::make_shared<DeepFloatLearner>(machine, data, theta, options, Key(7));
  for (int k = 0; k < 5; ++k) fast->advance();
  return [fast, machine, layers = machine->depth()](std::uint64_t) {
    fast->advance();
    Reals out(machine->parameters(), 0);
    for (std::size_t l = 0; l < layers; ++l) {
      const Matrix x = fast->model_states(l), y = l + 1 < layers ? fast->model_states(l + 1) : Matrix(0, x.columns());
      for (std::size_t n = 0; n < x.columns(); ++n)
        for (std::size_t i = 0; i < x.rows(); ++i) {
          const double share = x(i, n) / static_cast<double>(x.columns());
          out[machine->bias(l).offset + i] += share;
          for (std::size_t j = 0; j < y.rows(); ++j)
            out[machine->weights(l).offset + i * y.rows() + j] += share * y(j, n);
        }
    }
    return out;
  };
}

}  // namespace

TEST_CASE("mean field of a batch is that of the house, and its data gradient the slope of its bound") {
  const MeanFieldEffort to_the_end{.rounds = 2000, .still = 1e-13};
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const auto& units : {std::vector<std::size_t>{3, 4}, {3, 2, 4}, {3, 2, 3, 2}}) {
      const auto machine = deep_machine(units, kind);
      const Matrix data = some_data(kind == UnitKind::spin ? -1 : 0);
      const Reals theta = some_theta(machine->parameters(), kind == UnitKind::spin ? 0.3 : 1);
      const auto bound_at = [&](const Reals& t, Precision precision) {
        const auto phases = make_deep_phases(machine, Key(1), to_the_end, precision);
        phases->set_parameters(t);
        phases->settle(data);
        return phases->bound();
      };
      const Posterior hidden = posterior(machine->network(theta), data);
      const Reals bound = bound_at(theta, Precision::full), single = bound_at(theta, Precision::single);
      for (std::size_t n = 0; n < bound.size(); ++n) {
        CHECK(bound[n] == Approx(hidden.log_weight[n]).margin(1e-8));
        CHECK(single[n] == Approx(hidden.log_weight[n]).margin(1e-4));
      }
      const auto phases = make_deep_phases(machine, Key(1), to_the_end, Precision::full);
      phases->set_parameters(theta);
      phases->settle(data);
      Reals gradient(theta.size(), 0);
      phases->add_data_gradient(1, gradient);
      for (std::size_t k = 0; k < theta.size(); ++k) {
        Reals up = theta, down = theta;
        up[k] += 1e-5, down[k] -= 1e-5;
        const double slope =
            (mean_of_all(bound_at(up, Precision::full)) - mean_of_all(bound_at(down, Precision::full))) / 2e-5;
        CHECK(gradient[k] == Approx(slope).epsilon(1e-6).margin(1e-8));
      }
    }
}

TEST_CASE("the exact gradient of a deep machine is the slope of its likelihood") {
  const auto machine = deep_machine({3, 2, 2});
  const Matrix data = some_data();
  const Reals theta = some_theta(machine->parameters());
  const auto likelihood = [&](const Reals& t) {
    double sum = 0;
    for (std::size_t n = 0; n < data.columns(); ++n)
      sum += machine->log_sum(t, data.column(n)) / static_cast<double>(data.columns());
    return sum - machine->log_sum(t, {});
  };
  DeepObjective exact(machine, {.negative = DeepNegative::exact}, Key(1));
  Reals gradient(theta.size(), 0);
  exact.add_gradient(theta, data, 0, gradient);
  for (std::size_t k = 0; k < theta.size(); ++k) {
    Reals up = theta, down = theta;
    up[k] += 1e-5, down[k] -= 1e-5;
    CHECK(gradient[k] == Approx((likelihood(up) - likelihood(down)) / 2e-5).epsilon(1e-7).margin(1e-9));
  }
}

TEST_CASE("chains of a deep machine come to its expectations, in doubles and in floats") {
  for (const auto& units : {std::vector<std::size_t>{3, 2, 2}, {3, 2, 3, 2}})
    for (const Precision precision : {Precision::full, Precision::single}) {
      const auto machine = deep_machine(units);
      const Reals theta = some_theta(machine->parameters(), 2.5);
      Reals expected(theta.size(), 0);
      machine->log_sum(theta, {}, 1, expected);
      const auto chains = [&](std::size_t sweeps, bool anew) {
        const auto phases =
            std::shared_ptr<DeepPhases>(make_deep_phases(machine, Key(7), MeanFieldEffort{}, precision));
        phases->set_parameters(theta);
        phases->settle(some_data());
        phases->start_at_data(400, 0);
        phases->sweep(1000, 50);
        return [phases, sweeps, anew, size = theta.size()](std::uint64_t t) {
          if (anew) phases->start_at_data(400, t + 1);
          phases->sweep(2000 + t * sweeps, sweeps);
          Reals out(size, 0);
          phases->add_chain_gradient(1, out);
          return out;
        };
      };
      CHECK(largest_score(chains(20, false), 200, expected) < largest_by_chance);
      CHECK(largest_score(chains(1, true), 200, expected) > largest_by_chance);  // the mutant: contrastive divergence
      if (precision != Precision::single || !deep_float_learner_supported(*machine, {})) continue;
      CHECK(largest_score(fast_chains(machine, theta, some_data(), 20, false), 200, expected) < largest_by_chance);
      CHECK(largest_score(fast_chains(machine, theta, some_data(), 1, true), 3000, expected) > largest_by_chance);
    }
}

TEST_CASE("contrastive divergence of a deep machine has the expectation that its states give") {
  const auto machine = deep_machine({3, 2, 2});
  const Reals theta = some_theta(machine->parameters(), 2.5);
  const Network network = machine->network(theta);
  const Matrix data = some_data();
  const MeanFieldEffort effort{.rounds = 5, .still = 0};
  const auto reference = make_deep_phases(machine, Key(3), effort, Precision::full);
  reference->set_parameters(theta);
  // By sums over h, and v and g given h; then <h | v, g>.
  Reals expected(theta.size(), 0);
  for (std::size_t n = 0; n < data.columns(); ++n) {
    reference->settle(Matrix(3, 1, data.column(n)));
    const Reals q = reference->mean(1);
    for (std::size_t s = 0; s < 128; ++s) {
      Reals x(7);
      for (std::size_t i = 0; i < 7; ++i) x[i] = s >> i & 1U ? 1 : 0;
      double p = 1;
      for (std::size_t j = 0; j < 2; ++j) p *= x[3 + j] > 0 ? q[j] : 1 - q[j];
      for (const std::size_t l : {0, 2}) {
        const Reals f = network.field(l, x);
        for (std::size_t i = 0; i < f.size(); ++i)
          p *= x[network.offset(l) + i] > 0 ? logistic(f[i]) : 1 - logistic(f[i]);
      }
      const Reals f = network.field(1, x);
      for (std::size_t j = 0; j < 2; ++j) x[3 + j] = logistic(f[j]);
      p /= static_cast<double>(data.columns());
      for (std::size_t i = 0; i < 7; ++i) expected[i] += p * x[i];
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 2; ++j) expected[machine->weights(0).offset + i * 2 + j] += p * x[i] * x[3 + j];
      for (std::size_t j = 0; j < 2; ++j)
        for (std::size_t k = 0; k < 2; ++k) expected[machine->weights(1).offset + j * 2 + k] += p * x[3 + j] * x[5 + k];
    }
  }
  reference->settle(data);
  Reals all(theta.size(), 0);
  reference->add_data_gradient(1, all);
  for (std::size_t k = 0; k < all.size(); ++k) all[k] -= expected[k];
  const auto scored = [&](std::size_t sweeps) {
    DeepObjective cd(machine, {.negative = DeepNegative::cd, .sweeps = sweeps, .mean_field = effort}, Key(5));
    return largest_score(
        [&](std::uint64_t t) {
          Reals out(theta.size(), 0);
          cd.add_gradient(theta, data, t, out);
          return out;
        },
        4000, all);
  };
  CHECK(scored(1) < largest_by_chance);
  CHECK(scored(2) > largest_by_chance);  // the mutant
  DeepOptions options{.negative = DeepNegative::cd, .mean_field = effort};
  options.steps = {.batch = data.columns(), .updates = 1'000'000, .first_rate = 1, .momentum = 0, .centered = false};
  if (!deep_float_learner_supported(*machine, options)) return;
  const auto fast = [&](std::size_t sweeps) {
    options.sweeps = sweeps;
    DeepFloatLearner learner(machine, data, theta, options, Key(5));
    Snapshot begin = learner.save();
    const Reals first = learner.parameters();
    return largest_score(
        [&](std::uint64_t t) {
          begin.counts["deep_float_update"][0] = t;
          learner.load(begin);
          learner.advance();
          Reals out = learner.parameters();
          for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = (out[k] - first[k]) / (1 - static_cast<double>(t) / 999'999);
          return out;
        },
        4000, all);
  };
  CHECK(fast(1) < largest_by_chance);
  CHECK(fast(2) > largest_by_chance);  // the mutant
}

TEST_CASE("deep steps in floats are those in doubles, given the same chains") {
  /// The data's side in doubles, the model's as said.
  struct GivenChains final : DeepPhases {
    GivenChains(const std::shared_ptr<const DeepMachine>& m, MeanFieldEffort effort)
        : machine(*m), data(make_deep_phases(m, Key(1), effort, Precision::full)) {}
    void set_parameters(std::span<const double> theta) override { data->set_parameters(theta); }
    void settle(const Matrix& v) override { data->settle(v); }
    std::vector<double> mean(std::size_t l) const override { return data->mean(l); }
    std::vector<double> bound() const override { return data->bound(); }
    Matrix draw_first_hidden(std::uint64_t time) const override { return data->draw_first_hidden(time); }
    void add_data_gradient(double scale, std::span<double> out) const override { data->add_data_gradient(scale, out); }
    void start_at_data(std::size_t, std::uint64_t) override {}
    void sweep(std::uint64_t, std::size_t) override {}
    void add_chain_gradient(double scale, std::span<double> out) const override {
      for (std::size_t l = 0; l < machine.depth(); ++l) {
        const Matrix& x = states[l];
        const double each = scale / static_cast<double>(x.columns());
        for (std::size_t n = 0; n < x.columns(); ++n)
          for (std::size_t i = 0; i < x.rows(); ++i) {
            out[machine.bias(l).offset + i] += each * x(i, n);
            if (l + 1 == machine.depth()) continue;
            for (std::size_t j = 0; j < states[l + 1].rows(); ++j)
              out[machine.weights(l).offset + i * states[l + 1].rows() + j] += each * x(i, n) * states[l + 1](j, n);
          }
      }
    }
    std::vector<std::byte> save() const override { return {}; }
    void load(std::span<const std::byte>) override {}
    const DeepMachine& machine;
    std::unique_ptr<DeepPhases> data;
    std::vector<Matrix> states;
  };
  std::vector<Layer> two = {{.units = 37}, {.units = 21}}, three = {{.units = 37}, {.units = 21}, {.units = 140}},
                     four = {{.units = 19}, {.units = 33}, {.units = 16}, {.units = 11}};
  using Copies = std::vector<std::size_t>;
  for (const auto& [layers, copies] :
       {std::pair(three, Copies{}), {four, Copies{}}, {two, Copies{2, 1}}, {two, Copies{1, 2}}}) {
    const auto machine = std::make_shared<const DeepMachine>(layers, copies);
    Matrix data(layers[0].units, 130);
    for (std::size_t n = 0; n < data.columns(); ++n)
      for (std::size_t i = 0; i < data.rows(); ++i) data(i, n) = (i * i + 3 * n + n * n * i) % 7 < 3 ? 1 : 0;
    for (const bool centered : {false, true})
      for (const bool persistent : {false, true}) {
        DeepOptions options{.negative = persistent ? DeepNegative::pcd : DeepNegative::cd, .sweeps = 2, .chains = 33};
        options.mean_field = {.rounds = 4, .still = 0};
        options.steps = {.batch = 40, .updates = 25, .first_rate = 0.01, .last_rate = 0.005, .momentum = 0.7};
        options.steps.centered = centered;
        if (centered) options.steps.l2 = 0.02, options.steps.l1 = 0.001;
        if (!deep_float_learner_supported(*machine, options)) return;
        const Reals theta = first_parameters(*machine, data, 0.1, Key(2));
        DeepFloatLearner fast(machine, data, theta, options, Key(2));
        auto phases = std::make_unique<GivenChains>(machine, options.mean_field);
        GivenChains& given = *phases;
        DeepTrainer plain(machine, data, fast.parameters(), options, Key(2), {}, std::move(phases));
        double most = 0;
        while (!fast.done()) {
          fast.advance();
          given.states.clear();
          for (std::size_t l = 0; l < machine->depth(); ++l) given.states.push_back(fast.model_states(l));
          plain.advance();
          const Reals is = fast.parameters(), should = plain.parameters();
          for (std::size_t k = 0; k < is.size(); ++k) most = std::max(most, std::abs(is[k] - should[k]));
        }
        INFO(layers.size() << " " << machine->copies(0) << machine->copies(1) << " " << centered << persistent);
        CHECK(most < 2e-5);
      }
  }
}

TEST_CASE("machines of layerwise learning take the input of copies, and together they are the geometric mean") {
  const auto whole = deep_machine({3, 2, 4});
  const DeepMachine first = layerwise_machine(*whole, 0), last = layerwise_machine(*whole, 1);
  CHECK(first.copies(0) == 2);
  CHECK(first.copies(1) == 1);
  CHECK(last.copies(0) == 1);
  CHECK(last.copies(1) == 2);
  const auto deeper = deep_machine({3, 2, 4, 2});
  CHECK(layerwise_machine(*deeper, 1).copies(0) == 2);
  CHECK(layerwise_machine(*deeper, 1).copies(1) == 2);
  const std::vector<Reals> pairs = {some_theta(first.parameters()), some_theta(last.parameters(), 0.7)};
  const Reals theta = composed(*whole, Reals(whole->parameters(), 0), pairs);
  // What is claimed: p(h) ~ sqrt(p_1(h) p_2(h)), where p_1(h) ~ exp(c . h) prod_i (1 + exp(b_i + (W h)_i))^2 has two
  // copies of v, and p_2(h) ~ exp(b . h) prod_j (1 + exp(c_j + (W' h)_j))^2 two of the layer above.
  const Network together = whole->network(theta);
  Reals difference;
  for (std::size_t s = 0; s < 4; ++s) {
    const Reals h = {s & 1 ? 1.0 : 0.0, s & 2 ? 1.0 : 0.0};
    Reals x(9, 0);
    std::copy(h.begin(), h.end(), x.begin() + 3);
    double log_p = together.layers()[1].bias[0] * h[0] + together.layers()[1].bias[1] * h[1];
    for (const std::size_t l : {0, 2})
      for (const double f : together.field(l, x)) log_p += softplus(f);
    double log_1 = pairs[0][3] * h[0] + pairs[0][4] * h[1], log_2 = pairs[1][0] * h[0] + pairs[1][1] * h[1];
    for (std::size_t i = 0; i < 3; ++i)
      log_1 += 2 * softplus(pairs[0][i] + pairs[0][5 + 2 * i] * h[0] + pairs[0][6 + 2 * i] * h[1]);
    for (std::size_t j = 0; j < 4; ++j)
      log_2 += 2 * softplus(pairs[1][2 + j] + pairs[1][6 + j] * h[0] + pairs[1][10 + j] * h[1]);
    difference.push_back(log_p - (log_1 + log_2) / 2);
  }
  for (const double d : difference) CHECK(d == Approx(difference[0]).margin(1e-12));

  // A machine with copies moves as one with as many units, all alike: <sum of copies> and its products.
  const auto explicit_copies = deep_machine({6, 2});
  Reals spread(explicit_copies->parameters(), 0), sums(spread.size(), 0);
  for (std::size_t i = 0; i < 6; ++i) {
    spread[i] = pairs[0][i % 3];
    for (std::size_t j = 0; j < 2; ++j) spread[8 + 2 * i + j] = pairs[0][5 + 2 * (i % 3) + j];
  }
  spread[6] = pairs[0][3], spread[7] = pairs[0][4];
  explicit_copies->log_sum(spread, {}, 1, sums);
  Reals expected(first.parameters(), 0);
  for (std::size_t i = 0; i < 6; ++i) {
    expected[i % 3] += sums[i];
    for (std::size_t j = 0; j < 2; ++j) expected[5 + 2 * (i % 3) + j] += sums[8 + 2 * i + j];
  }
  expected[3] = sums[6], expected[4] = sums[7];
  const auto with = [&](const DeepMachine& machine) {
    const auto phases = make_deep_phases(std::make_shared<const DeepMachine>(machine), Key(2), {}, Precision::full);
    phases->set_parameters(pairs[0]);
    phases->settle(some_data());
    phases->start_at_data(400, 0);
    phases->sweep(1000, 50);
    return largest_score(
        [&](std::uint64_t t) {
          phases->sweep(2000 + 10 * t, 10);
          Reals out(expected.size(), 0);
          phases->add_chain_gradient(1, out);
          return out;
        },
        200, expected);
  };
  CHECK(with(first) < largest_by_chance);
  if (const auto copied = std::make_shared<const DeepMachine>(first); deep_float_learner_supported(*copied, {}))
    CHECK(largest_score(fast_chains(copied, pairs[0], some_data(), 10, false), 200, expected) < largest_by_chance);
  CHECK(with(DeepMachine({Layer{.units = 3}, Layer{.units = 2}})) > largest_by_chance);  // the mutant: one copy
  // Given data, hidden units take their input twice.
  const auto phases = make_deep_phases(std::make_shared<const DeepMachine>(first), Key(2), {}, Precision::full);
  phases->set_parameters(pairs[0]);
  phases->settle(Matrix(3, 1, Reals{1, 0, 1}));
  CHECK(phases->mean(1)[1] == Approx(logistic(pairs[0][4] + 2 * (pairs[0][6] + pairs[0][10]))));
}

TEST_CASE("learning up and down follows the bound, and wakes and sleeps as its states give") {
  const auto machine = std::make_shared<const BeliefMachine>(std::vector<std::size_t>{3, 2, 2});
  const Reals theta = some_theta(machine->parameters());
  const Matrix data = some_data();
  // <ln p(v, h) - ln q(h | v)>_q over the data, by all h.
  const auto bound = [&](const Reals& t) {
    const BeliefNetwork network = machine->network(t), fixed = machine->network(theta);
    double sum = 0;
    for (std::size_t n = 0; n < data.columns(); ++n) {
      const Matrix up = fixed.below()[0].up(Matrix(3, 1, data.column(n)));
      for (int s = 0; s < 4; ++s) {
        const Matrix h(2, 1, Reals{s & 1 ? 1.0 : 0.0, s & 2 ? 1.0 : 0.0}), down = network.below()[0].down(h);
        double log_q = 0, log_p = -network.top()->free_energy(h.column(0));
        for (std::size_t j = 0; j < 2; ++j) log_q += h(j, 0) * up(j, 0) - softplus(up(j, 0));
        for (std::size_t i = 0; i < 3; ++i) log_p += data(i, n) * down(i, 0) - softplus(down(i, 0));
        sum += std::exp(log_q) * log_p / static_cast<double>(data.columns());
      }
    }
    Reals top = {t.begin() + 3, t.begin() + 7};
    top.insert(top.end(), t.begin() + 13, t.begin() + 17);
    return sum - DeepMachine({Layer{.units = 2}, Layer{.units = 2}}).log_sum(top, {});
  };
  Reals expected(theta.size(), 0);
  const std::size_t recognition = machine->recognition_bias(0).offset;
  for (std::size_t k = 0; k < recognition; ++k) {
    Reals up = theta, down = theta;
    up[k] += 1e-5, down[k] -= 1e-5;
    expected[k] = (bound(up) - bound(down)) / 2e-5;
  }
  // Sleep: <(h - q(h | v)) ...> over the model, by all states of v and h.
  const BeliefNetwork network = machine->network(theta);
  double total = 0;
  Reals asleep(theta.size(), 0);
  for (int s = 0; s < 32; ++s) {
    const Matrix h(2, 1, Reals{s & 1 ? 1.0 : 0.0, s & 2 ? 1.0 : 0.0});
    const Matrix v(3, 1, Reals{s & 4 ? 1.0 : 0.0, s & 8 ? 1.0 : 0.0, s & 16 ? 1.0 : 0.0});
    const Matrix down = network.below()[0].down(h), up = network.below()[0].up(v);
    double log_p = -network.top()->free_energy(h.column(0));
    for (std::size_t i = 0; i < 3; ++i) log_p += v(i, 0) * down(i, 0) - softplus(down(i, 0));
    const double p = std::exp(log_p);
    total += p;
    for (std::size_t j = 0; j < 2; ++j) {
      const double off = p * (h(j, 0) - logistic(up(j, 0)));
      asleep[recognition + j] += off;
      for (std::size_t i = 0; i < 3; ++i) asleep[recognition + 2 + 2 * i + j] += off * v(i, 0);
    }
  }
  for (std::size_t k = recognition; k < theta.size(); ++k) expected[k] = asleep[k] / total;
  const auto scored = [&](bool persistent, Precision precision) {
    const auto learner =
        make_up_down(machine, Key(4), {.persistent = persistent, .sweeps = 10, .chains = 200, .precision = precision});
    Reals burn(theta.size(), 0);
    for (std::uint64_t t = 0; t < 10; ++t) learner->add_directions(theta, data, t, burn);
    return largest_score(
        [&](std::uint64_t t) {
          Reals out(theta.size(), 0);
          learner->add_directions(theta, data, 10 + t, out);
          return out;
        },
        400, expected);
  };
  CHECK(scored(true, Precision::full) < largest_by_chance);
  CHECK(scored(true, Precision::single) < largest_by_chance);
  const auto mutant = [&] {  // chains that begin at the data and move once
    const auto learner = make_up_down(machine, Key(4), {.persistent = false, .sweeps = 1});
    return largest_score(
        [&](std::uint64_t t) {
          Reals out(theta.size(), 0);
          learner->add_directions(theta, data, t, out);
          return out;
        },
        4000, expected);
  };
  CHECK(mutant() > largest_by_chance);
}

TEST_CASE("deep learning that is stopped and goes on has the bits of one that was not") {
  const Matrix data = some_data();
  const auto compare = [](auto&& begin) {
    const auto whole = begin();
    for (const std::uint64_t stop : {7, 23, 41, 60}) {
      auto part = begin();
      while (part->update() < stop) part->advance();
      const Snapshot saved = part->save();
      part = begin();
      part->load(saved);
      CHECK(part->update() == stop);
      while (!part->done()) part->advance();
      while (!whole->done()) whole->advance();
      CHECK(part->update() == part->updates());
      CHECK(whole->parameters() == part->parameters());
      CHECK(whole->save().numbers == part->save().numbers);
      CHECK(whole->save().bytes == part->save().bytes);
    }
  };
  const auto machine = deep_machine({3, 2, 3, 2});
  DeepOptions layerwise, together;
  layerwise.negative = DeepNegative::cd;
  layerwise.steps = {.batch = 5, .updates = 15, .first_rate = 0.1, .last_rate = 0.1};
  together.steps = {.optimizer = Optimizer::adam, .batch = 5, .updates = 20};
  together.chains = 12;
  for (const Precision precision : {Precision::full, Precision::single}) {
    layerwise.precision = together.precision = precision;
    compare([&] {
      return std::make_unique<DeepLearner>(machine, data, first_parameters(*machine, data, 0.1, Key(6)), layerwise,
                                           together, Key(6));
    });
  }
  together.steps.optimizer = Optimizer::sgd;  // by dense products
  compare([&] {
    return std::make_unique<DeepLearner>(machine, data, first_parameters(*machine, data, 0.1, Key(6)), layerwise,
                                         together, Key(6));
  });
  const auto belief = std::make_shared<const BeliefMachine>(std::vector<std::size_t>{3, 2, 3, 2});
  BeliefLearner::Options options;
  const TrainingOptions greedy = {.batch = 5, .updates = 15, .first_rate = 0.1, .last_rate = 0.1};
  options.together = {.batch = 5, .updates = 20};
  options.up_down.chains = 12;
  compare([&] {
    return std::make_unique<BeliefLearner>(
        belief, data, options,
        [greedy](const auto& one, const Matrix& layer, Key key) {
          return std::make_unique<Trainer>(one, make_pcd(one, key, {.steps = 1, .chains = 12}), layer,
                                           first_parameters(*one, layer, 0.01, key), greedy, key);
        },
        Key(6));
  });
}
