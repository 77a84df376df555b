// `gibbsite train` of encoders, and `gibbsite embed`.
#include <cmath>

#include "studies/files/variables.hpp"
#include "tests/studies/json.hpp"
#include "tests/studies/learning/trained_study.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

struct Embedding : TrainedStudy {
  using TrainedStudy::TrainedStudy;
  std::vector<double> last(const std::string& file, const char* name) {
    const Group all = root(file);
    const auto values = doubles(*all.child("training"), name);
    return {values.begin(), values.end()};
  }
};

std::vector<double> weights_in(const Group& root) {
  std::vector<double> out;
  for (const Group& group : root.groups) {
    if (!group.name.starts_with("layer_")) continue;
    const auto values = doubles(group, "weight");
    out.insert(out.end(), values.begin(), values.end());
  }
  return out;
}

constexpr const char* moons = R"(
[model]
name = "encoder"
net = ["dense 16", "swish", "dense 4"]
[data]
file = "two-moons:600"
labels = "part"
validation = 0.25
[training]
views = "noise 0.1"
updates = 300
snapshots = 0
)";

constexpr const char* stripes = R"(
[model]
name = "encoder"
shape = "4x4"
net = ["conv 4 3x3 padding 1", "swish", "dense 6"]
[data]
file = "bars-and-stripes:4"
[training]
method = "jepa"
batch = 10
updates = 40
snapshots = 0
)";

}  // namespace

