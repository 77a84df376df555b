// `gibbsite train`: what it learns, writes and refuses, and that stopping changes nothing.
#include <fmt/format.h>

#include <cmath>

#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "tests/studies/learning/same_models.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

constexpr const char* small_machine = R"(
[model]
name = "rbm"
layers = [9, 6]
[data]
file = "bars-and-stripes:3"
validation = 0.2
binarize = 0.5
[training]
method = "pcd"
epochs = 1000
rate = "0.2:0.0"
spread = 0.1
batch = 4
chains = 20
evaluate = 100
snapshots = 5
[run]
seed = 3
)";

struct Trained : Scratch {
  explicit Trained(const Words& more = {}, const char* study = small_machine) {
    write_bytes(*this / "study.toml", study);
    ended = run(Words{"train", "study.toml", "-o", "model.h5"} + more, path());
  }
  Ended ended;
  Group root(const std::string& name = "model.h5") { return read_archive(*this / name); }
};

}  // namespace

TEST_CASE("train writes a model that its own likelihood describes") {
  Trained made({"--json"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  const Group root = made.root();
  CHECK(text_attribute(root, "content") == "model");
  const Group& training = *root.child("training");
  const auto likelihood = doubles(training, "log_likelihood"), epoch = doubles(training, "epoch");
  REQUIRE(likelihood.size() == 11);
  CHECK(epoch.front() == 0);
  CHECK(epoch.back() == 1000);
  CHECK(likelihood.back() > likelihood.front() + 0.5);
  CHECK(likelihood.back() < -std::log(11.0));  // 11 pictures are learned
  CHECK(doubles(training, "log_likelihood_error").back() == 0);
  CHECK(doubles(training, "log_mass").back() < 0);
  CHECK(root.child("snapshots")->groups.size() == 5);
  // Pictures that the model has learned are most of those drawn.
  const Variable& drawn = *training.child("samples")->find("samples");
  REQUIRE(drawn.shape == std::vector<std::size_t>{64, 9});
  const auto& pixels = std::get<std::vector<std::int8_t>>(drawn.data);
  std::size_t bars = 0;
  for (std::size_t s = 0; s < 64; ++s) {
    bool rows = true, columns = true;
    for (std::size_t i = 0; i < 9; ++i) {
      rows = rows && pixels[s * 9 + i] == pixels[s * 9 + i / 3 * 3];
      columns = columns && pixels[s * 9 + i] == pixels[s * 9 + i % 3];
    }
    bars += rows || columns ? 1U : 0U;
  }
  CHECK(bars > 32);  // of 512 pictures 14 are
  CHECK(contains(made.ended.out, "\"route\": \"exact\""));
  const Ended shown = run({"show", "model.h5"}, made.path());
  CHECK(contains(shown.out, fmt::format("ln p = {:.6f} a training sample", likelihood.back())));
  CHECK(contains(shown.out, "5 snapshots"));
  // The likelihood of the same pictures by the program that judges models.
  write_bytes(made / "again.toml", small_machine);
  const Ended judged = run({"loglik", "model.h5", "--data", "bars-and-stripes:3", "--json", "--ais.temperatures", "100",
                            "--tempering.rungs", "0", "--raise.samples", "0"},
                           made.path());
  INFO(judged.err);
  REQUIRE(judged.code == 0);
  const auto at = judged.out.find("\"mean\": ");
  const double all = std::stod(judged.out.substr(at + 8));
  const double validation = doubles(training, "validation_log_likelihood").back();
  CHECK((11 * likelihood.back() + 3 * validation) / 14 == Approx(all).epsilon(1e-9));
}

TEST_CASE("training that is stopped and resumed equals training that is not, for any number of threads") {
  Trained whole({"--quiet", "--run.threads", "1"});
  REQUIRE(whole.ended.code == 0);
  for (const char* method : {"pcd", "tempering", "trajectory", "jarzynski", "nce"}) {
    const Words of = {"--quiet", "--training.method", method};
    Trained uninterrupted(of);
    Trained stopped(of + Words{"--run.max_time", "1e-9"});
    INFO(stopped.ended.err);
    CHECK(stopped.ended.code == 75);
    CHECK(!std::filesystem::exists(stopped / "model.h5"));
    const Ended refused = run(Words{"train", "study.toml", "-o", "model.h5"} + of, stopped.path());
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, "--resume"));
    const Ended resumed =
        run(Words{"train", "study.toml", "-o", "model.h5", "--resume", "--run.threads", "4"} + of, stopped.path());
    INFO(resumed.err);
    REQUIRE(resumed.code == 0);
    CHECK(!std::filesystem::exists(stopped / "model.h5.parts"));
    check_same(uninterrupted.root(), stopped.root());
  }
  Trained threads({"--quiet", "--run.threads", "3"});
  check_same(whole.root(), threads.root());
}

