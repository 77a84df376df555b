// `gibbsite train` of classifiers and of energies that answer, and the commands that take them on.
#include <fmt/format.h>

#include <cmath>

#include "studies/files/variables.hpp"
#include "tests/studies/json.hpp"
#include "tests/studies/learning/trained_study.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

struct Answering : TrainedStudy {
  using TrainedStudy::TrainedStudy;
  json said(const Words& words) {
    const Ended ended = run(words + Words{"--json"}, path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return read_json(ended.out);
  }
};

std::vector<double> recorded(const Group& root, const char* name) {
  const auto values = doubles(*root.child("training"), name);
  return {values.begin(), values.end()};
}
std::vector<double> parameters_in(const Group& root) {
  std::vector<double> out;
  for (const Group& group : root.groups)
    if (group.name.starts_with("layer_"))
      for (const char* name : {"weight", "bias"}) {
        const auto values = doubles(group, name);
        out.insert(out.end(), values.begin(), values.end());
      }
  return out;
}

constexpr const char* moons_study = R"(
[model]
name = "classifier"
net = ["dense 24", "swish", "dense 2"]
[data]
file = "two-moons:600"
labels = "part"
validation = 0.25
[training]
epochs = 150
snapshots = 2
)";

constexpr const char* joint_study = R"(
[model]
name = "neural"
net = ["dense 24", "swish", "dense 2", "logsumexp"]
[data]
file = "two-moons:600"
labels = "part"
validation = 0.25
[training]
method = "pcd"
updates = 1000
snapshots = 2
samples = 4
)";

}  // namespace

