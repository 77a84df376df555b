/// Energies with latent variables, and answers by descent, from studies to files and what is said of them.
#include <cmath>

#include "physics/continuous/latent_codes.hpp"
#include "physics/exact/quadrature.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "tests/studies/learning/same_models.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

struct LatentWork {
  explicit LatentWork(const char* study) { write_bytes(folder / "study.toml", study); }
  Ended train(const Words& more, const std::string& out = "model.h5") const {
    return run(Words{"train", "study.toml", "-o", out, "--quiet", "--force"} + more, folder.path());
  }
  Group root(const std::string& file = "model.h5") const { return read_archive(folder / file); }
  std::string said(const Words& words) const {
    const Ended ended = run(words, folder.path());
    return ended.out + ended.err;
  }
  Scratch folder;
};
double latent_last(const Group& root, const char* name) { return doubles(*root.child("training"), name).back(); }

constexpr const char* codebook_study = R"(
[model]
name = "kmeans"
codes = 12
[data]
file = "swiss-roll:500"
validation = 0.2
[training]
updates = 30
snapshots = 2
)";
constexpr const char* sparse_study = R"(
[model]
name = "sparse-coding"
codes = 4
[data]
file = "swiss-roll:200"
[training]
updates = 10
snapshots = 0
)";
constexpr const char* copying_study = R"(
[model]
name = "ebt"
net = ["conv 16 1x1", "attention 8 causal", "dense 32", "swish", "dense 1"]
[data]
file = "copy:400:3:2"
labels = "next"
validation = 0.25
[training]
updates = 200
rate = "0.01:0"
every_step = true
snapshots = 2
)";

/// The same bits by one thread and by three, and stopped and resumed.
void check_bits(const LatentWork& work) {
  REQUIRE(work.train({"--run.threads", "1"}).code == 0);
  REQUIRE(work.train({"--run.threads", "3"}, "threads.h5").code == 0);
  check_same(work.root("threads.h5"), work.root());
  Ended ended =
      run({"train", "study.toml", "-o", "parts.h5", "--quiet", "--run.max_time", "0.001"}, work.folder.path());
  int resumed = 0;
  for (; ended.code == 75 && resumed < 2000; ++resumed)
    ended = run({"train", "study.toml", "-o", "parts.h5", "--quiet", "--run.max_time", "0.02", "--resume"},
                work.folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(resumed > 0);
  check_same(work.root("parts.h5"), work.root());
}

}  // namespace

TEST_CASE("K-means learns a spiral; its file holds F on a grid and soft energies that tend to F") {
  const LatentWork work(codebook_study);
  check_bits(work);
  const Group root = work.root();
  CHECK(text_attribute(root, "model") == "kmeans");
  const double here = latent_last(root, "energy"), away = latent_last(root, "energy_away");
  CHECK(here < .4);
  CHECK(away > 1.5 * here);
  CHECK(doubles(*root.child("surface"), "energy").size() == 101 * 101);
  const auto soft = doubles(*root.child("soft"), "energy");
  for (std::size_t k = 1; k < soft.size(); ++k) CHECK(soft[k] < soft[k - 1]);
  CHECK(soft.back() == Approx(here).epsilon(1e-12));
  CHECK(soft[soft.size() - 2] == Approx(here).margin(std::log(12.) / 1000));
  CHECK(contains(work.said({"show", "model.h5"}), "min over 12 words of |y - w|^2"));
  CHECK(contains(work.said({"show", "model.h5", "--json"}), "\"codes\": 12"));
  CHECK(run({"report", "model.h5", "-o", "page.html"}, work.folder.path()).code == 0);
  CHECK(contains(read_bytes(work.folder / "page.html"), "energy F"));
  CHECK(contains(work.said({"loglik", "model.h5", "--data", "swiss-roll:9"}), "it holds a kmeans"));
  CHECK(contains(work.train({"--training.rate", "0.1"}).err, "alternation"));
  CHECK(contains(work.train({"--training.method", "pcd"}).err, "learns by \"alternation\""));
  CHECK(contains(work.train({"--model.codes", "1000"}).err, "take as many words at most"));
  CHECK(contains(work.train({"--model.lambda", "1"}).err, "sparse-coding"));
}

