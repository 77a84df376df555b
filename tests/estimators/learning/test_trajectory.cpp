// Learning along its own trajectory: ln Z of every checkpoint and of the model against the sum over all states, over
// many seeds; what is taken back; and that stopping changes nothing.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/trainer.hpp"
#include "estimators/learning/trajectory.hpp"
#include "samplers/ensembles/row_products.hpp"
#include "samplers/ensembles/trajectory_ensemble.hpp"

using namespace gibbsite;

namespace {

std::shared_ptr<const ParametricMachine> machine_of_clusters() {
  return std::make_shared<const ParametricMachine>(Layer{.units = 10}, Layer{.units = 4}, false);
}

/// Two clusters around the halves of ten units, one three times as large as the other.
Matrix two_halves() {
  Matrix v(10, 40);
  for (std::size_t n = 0; n < 40; ++n)
    for (std::size_t i = 0; i < 10; ++i) v(i, n) = ((i < 5) == (n % 4 != 0)) != ((n * 13 + i * 7) % 11 == 0) ? 1 : 0;
  return v;
}

std::unique_ptr<Trainer> learner_along(const std::shared_ptr<const ParametricMachine>& machine, const Matrix& data,
                                       Key key, TrajectoryOptions chains, TrainingOptions options) {
  return std::make_unique<Trainer>(machine, make_trajectory_objective(machine, key, chains), data,
                                   first_parameters(*machine, data, 0.01, key), options, key);
}

struct Found {
  std::vector<double> last, steps;  // z-scores of ln Z at the end, and of its steps from one checkpoint to the next
  double error = 0, checkpoints = 0;
};

Found runs_along(std::uint64_t seeds, TrajectoryOptions chains, TrainingOptions options) {
  const auto machine = machine_of_clusters();
  const Matrix data = two_halves();
  Found found;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto learner = learner_along(machine, data, Key(seed), chains, options);
    while (!learner->done()) learner->advance();
    const Estimate log_z = learner->log_z();
    found.last.push_back((log_z.value - machine->log_z(learner->parameters())) / log_z.error);
    found.error += log_z.error / static_cast<double>(seeds);
    const auto checkpoints = learner->checkpoints();
    found.checkpoints += static_cast<double>(checkpoints.size()) / static_cast<double>(seeds);
    for (const Checkpoint& one : checkpoints.subspan(1))
      found.steps.push_back((one.log_z.value - machine->log_z(one.theta)) / one.log_z.error);
  }
  return found;
}

struct Moments {
  double mean = 0, square = 0;
};
Moments moments(const std::vector<double>& z) {
  Moments m;
  for (const double x : z)
    m.mean += x / static_cast<double>(z.size()), m.square += x * x / static_cast<double>(z.size());
  return m;
}

}  // namespace

TEST_CASE("ln Z along a trajectory is that of the sum over all states, with honest errors") {
  // 40 seeds; of a mean of 40 z-scores and of their mean square, each twice, at a false-alarm rate of 1e-3 (Sidak).
  constexpr double threshold_mean = 0.58, threshold_square = 2.1;
  TrainingOptions options{.batch = 20, .updates = 200, .first_rate = 0.3, .last_rate = 0.3};
  options.momentum = 0;
  using Flaw = TrajectoryOptions::Flaw;
  const Found found = runs_along(40, {.chains = 60}, options);
  const Moments last = moments(found.last), steps = moments(found.steps);
  INFO("mean " << last.mean << ", square " << last.square << "; checkpoints: " << steps.mean << ", " << steps.square);
  CHECK(found.checkpoints >= 2);
  CHECK(found.error < 0.1);
  CHECK(std::abs(last.mean) < threshold_mean);
  CHECK(last.square < threshold_square);
  CHECK(std::abs(steps.mean) < threshold_mean);
  CHECK(steps.square < threshold_square);
  // The mutant: exchanges with the inverse ratio.
  const Found wrong = runs_along(40, {.chains = 60, .flaw = Flaw::ratio_inverted}, options);
  const Moments of_wrong = moments(wrong.last);
  INFO("mutant: mean " << of_wrong.mean << ", square " << of_wrong.square);
  CHECK((std::abs(of_wrong.mean) > threshold_mean || of_wrong.square > threshold_square));
}

TEST_CASE("an update that goes too far is taken back, and later ones are smaller") {
  const auto machine = machine_of_clusters();
  const Matrix data = two_halves();
  TrainingOptions options{.batch = 40, .updates = 30, .first_rate = 20, .last_rate = 20};
  const auto made = learner_along(machine, data, Key(5), {.chains = 50}, options);
  Trainer& learner = *made;
  std::uint64_t unchanged = 0;
  while (!learner.done()) {
    const std::vector<double> before = learner.parameters();
    learner.advance();
    unchanged += before == learner.parameters() ? 1 : 0;
  }
  const Snapshot saved = learner.save();
  CHECK(saved.counts.at("trajectory").at(1) > 2);  // taken back
  CHECK(saved.numbers.at("trainer_slower").front() < 0.25);
  CHECK(saved.counts.at("trajectory").at(1) == unchanged);
  CHECK(learner.bounded());
}