TEST_CASE("an encoder learns every way there is, keeps its spread, and embeds data") {
  Embedding made(moons);
  for (const char* method : {"simclr", "infonce", "vicreg", "barlow"}) {
    const Ended ended = made.train({"--training.method", method, "--force"});
    INFO(method << ": " << ended.err);
    REQUIRE(ended.code == 0);
    CHECK(made.last("model.h5", "mean_deviation").back() > 0.1);
    CHECK(made.last("model.h5", "neighbour_accuracy").back() > 0.9);
    CHECK(made.last("model.h5", "objective").back() < made.last("model.h5", "objective").at(1));
    CHECK(made.last("model.h5", "log_likelihood").empty());
  }
  CHECK(contains(run({"show", "model.h5"}, made.path()).out, "embeds samples of 2 numbers in 4"));
  const Ended ended =
      run({"embed", "model.h5", "--data", "two-moons:50", "--labels", "part", "-o", "z.h5"}, made.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(contains(ended.out, "4 numbers of each of 50 samples"));
  const Group written = made.root("z.h5");
  const Variable* z = written.child("embedding")->find("embedding");
  REQUIRE(z != nullptr);
  CHECK(z->shape == std::vector<std::size_t>{50, 4});
  CHECK(written.child("embedding")->find("label") != nullptr);
  CHECK(contains(run({"show", "z.h5"}, made.path()).out, "4 numbers of each of 50 samples"));
  CHECK(read_json(run({"show", "z.h5", "--json"}, made.path()).out).at("numbers") == 4);
  const Ended page = run({"report", "model.h5", "-o", "model.html"}, made.path());
  INFO(page.err);
  CHECK(page.code == 0);
  CHECK(contains(run({"predict", "model.h5", "--data", "two-moons:50"}, made.path()).err, "gibbsite embed"));
  CHECK(contains(run({"embed", "model.h5", "--data", "two-moons:50"}, made.path()).err, "needs --data and -o"));
}

TEST_CASE("an encoder that predicts what is hidden has the same bits for any number of threads, and resumed") {
  Embedding made(stripes);
  const Ended once = made.train({"--run.threads", "1"});
  INFO(once.err);
  REQUIRE(once.code == 0);
  const std::vector<double> weights = weights_in(made.root("model.h5"));
  REQUIRE(made.train({"--run.threads", "3"}, "threads.h5").code == 0);
  CHECK(weights_in(made.root("threads.h5")) == weights);
  REQUIRE(made.train({"--run.max_time", "1e-9"}, "parts.h5").code == 75);
  const Ended ended = made.train({"--resume", "--run.threads", "2"}, "parts.h5");
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(weights_in(made.root("parts.h5")) == weights);
}

TEST_CASE("what encoders cannot do is refused with what to do") {
  Embedding made(moons);
  const auto refusal = [&](const Words& more) { return made.train(more).err; };
  CHECK(contains(refusal({"--training.method", "pcd"}), "is not for an encoder"));
  CHECK(contains(refusal({"--training.views", "shift 1"}), "is for images"));
  CHECK(contains(refusal({"--training.views", "blur 1"}), "makes no view"));
  CHECK(contains(refusal({"--training.method", "jepa", "--model.head", "none"}), "jepa needs its predictor"));
  CHECK(contains(refusal({"--training.method", "jepa"}), "hides patches of an image"));
  CHECK(contains(refusal({"--training.method", "simclr", "--training.terms", "1:1:1"}), "training.terms"));
  CHECK(contains(refusal({"--training.terms", "1:1"}), "three numbers"));
  CHECK(contains(refusal({"--training.batch", "1"}), "batches of two"));
}

TEST_CASE("embedding by a machine gives the means of its hidden units") {
  Embedding made(R"(
[model]
name = "rbm"
layers = [0, 3]
[data]
file = "bars-and-stripes:2"
[training]
updates = 20
)");
  REQUIRE(made.train().code == 0);
  REQUIRE(run({"embed", "model.h5", "--data", "bars-and-stripes:2", "-o", "z.h5"}, made.path()).code == 0);
  const Group model = made.root("model.h5"), written = made.root("z.h5");
  const auto z = doubles(*written.child("embedding"), "embedding");
  const auto w = doubles(*model.child("weights_0"), "W"), c = doubles(*model.child("layer_1"), "bias");
  REQUIRE(z.size() % 3 == 0);
  bool found = false;  // all units on: sigma(c + sum of W)
  for (std::size_t s = 0; s < z.size() / 3; ++s) {
    bool right = true;
    for (std::size_t j = 0; j < 3; ++j) {
      double field = c[j];
      for (std::size_t i = 0; i < 4; ++i) field += w[i * 3 + j];
      right = right && std::abs(z[s * 3 + j] - 1 / (1 + std::exp(-field))) < 1e-12;
    }
    found = found || right;
  }
  CHECK(found);
}

TEST_CASE("an encoder of snapshots finds an order parameter, on larger lattices too, and where it crosses") {
  Embedding made(R"(
[model]
name = "encoder"
shape = "6x6"
net = ["conv 4 3x3 padding 1", "swish", "conv 1 1x1", "sum"]
head = "none"
[data]
file = "small.h5"
labels = "beta"
[training]
views = ["roll", "erase 3"]
updates = 200
snapshots = 0
)");
  const auto snapshots = [&](const char* size, const char* out) {
    const Ended ended =
        run({"run", "--model.size", size, "--sampler.name", "wolff", "--method.beta", "0.3:0.6:7", "--method.chains",
             "8", "--method.sweeps", "2000", "--method.snapshots", "200", "--quiet", "-o", out, "plain.toml"},
            made.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
  };
  write_bytes(made / "plain.toml", "");
  snapshots("6", "small.h5");
  snapshots("12", "large.h5");
  REQUIRE(made.train().code == 0);
  REQUIRE(run({"embed", "model.h5", "--data", "small.h5", "--labels", "beta", "-o", "a.h5"}, made.path()).code == 0);
  const Group small = made.root("a.h5");
  const auto m = doubles(*small.child("order"), "order_parameter"),
             u = doubles(*small.child("order"), "binder_cumulant");
  REQUIRE(u.size() == 7);
  for (std::size_t b = 0; b < 7; ++b) {
    double second = 0, fourth = 0;
    for (std::size_t r = 0; r < m.size() / 7; ++r)
      second += std::pow(m[7 * r + b], 2), fourth += std::pow(m[7 * r + b], 4);
    CHECK(u[b] == Approx(1 - fourth * static_cast<double>(m.size() / 7) / (3 * second * second)).margin(0.06));
  }
  CHECK(u[6] > u[0] + 0.3);  // ordered, disordered
  const Words large = {"embed", "model.h5", "--data", "large.h5", "--labels", "beta", "-o", "b.h5"};
  CHECK(contains(run(large, made.path()).err, "144"));  // numbers where it takes 36
  const Ended ended = run(large + Words{"--shape", "12x12", "--against", "a.h5", "--json"}, made.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const auto crossings = read_json(ended.out).at("crossings");
  REQUIRE(crossings.size() == 1);
  CHECK(crossings[0].at("beta").get<double>() == Approx(0.4407).margin(0.06));  // sides of 6 and 12
  CHECK(contains(run(large + Words{"--shape", "12", "--force"}, made.path()).err, "--shape"));
  const auto shown = read_json(run({"show", "b.h5", "--json"}, made.path()).out);
  CHECK(shown.at("crossings") == crossings);
  CHECK(shown.at("warnings").empty());
  REQUIRE(made.train({"--run.seed", "2"}, "other.h5").code == 0);
  const Ended other = run({"embed", "other.h5", "--data", "large.h5", "--labels", "beta", "--shape", "12x12",
                           "--against", "a.h5", "-o", "c.h5"},
                          made.path());
  INFO(other.err);
  CHECK(other.code == 0);
  CHECK(contains(other.out, "another model"));
  const Ended some = run(
      {"embed", "model.h5", "--data", "small.h5", "--labels", "beta", "--rows", "0:100", "-o", "d.h5"}, made.path());
  CHECK(contains(some.err, "leave out rows"));
}

TEST_CASE("embedding by K-means gives its codes and F, and what no model of data embeds is refused") {
  Embedding made(R"(
[model]
name = "kmeans"
[data]
file = "two-moons:200"
)");
  REQUIRE(made.train().code == 0);
  const Ended ended = run({"embed", "model.h5", "--data", "two-moons:30", "-o", "z.h5"}, made.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group written = made.root("z.h5");
  const auto z = doubles(*written.child("embedding"), "embedding"), f = doubles(*written.child("embedding"), "energy");
  REQUIRE(f.size() == 30);
  for (std::size_t s = 0; s < 30; ++s) {  // one-hot
    double sum = 0;
    for (std::size_t k = 0; k < z.size() / 30; ++k) sum += z[s * (z.size() / 30) + k];
    CHECK(sum == Approx(1));
    CHECK(f[s] >= 0);
  }
}