TEST_CASE("sparse coding collapses with codes that cost nothing, and the soft energy is found by annealing too") {
  const LatentWork work(sparse_study);
  check_bits(work);
  CHECK(latent_last(work.root(), "energy_away") > .3);
  REQUIRE(work.train({"--model.lambda", "0"}, "flat.h5").code == 0);
  CHECK(latent_last(work.root("flat.h5"), "energy_away") < 1e-20);  // the mutant of the other
  CHECK(run({"report", "flat.h5", "-o", "flat.html"}, work.folder.path()).code == 0);
  CHECK(contains(read_bytes(work.folder / "flat.html"), "It is flat"));
  write_bytes(work.folder / "code.toml", R"(
[model]
name = "sparse-code"
at = [1, 0.5]
code_beta = 3
[method]
name = "annealing"
beta = 1
)");
  const Ended ended = run({"run", "code.toml", "-o", "code.h5", "--quiet", "--run.threads", "1"}, work.folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group found = read_archive(work.folder / "code.h5");
  const Group* routes = found.child("free_energy");
  REQUIRE(routes != nullptr);
  REQUIRE(!doubles(*routes, "log_z").empty());
  const double annealed = doubles(*routes, "log_z").back(), error = doubles(*routes, "log_z_error").back();
  const auto coding = std::make_shared<const SparseCoding>(2, std::vector<double>{1, 0, .6, .8}, .3);
  const std::vector<double> here = {1};
  const auto integrated =
      quadrature(SparseCode(coding, {1, .5}, 3), ContinuousReference::gaussian(0, 1.5), here, 1e9, 1e-5);
  REQUIRE(std::holds_alternative<ExactAnswers>(integrated));
  const double exact = std::get<ExactAnswers>(integrated).at[0].values.at("log_z");
  CHECK(std::abs(annealed - exact) < 4.5 * error);  // once in 10^5; the seed is fixed
  CHECK(error < .1);
  CHECK(contains(work.said({"run", "code.toml", "--model.at", "[1, 2, 3]", "-o", "x.h5"}), "[model]"));
  CHECK(contains(work.said({"run", "code.toml", "--model.file", "flat.h5", "-o", "x.h5"}), "lambda = 0"));
}

TEST_CASE("an energy-based transformer copies, by any number of steps, and says so") {
  const LatentWork work(copying_study);
  check_bits(work);
  CHECK(latent_last(work.root(), "validation_accuracy") > .9);
  CHECK(contains(work.said({"show", "model.h5"}), "the next of 4 symbols from the 3 before, in 3 steps"));
  const std::string said = work.said(
      {"predict", "model.h5", "--data", "copy:100:3:2", "--labels", "next", "--thinking", "5", "-o", "said.h5"});
  INFO(said);
  CHECK(contains(said, "after steps of thinking: 0: 1.3863, 1: "));
  const Group written = work.root("said.h5");
  const auto steps = doubles(*written.child("prediction"), "log_likelihood_by_steps");
  REQUIRE(steps.size() == 6);
  CHECK(steps[0] == Approx(-std::log(4.)).epsilon(1e-6));
  CHECK(steps[3] > -.3);
  CHECK(contains(work.said({"loglik", "model.h5", "--data", "copy:9:3:2"}), "it holds an ebt"));
  CHECK(contains(work.train({"--data.file", "two-moons:30", "--data.labels", "part"}).err, "an ebt takes symbols"));
  CHECK(contains(work.train({"--data.file", "swiss-roll:30", "--data.labels", "part"}).err, "have no parts"));
  CHECK(contains(work.train({"--data.file", "copy:9:0"}).err, "copy:2000:8:4"));
  CHECK(contains(work.train({"--data.file", "modular-addition:1"}).err, "say the modulus"));
  CHECK(contains(work.train({"--data.window", "4", "--data.file", "gone.txt"}).err, "gone.txt"));
}
