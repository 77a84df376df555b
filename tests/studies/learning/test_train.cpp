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

TEST_CASE("training begins at a model that there is, and goes on from there") {
  Trained made({"--quiet"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  const auto from = [&](const Words& more, const std::string& out = "next.h5", const char* start = "model.h5") {
    return run(Words{"train", "study.toml", "--quiet", "--force", "-o", out, "--training.start", start} + more,
               made.path());
  };
  const auto parameters = [](const Group& root) {
    std::vector<double> all;
    for (const Group& group : root.groups)
      if (group.name.starts_with("layer_") || group.name.starts_with("weights_"))
        for (const char* name : {"bias", "W"})
          for (const double x : doubles(group, name)) all.push_back(x);
    return all;
  };
  const auto likelihood = [&](const std::string& file) {
    const Group root = made.root(file);
    const auto all = doubles(*root.child("training"), "log_likelihood");
    return std::pair(all.front(), all.back());
  };
  // At no rate it stays what it is; [model] may leave out what the file says.
  write_bytes(made / "brief.toml",
              "[model]\nname = \"rbm\"\n[data]\nfile = \"bars-and-stripes:3\"\nvalidation = 0.2\nbinarize = "
              "0.5\n[training]\nepochs = 3\nrate = 1e-300\nstart = \"model.h5\"\n[run]\nseed = 3\n");
  REQUIRE(run({"train", "brief.toml", "-o", "same.h5", "--quiet"}, made.path()).code == 0);
  CHECK(parameters(made.root("same.h5")).size() == 9 + 6 + 54);
  CHECK(parameters(made.root("same.h5")) == parameters(made.root()));
  CHECK(likelihood("same.h5").first == likelihood("model.h5").second);
  // Going on is for the better, for persistent chains too, which come to the model first.
  REQUIRE(from({"--training.method", "exact", "--training.rate", "0.1", "--training.epochs", "200"}).code == 0);
  CHECK(likelihood("next.h5").second > likelihood("model.h5").second + 1e-3);
  REQUIRE(from({"--training.rate", "0.02", "--training.epochs", "20", "--training.chains", "500"}, "pcd.h5").code == 0);
  CHECK(likelihood("pcd.h5").second > likelihood("model.h5").second - 0.05);
  // Others, too: bonds among visible units, and deep machines, whose layers then do not learn by themselves.
  const Words others[] = {{"--model.name", "boltzmann", "--model.layers", "[9, 2]", "--model.units", "spin"},
                          {"--model.visible", "gaussian"},
                          {"--model.name", "dbm", "--model.layers", "[9, 3, 2]"}};
  for (const Words& kind : others) {
    REQUIRE(run(Words{"train", "study.toml", "--quiet", "--force", "-o", "kind.h5", "--training.rate", "0.001",
                      "--training.epochs", "5"} +
                    kind,
                made.path())
                .code == 0);
    const Ended again =
        from(kind + Words{"--training.rate", "1e-300", "--training.epochs", "2"}, "again.h5", "kind.h5");
    INFO(again.err);
    REQUIRE(again.code == 0);
    const auto before = parameters(made.root("kind.h5")), after = parameters(made.root("again.h5"));
    REQUIRE(before.size() == after.size());
    for (std::size_t k = 0; k < before.size(); ++k) CHECK(after[k] == Approx(before[k]).margin(1e-12));
  }
  const auto says = [&](const Words& more, const std::string& what) {
    const Ended refused = from(more);
    INFO(refused.err);
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, what));
  };
  says({"--model.layers", "[9, 5]"}, "its layer 1 has units: 6 binary, but those of this study are: 5 binary");
  says({"--model.units", "spin"}, "its layer 1 has units: 6 binary, but those of this study are: 6 spin");
  says({"--data.file", "bars-and-stripes:4", "--model.layers", "6"}, "its layer 0 has units: 9 binary");
  says({"--model.name", "boltzmann"}, "model.name = \"rbm\"");
  says({"--training.method", "trajectory"}, "has no part");
  says({"--training.spread", "0.5"}, "has no part");
}
