// Which layout `gibbsite train` learns in, and that stopping changes nothing in the fast one.
#include <cmath>

#include "estimators/learning/flips.hpp"
#include "samplers/simd/networks/learning_kernels.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/learning/judge.hpp"
#include "studies/learning/judging_schedule.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

constexpr const char* larger_machine = R"(
[model]
name = "rbm"
layers = [100, 110]
[data]
file = "bars-and-stripes:10"
validation = 0.1
[training]
method = "pcd"
updates = 60
rate = "0.05:0.0"
batch = 50
particles = 10
temperatures = 10
snapshots = 3
samples = 0
[run]
seed = 3
)";

struct Learned : Scratch {
  explicit Learned(const Words& more = {}) {
    write_bytes(*this / "study.toml", larger_machine);
    ended = run(Words{"train", "study.toml", "-o", "model.h5", "--quiet"} + more, path());
  }
  Ended ended;
  Group root() { return read_archive(*this / "model.h5"); }
  std::string layout() { return text_attribute(*root().child("training"), "layout"); }
  /// Of all snapshots.
  std::vector<double> weights() {
    std::vector<double> all;
    const Group file = root();
    for (const Group& one : file.child("snapshots")->groups)
      for (const double w : doubles(*one.child("weights_0"), "W")) all.push_back(w);
    return all;
  }
};

}  // namespace

TEST_CASE("large machines of binary units learn in floats, others and small ones in doubles") {
  if (simd::learning_kernels().empty()) return;
  Learned fast;
  INFO(fast.ended.err);
  REQUIRE(fast.ended.code == 0);
  CHECK(fast.layout() == "sparse rows in floats");
  CHECK(contains(text_attribute(*fast.root().child("training"), "plan"), "layout sparse rows in floats"));
  const auto layout_of = [](const Words& more) { return Learned(more + Words{"--training.updates", "2"}).layout(); };
  CHECK(layout_of({"--training.method", "cd", "--training.steps", "2"}) == "sparse rows in floats");
  CHECK(layout_of({"--model.visible", "gaussian", "--training.rate", "0.001"}) == "dense products in floats");
  CHECK(layout_of({"--model.visible", "categorical"}) == "dense products in floats");
  for (const Words& more : {Words{"--training.layout", "plain"}, Words{"--training.optimizer", "adam"},
                            Words{"--training.method", "jarzynski"}, Words{"--model.layers", "[100, 90]"}})
    CHECK(layout_of(more) == "plain");
}

TEST_CASE("fast learning that is stopped and resumed equals learning that is not, for any number of threads") {
  for (const char* method : {"cd", "pcd"}) {
    const Words of = {"--training.method", method};
    Learned whole(of + Words{"--run.threads", "1"}), stopped(of + Words{"--run.max_time", "1e-9"});
    CHECK(stopped.ended.code == 75);
    const Ended resumed =
        run(Words{"train", "study.toml", "-o", "model.h5", "--quiet", "--resume", "--run.threads", "4"} + of,
            stopped.path());
    INFO(resumed.err);
    REQUIRE(resumed.code == 0);
    CHECK(whole.weights().size() == 3 * 11000);
    CHECK(whole.weights() == stopped.weights());
  }
}

TEST_CASE("judging costs no more than half of learning, and one thorough annealing") {
  TrainingKeys keys;
  for (const std::uint64_t updates : {5U, 600U, 5000U, 18000U, 1'000'000U}) {
    const JudgingSchedule found = judging_schedule(keys, updates, 600, 60'000, false);
    const double learning = static_cast<double>(updates) * 600;  // two for each of 100 samples, four for each chain
    const double likelihoods = static_cast<double>(updates / found.every);
    const double judging = likelihoods * (60'000 + 400 * static_cast<double>(found.temperatures));
    INFO(updates);
    CHECK((judging <= learning / 2 || likelihoods == 1));
    CHECK(likelihoods <= 20);
    CHECK(found.temperatures >= 100);
    CHECK(found.temperatures <= 1000);
    if (updates == 1'000'000U) CHECK((likelihoods == 20 && found.temperatures == 1000));
    if (updates == 18000U) CHECK((likelihoods == 20 && found.temperatures < 1000));
    if (updates == 600U) CHECK((likelihoods == 1 && found.temperatures == 100));
  }
  CHECK(judging_schedule(keys, 600, 600, 60'000, true).every == 30);  // sums: twenty, as always
  keys.evaluate = 2;
  CHECK(judging_schedule(keys, 6000, 600, 60'000, false).every == 1200);
  CHECK(judging_schedule(keys, 6000, 600, 60'000, false).temperatures == 1000);
  keys.evaluate = 0, keys.temperatures = 5;
  CHECK(judging_schedule(keys, 5, 1, 100, false).temperatures >= 3);
}

TEST_CASE("annealing along the way is short, and at the end as thorough as asked") {
  Learned made({"--training.temperatures", "300", "--training.updates", "200"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  const Group root = made.root();
  const std::string plan = text_attribute(*root.child("training"), "plan");
  INFO(plan);
  CHECK(contains(plan, "300 at the end"));
  CHECK(doubles(*root.child("training"), "log_likelihood").size() > 3);
}

TEST_CASE("pseudo-likelihoods are of all samples with their weights, or of as many as take a tenth of an epoch") {
  const ParametricMachine small(Layer{.units = 6}, Layer{}, true),
      large(Layer{.units = 784}, Layer{.units = 500}, false);
  TrainingKeys keys;
  CHECK(pseudo_likelihood_samples(small, keys, 1000, false) == 1000);
  CHECK(pseudo_likelihood_samples(large, keys, 60'000, true) == 240);  // 6 products a sample and epoch, 150 of these
  CHECK(pseudo_likelihood_samples(large, keys, 100, true) >= 1);
  Matrix data(6, 40);
  std::vector<double> theta, weight;
  for (std::size_t n = 0; n < 40; ++n) {
    for (std::size_t i = 0; i < 6; ++i) data(i, n) = (n * n + 3 * i * n + i) % 5 < 2 ? 1 : 0;
    weight.push_back(static_cast<double>(n) / 19.5);  // the later ones weigh more
  }
  for (std::size_t k = 0; k < small.parameters(); ++k) theta.push_back(std::sin(3 * static_cast<double>(k)));
  ModelFile file;
  file.kind = NetworkKind::boltzmann;
  file.model = std::make_shared<const BoltzmannMachine>(small.boltzmann(theta));
  Samples samples(data, {}, small.visible());
  const auto judged = [&] { return judge_machine(small, theta, file, samples, Study()); };
  const double plain = judged().pseudo_likelihood;
  CHECK(plain == Approx(flip_objective(FlipRule::pseudo_likelihood, small, theta, data)));
  samples.weight = weight;
  CHECK(judged().pseudo_likelihood ==
        Approx(flip_objective(FlipRule::pseudo_likelihood, small, theta, data, {}, weight)));
  CHECK(std::abs(judged().pseudo_likelihood - plain) > 1e-3);
  CHECK(judged().pseudo_likelihood_samples == 40);
}
