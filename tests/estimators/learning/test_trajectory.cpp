// Learning along its own trajectory: ln Z of every checkpoint and of the model against the sum over all states, over
// many seeds; what is taken back; and that stopping changes nothing.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/trainer.hpp"
#include "estimators/learning/trajectory.hpp"

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