TEST_CASE("learning along a trajectory, stopped and going on, has the same bits for any threads") {
  const auto machine = machine_of_clusters();
  const Matrix data = two_halves();
  TrainingOptions options{
      .optimizer = Optimizer::adam, .batch = 8, .updates = 120, .first_rate = 0.05, .last_rate = 0.05};
  const auto begin = [&] { return learner_along(machine, data, Key(9), {.steps = 2, .chains = 33}, options); };
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto whole = begin();
  while (!whole->done()) whole->advance();
  REQUIRE(whole->checkpoints().size() >= 2);
  for (const int k : {1, 47, 90}) {
    omp_set_num_threads(4);
    auto part = begin();
    while (part->update() < static_cast<std::uint64_t>(k)) part->advance();
    const Snapshot saved = part->save();
    part = begin();
    part->load(saved);
    while (!part->done()) part->advance();
    omp_set_num_threads(threads);
    CHECK(whole->parameters() == part->parameters());
    CHECK(whole->save().bytes == part->save().bytes);
    CHECK(whole->save().numbers == part->save().numbers);
    CHECK(whole->log_z().value == part->log_z().value);
    CHECK(whole->log_z().error == part->log_z().error);
  }
}

namespace {

/// From independent units to 110 visible and 100 hidden ones with bonds.
Trajectory large_nodes() {
  Trajectory nodes;
  for (const double strength : {0.0, 0.1, 0.25}) {
    std::vector<Layer> layers = {Layer{.units = 110}, Layer{.units = 100}};
    Matrix w(110, 100);
    for (std::size_t i = 0; i < 110; ++i)
      for (std::size_t j = 0; j < 100; ++j)
        w(i, j) = strength * std::sin(1 + 3 * static_cast<double>(i) + 7 * static_cast<double>(j * j));
    for (std::size_t i = 0; i < 110; ++i) layers[0].bias.push_back(std::cos(2 * static_cast<double>(i)) - 0.5);
    for (std::size_t j = 0; j < 100; ++j) layers[1].bias.push_back(std::sin(5 * static_cast<double>(j)));
    nodes.push_back(std::make_shared<const Network>(std::move(layers), std::vector<Matrix>{std::move(w)}));
  }
  return nodes;
}

/// Of layer 0 the fields given hidden units x, of layer 1 those given visible ones.
std::vector<double> plain_field(const Network& network, std::size_t layer, std::span<const double> x) {
  const Matrix& w = network.weights()[0];
  std::vector<double> field = network.layers()[layer].bias;
  for (std::size_t i = 0; i < w.rows(); ++i)
    for (std::size_t j = 0; j < w.columns(); ++j) layer == 0 ? field[i] += w(i, j) * x[j] : field[j] += w(i, j) * x[i];
  return field;
}

double plain_log_weight(const Network& network, std::span<const double> v) {
  double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) sum += network.layers()[0].bias[i] * v[i];
  for (const double f : plain_field(network, 1, v)) sum += std::log1p(std::exp(f));
  return sum;
}

}  // namespace

TEST_CASE("large machines go along their path by sums of rows, which are the products") {
  const Trajectory nodes = large_nodes();
  if (!row_products_supported(*nodes.back())) return;
  const RowProducts rows(*nodes.back());
  std::vector<double> v(110), h(100), up(100), down(110);
  for (std::size_t i = 0; i < 110; ++i) v[i] = i % 3 == 1 ? 1 : 0;
  for (std::size_t j = 0; j < 100; ++j) h[j] = j % 7 < 3 ? 1 : 0;
  rows.hidden_field(v, up), rows.visible_field(h, down);
  for (std::size_t j = 0; j < 100; ++j) CHECK(up[j] == Approx(plain_field(*nodes.back(), 1, v)[j]).margin(1e-5));
  for (std::size_t i = 0; i < 110; ++i) CHECK(down[i] == Approx(plain_field(*nodes.back(), 0, h)[i]).margin(1e-5));
  // Replicas at several places, in one piece and in two, by one thread and by three.
  constexpr std::size_t replicas = 30;
  std::vector<Setting> setting;
  std::vector<double> lambda;
  for (std::size_t r = 0; r < replicas; ++r) setting.push_back({.lambda = static_cast<double>(r % 4) / 3});
  for (const Setting& one : setting) lambda.push_back(one.lambda);
  const auto moved = [&](Slice slice) {
    const auto ensemble = make_trajectory_ensemble(nodes, Key(3), slice);
    CHECK(ensemble->layout().name == "rows of W in floats");
    std::vector<Tally> tally(slice.count);
    ensemble->draw_reference(0);
    ensemble->sweep(std::span(setting).subspan(slice.first, slice.count), {.time = 1, .count = 3}, tally);
    std::vector<double> weight(slice.count);
    ensemble->log_weight(std::span(lambda).subspan(slice.first, slice.count), weight);
    std::vector<std::byte> state(ensemble->layout().state_bytes());
    std::vector<double> all;
    for (std::size_t r = 0; r < slice.count; ++r) {
      ensemble->save(r, state);
      std::vector<double> x;
      for (const std::byte b : state) x.push_back(static_cast<double>(b));
      CHECK(
          weight[r] ==
          Approx(plain_log_weight(*network_at(nodes, lambda[slice.first + r]), std::span(x).first(110))).epsilon(1e-6));
      all.insert(all.end(), x.begin(), x.end());
      all.push_back(weight[r]);
    }
    return all;
  };
  const std::vector<double> whole = moved({0, replicas, replicas});
  std::vector<double> parts = moved({0, 11, replicas});
  for (const double x : moved({11, 19, replicas})) parts.push_back(x);
  CHECK(whole == parts);
  omp_set_num_threads(3);
  CHECK(moved({0, replicas, replicas}) == whole);
  omp_set_num_threads(2);
}
