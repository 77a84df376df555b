// `gibbsite train` of deep machines and of networks that store patterns.
#include <fmt/format.h>

#include <cmath>

#include "physics/boltzmann.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/model_file.hpp"
#include "tests/studies/learning/same_models.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

constexpr const char* small_dbm = R"(
[model]
name = "dbm"
layers = [0, 6, 4]
[data]
file = "bars-and-stripes:3"
[training]
method = "pcd"
pretrain = 1000
pretrain_rate = 0.2
epochs = 2000
rate = "0.1:0.0"
batch = 14
chains = 50
evaluate = 1000
snapshots = 3
samples = 0
[run]
seed = 3
)";

constexpr const char* small_dbn = R"(
[model]
name = "dbn"
layers = [0, 6, 4]
[data]
file = "bars-and-stripes:3"
[training]
method = "pcd"
epochs = 2000
updown = 2000
rate = "0.1:0.0"
batch = 14
chains = 50
evaluate = 1000
snapshots = 3
samples = 2
[run]
seed = 3
)";

struct DeepTrained : Scratch {
  explicit DeepTrained(const char* study, const Words& more = {}) {
    write_bytes(*this / "study.toml", study);
    ended = run(Words{"train", "study.toml", "-o", "model.h5"} + more, path());
  }
  Ended ended;
  Group root() { return read_archive(*this / "model.h5"); }
};

}  // namespace

TEST_CASE("deep machines learn bars and stripes, with exact likelihoods that loglik finds again") {
  for (const char* study : {small_dbm, small_dbn}) {
    DeepTrained made(study, {"--json"});
    INFO(made.ended.err);
    REQUIRE(made.ended.code == 0);
    const Group root = made.root();
    const Group& training = *root.child("training");
    const auto likelihood = doubles(training, "log_likelihood");
    CHECK(likelihood.back() > likelihood.front() + 1);
    CHECK(likelihood.back() < -std::log(14.0));
    CHECK(text_attribute(training, "likelihood") == "exact given ln Z");
    CHECK(contains(made.ended.out, "\"bound\": false"));
    CHECK(contains(made.ended.out, "\"route\": \"exact\""));
    const Ended judged = run({"loglik", "model.h5", "--data", "bars-and-stripes:3", "--json", "--ais.temperatures",
                              "100", "--tempering.rungs", "0", "--raise.samples", "0"},
                             made.path());
    INFO(judged.err);
    REQUIRE(judged.code == 0);
    CHECK(std::stod(judged.out.substr(judged.out.find("\"mean\": ") + 8)) == Approx(likelihood.back()).epsilon(1e-9));
  }
}