TEST_CASE("a grid of methods makes a model for each, and a table of their likelihoods") {
  Trained made({"--grid.training.method", "[\"exact\", \"cd\", \"flow\"]"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  for (const char* name : {"model-000.h5", "model-001.h5", "model-002.h5"})
    CHECK(text_attribute(made.root(name), "content") == "model");
  CHECK(text_attribute(*made.root("model-001.h5").child("training"), "method") == "cd");
  for (const char* word : {"exact", "cd", "flow", "validation ln p"}) CHECK(contains(made.ended.out, word));
}

TEST_CASE("models of a grid are in place when they are done, whatever becomes of the next") {
  Trained made({"--grid.training.rate", "[0.01, 1e300]", "--training.epochs", "10"});
  CHECK(made.ended.code == 2);
  CHECK_THAT(made.ended.err, Catch::Contains("rate = ") && Catch::Contains(": the parameters grew without bounds"));
  CHECK(text_attribute(made.root("model-000.h5"), "content") == "model");
  CHECK(!std::filesystem::exists(made / "model-001.h5"));
}

TEST_CASE("tasks of a grid begin at the same parameters") {
  Trained made({"--grid.training.method", "[\"cd\", \"exact\"]", "--training.epochs", "10"});
  const auto first = [&](const char* name) {
    const Group root = made.root(name);
    return root.child("snapshots")->groups.front().child("weights_0")->find("W")->data;
  };
  CHECK(first("model-000.h5") == first("model-001.h5"));
}

TEST_CASE("every kind of machine learns: spins, gaussian and categorical units, bonds among visible ones") {
  const auto gains = [](const Words& more, const char* study = small_machine) {
    Trained made(more + Words{"--quiet"}, study);
    INFO(made.ended.err);
    REQUIRE(made.ended.code == 0);
    const Group root = made.root();
    const auto likelihood = doubles(*root.child("training"), "log_likelihood");
    return likelihood.back() - likelihood.front();
  };
  CHECK(gains({"--model.units", "spin", "--training.method", "exact"}) > 0.5);
  CHECK(gains({"--model.name", "boltzmann", "--model.layers", "9", "--training.method", "exact"}) > 0.5);
  CHECK(gains({"--model.name", "boltzmann", "--model.layers", "[9, 3]", "--training.method", "exact"}) > 0.5);
  CHECK(gains({"--model.visible", "categorical", "--model.states", "2", "--training.method", "exact"}) > 0.5);
  CHECK(gains({"--model.visible", "gaussian", "--training.rate", "0.01"}) > 0.2);
}

TEST_CASE("an early end keeps the best parameters by the validation data") {
  Trained made({"--training.patience", "2", "--training.method", "exact", "--training.epochs", "4000",
                "--training.rate", "0.2"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  const Group root = made.root();
  const auto validation = doubles(*root.child("training"), "validation_log_likelihood");
  CHECK(doubles(*root.child("training"), "epoch").back() < 4000);
  CHECK(*std::max_element(validation.begin(), validation.end()) > validation.back());
  CHECK(contains(text_attribute(root, "note"), "the best by the validation data"));
}

TEST_CASE("the log of a training says how it ended, and the table what of a grid is the first") {
  Trained stopped({"--run.max_time", "0.001", "--training.epochs", "100000", "--log", "log.txt"});
  CHECK(stopped.ended.code == 75);
  CHECK(contains(read_bytes(stopped / "log.txt"), "end state=stopped file=model.h5"));
  Trained grown({"--training.rate", "1e300", "--log", "log.txt"});
  CHECK(contains(read_bytes(grown / "log.txt"), "end state=failed file=model.h5"));
  Trained two({"--grid.training.method", "[\"cd\", \"exact\"]", "--training.epochs", "10"});
  INFO(two.ended.err);
  CHECK(contains(two.ended.out, "2 models, the first of them:"));
  CHECK(contains(two.ended.log, "end state=complete"));
}

TEST_CASE("resume leaves trainings to train") {
  Trained made;
  REQUIRE(made.ended.code == 0);
  const Ended finished = run({"resume", "model.h5"}, made.path());
  CHECK(finished.code == 2);
  CHECK(contains(finished.err, "model.h5 is of `gibbsite train`"));
  CHECK(contains(run({"run", "study.toml"}, made.path()).err, "`gibbsite train` takes it"));
}

TEST_CASE("train says what cannot be") {
  const auto says = [](const Words& more, const std::string& what) {
    Trained made(more);
    INFO(made.ended.err);
    CHECK(made.ended.code == 2);
    CHECK(contains(made.ended.err, what));
    CHECK(!std::filesystem::exists(made / "model.h5"));
    CHECK(!std::filesystem::exists(made / "model.h5.parts"));
  };
  says({"--model.layers", "[8, 6]"}, "8 visible units");
  says({"--training.method", "exct"}, "did you mean");
  says({"--training.rate", "0.1:0.2:0.3"}, "first:last");
  says({"--training.rate", "1e300"}, "training.rate");
  says({"--model.visible", "gaussian", "--training.method", "flow"}, "not for gaussian units");
  says({"--data.file", "bars-and-stripes:6", "--model.layers", "30", "--training.method", "exact"}, "2^30");
  says({"--data.validation", "0.001"}, "leaves");
  says({"--training.sweeps", "3"}, "training.sweeps");
}