TEST_CASE("a classifier learns two moons; show, predict and report take it on, and the rest says what it is") {
  Answering made(moons_study);
  const Ended ended = made.train({"--run.threads", "1"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group root = made.root();
  CHECK(text_attribute(root, "model") == "classifier");
  CHECK(text_attribute(root, "answers") == "scores");
  CHECK(recorded(root, "validation_accuracy").back() > .97);
  CHECK(recorded(root, "energy_gap").back() > 2);
  CHECK(recorded(root, "log_likelihood").empty());
  CHECK(root.child("training")->child("samples") == nullptr);
  CHECK(contains(run({"show", "model.h5"}, made.path()).out, "energies of 2 answers, E(x, y) = -f_y(x)"));
  CHECK(contains(run({"show", "model.h5"}, made.path()).out, "from 2 numbers to 2"));
  CHECK(made.said({"show", "model.h5"}).at("outputs") == 2);
  const json found =
      made.said({"predict", "model.h5", "--data", "two-moons:600", "--labels", "part", "-o", "moons.h5"});
  CHECK(found.at("accuracy").get<double>() > .97);
  CHECK(found.at("energy").size() == 600);
  CHECK(read_json(run({"show", "moons.h5", "--json"}, made.path()).out).at("accuracy") == found.at("accuracy"));
  CHECK(contains(run({"show", "moons.h5"}, made.path()).out, "accuracy "));
  const Group written = made.root("moons.h5");
  const Group& all = *written.child("prediction");
  const auto energy = doubles(all, "energy"), answers = doubles(all, "answer_energy"), p = doubles(all, "probability");
  for (std::size_t s = 0; s < 600; s += 97)
    for (std::size_t y = 0; y < 2; ++y)
      CHECK(std::log(p[2 * s + y]) == Approx(energy[s] - answers[2 * s + y]).margin(1e-9));
  const Ended page = run({"report", "model.h5", "-o", "model.html"}, made.path());
  INFO(page.err);
  CHECK(page.code == 0);
  CHECK(contains(run({"loglik", "model.h5", "--data", "two-moons:50"}, made.path()).err,
                 "a net with several outputs (`classifier`)"));
  CHECK(contains(run({"sample", "model.h5", "-n", "5", "-o", "x.npy"}, made.path()).err,
                 "a net with several outputs (`classifier`)"));
  CHECK(contains(run({"predict", "model.h5", "--data", "bars-and-stripes:2"}, made.path()).err, "2 visible units"));
}

TEST_CASE("a classifier has the same bits for any number of threads, and stopped and resumed") {
  Answering made(moons_study);
  REQUIRE(made.train({"--run.threads", "1"}).code == 0);
  const std::vector<double> once = parameters_in(made.root());
  REQUIRE(made.train({"--run.threads", "3"}, "threads.h5").code == 0);
  CHECK(parameters_in(made.root("threads.h5")) == once);
  CHECK(once.size() == 24 * 2 + 24 + 2 * 24 + 2);
  REQUIRE(made.train({"--run.max_time", "1e-9"}, "parts.h5").code == 75);
  const Ended ended = made.train({"--resume", "--run.threads", "2"}, "parts.h5");
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(parameters_in(made.root("parts.h5")) == once);
  const auto accuracies = recorded(made.root(), "accuracy");
  CHECK(recorded(made.root("parts.h5"), "accuracy") == accuracies);
  CHECK(recorded(made.root("parts.h5"), "objective").back() == recorded(made.root(), "objective").back());
}

TEST_CASE("flat surfaces of energies show in the gap that is recorded, by the energy loss and not by the hinge") {
  Answering made(moons_study);
  const auto gap_of = [&](const Words& more) {
    const Ended ended = made.train(Words{"--model.answers", "positive", "--training.l2", "0.003",
                                         "--training.l2_biases", "true", "--training.epochs", "500", "--force"} +
                                   more);
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return recorded(made.root(), "energy_gap").back();
  };
  CHECK(std::abs(gap_of({"--training.loss", "energy"})) < .02);
  CHECK(gap_of({"--training.loss", "hinge"}) > 1);
  CHECK(std::abs(gap_of({"--training.loss", "hinge", "--training.margin", "0"})) < .02);  // the mutant
}

TEST_CASE("an energy that answers learns its density and its labels, and every command takes it on") {
  Answering made(joint_study);
  const Ended ended = made.train({"--run.threads", "1"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group root = made.root();
  CHECK(text_attribute(root, "model") == "neural");
  CHECK(recorded(root, "validation_accuracy").back() > .95);
  CHECK(recorded(root, "validation_log_likelihood").back() > -3.2);
  CHECK(std::isfinite(recorded(root, "validation_calibration_error").back()));
  CHECK(recorded(root, "divergence").back() < .7);
  CHECK(contains(run({"show", "model.h5"}, made.path()).out, "gibbsite predict"));
  // E(x) of predict is that of loglik: ln p differs by ln Z alone.
  const json judged = made.said(
      {"loglik", "model.h5", "--data", "two-moons:100", "--tempering.rungs", "0", "--ais.temperatures", "200"});
  const json found = made.said({"predict", "model.h5", "--data", "two-moons:100", "--labels", "part", "-o", "in.h5"});
  double mean = 0;
  for (const double e : found.at("energy")) mean += e / 100;
  CHECK(mean ==
        Approx(-recorded(root, "log_z").back() - judged.at("log_likelihood").at("mean").get<double>()).margin(1e-6));
  CHECK(found.at("accuracy").get<double>() > .95);
  const json others = made.said({"predict", "model.h5", "--data", "eight-gaussians:100", "-o", "out.h5"});
  CHECK(others.at("accuracy").is_null());
  const json apart = made.said({"predict", "model.h5", "--data", "two-moons:100", "--against", "out.h5"}),
             same = made.said({"predict", "model.h5", "--data", "two-moons:100", "--against", "in.h5"});
  CHECK(apart.at("auroc").at("value").get<double>() > .9);
  CHECK(same.at("auroc").at("value").get<double>() == Approx(.5));
  REQUIRE(made.train({"--run.threads", "3"}, "threads.h5").code == 0);
  CHECK(parameters_in(made.root("threads.h5")) == parameters_in(root));
  CHECK(run({"sample", "model.h5", "-n", "5", "-o", "x.npy", "--quiet"}, made.path()).code == 0);
}

TEST_CASE("what answers cannot be learned from is refused in words") {
  Answering made(moons_study), joint(joint_study);
  const auto refused = [](Answering& where, const Words& more) {
    const Ended ended = where.train(more);
    CHECK(ended.code != 0);
    return ended.err;
  };
  CHECK(contains(refused(made, {"--training.method", "pcd"}), "is not for a classifier"));
  CHECK(contains(refused(made, {"--training.loss", "lvq2"}), "model.answers = \"positive\""));
  CHECK(contains(refused(made, {"--training.margin", "2"}), "has no part in this study"));
  CHECK(contains(refused(made, {"--training.samples", "2"}), "has no part in this study"));
  CHECK(contains(refused(made, {"--model.net", "dense 1"}), "there are 2 labels"));
  CHECK(contains(refused(made, {"--data.file", "checkerboard:100"}), "have no parts"));
  CHECK(contains(refused(joint, {"--model.net", "dense 4, swish, dense 1"}), "ends with \"logsumexp\""));
  CHECK(contains(refused(joint, {"--data.file", "eight-gaussians:100"}), "there are 8 labels"));
  write_bytes(joint / "study.toml",
              "[model]\nname = \"gaussian\"\n[data]\nfile = \"correlated:100\"\n[training]\nmethod = \"score\"\n");
  REQUIRE(joint.train().code == 0);
  CHECK(contains(run({"predict", "model.h5", "--data", "correlated:5"}, joint.path()).err, "no labels to predict"));
  write_bytes(joint / "study.toml", joint_study);
  CHECK(contains(refused(joint, {"--training.method", "answers"}), "is not for energies of real numbers"));
}