TEST_CASE("a deep machine with many hidden units is judged by a bound, and the record says so") {
  DeepTrained made(small_dbm, {"--model.layers", "[0, 30, 30]", "--training.epochs", "2", "--training.pretrain", "2",
                               "--training.evaluate", "2", "--training.temperatures", "100"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  const Group root = made.root();
  CHECK(text_attribute(*root.child("training"), "likelihood") == "lower bound");
  CHECK(contains(made.ended.out, "ln p (bound)"));
}

TEST_CASE("deep learning that is stopped and resumed equals one that is not, for any number of threads") {
  for (const char* study : {small_dbm, small_dbn}) {
    const Words brief = {"--quiet", "--training.epochs", "20",
                         study == small_dbm ? "--training.pretrain" : "--training.updown", "10"};
    DeepTrained whole(study, brief + Words{"--run.threads", "1"});
    INFO(whole.ended.err);
    REQUIRE(whole.ended.code == 0);
    DeepTrained stopped(study, brief + Words{"--run.max_time", "1e-9"});
    CHECK(stopped.ended.code == 75);
    const Ended resumed =
        run(Words{"train", "study.toml", "-o", "model.h5", "--resume", "--run.threads", "4"} + brief, stopped.path());
    INFO(resumed.err);
    REQUIRE(resumed.code == 0);
    check_same(whole.root(), stopped.root());
  }
  // Large enough for several threads and floats.
  const Words large = {"--quiet",
                       "--model.layers",
                       "[0, 400, 300]",
                       "--training.epochs",
                       "2",
                       "--training.pretrain",
                       "2",
                       "--training.chains",
                       "120",
                       "--training.evaluate",
                       "100",
                       "--training.temperatures",
                       "20",
                       "--training.particles",
                       "10"};
  DeepTrained one(small_dbm, large + Words{"--run.threads", "1"});
  INFO(one.ended.err);
  REQUIRE(one.ended.code == 0);
  const auto layout = [](DeepTrained&& made) { return text_attribute(*made.root().child("training"), "layout"); };
  CHECK(text_attribute(*one.root().child("training"), "layout") == "dense products in floats");
  CHECK(layout(DeepTrained(small_dbm, large + Words{"--training.layout", "plain"})) == "plain");
  for (const char* threads : {"2", "4"}) {
    DeepTrained more(small_dbm, large + Words{"--run.threads", threads});
    REQUIRE(more.ended.code == 0);
    check_same(one.root(), more.root());
  }
}

TEST_CASE("a Hopfield network stores its data by each rule, and says how many of them stay") {
  constexpr const char* study = R"(
[model]
name = "hopfield"
[data]
file = "bars-and-stripes:4"
rows = "1:13"
[training]
method = "hebbian"
particles = 20
temperatures = 50
)";
  const auto stored = [&](const char* rule) {
    DeepTrained made(study, {"--training.method", rule});
    INFO(made.ended.err);
    REQUIRE(made.ended.code == 0);
    const ModelFile file = read_model(made / "model.h5");
    CHECK(file.kind == NetworkKind::hopfield);
    const auto machine = std::get<std::shared_ptr<const BoltzmannMachine>>(file.model);
    CHECK(machine->patterns().size() == 12);
    if (std::string(rule) == "hebbian")
      for (std::size_t i = 0; i < 16; ++i)
        for (std::size_t j = 0; j < 16; ++j) {
          double sum = 0;
          for (const auto& xi : machine->patterns()) sum += xi[i] * xi[j];
          CHECK(machine->weights()(i, j) == (i == j ? 0 : sum / 16));
        }
    const Group root = made.root();
    const auto fixed = doubles(*root.child("training"), "fixed_points");
    CHECK(fixed.front() == 0);
    CHECK(fixed.back() == share_of_fixed_points(*machine, machine->patterns()));
    CHECK(contains(made.ended.out, "fixed points"));
    CHECK(contains(made.ended.out, fmt::format("; {}, 16 spins; 12 samples", rule)));  // no optimiser, no updates
    CHECK(contains(run({"show", "model.h5"}, made.path()).out,
                   fmt::format("{:.4g} % of its patterns are fixed", 100 * fixed.back())));
    return fixed.back();
  };
  CHECK(stored("hebbian") > 0);
  CHECK(stored("storkey") > 0);
  CHECK(stored("pseudo-inverse") == 1);
}

TEST_CASE("train says what deep machines cannot be") {
  const auto says = [](const char* study, const Words& more, const std::string& what) {
    DeepTrained made(study, more);
    INFO(made.ended.err);
    CHECK(made.ended.code == 2);
    CHECK(contains(made.ended.err, what));
    CHECK(!std::filesystem::exists(made / "model.h5"));
  };
  says(small_dbm, {"--model.layers", "[0, 6]"}, "three layers or more");
  says(small_dbm, {"--model.layers", "[8, 6, 4]"}, "8 visible units");
  says(small_dbm, {"--model.layers", "[0, 6, 0]"}, "without units");
  says(small_dbm, {"--training.method", "flow"}, "not for a dbm");
  says(small_dbm, {"--training.method", "exact", "--model.layers", "[0, 30, 30]"}, "2^30");
  says(small_dbm, {"--model.visible", "gaussian"}, "model.visible");
  says(small_dbm, {"--training.optimizer", "natural"}, "sgd or adam");
  says(small_dbm, {"--model.name", "rbm"}, "more make a dbm or dbn");
  says(small_dbn, {"--model.units", "spin"}, "binary units alone");
  says(small_dbn, {"--training.method", "hebbian"}, "hopfield");
  says(small_dbm, {"--model.name", "hopfield", "--model.layers", "9"}, "stores no patterns");
}
