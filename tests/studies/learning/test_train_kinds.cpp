// `gibbsite train` of Potts machines, of couplings of a given graph, and of labels; and the commands that take them on.
#include <fmt/format.h>

#include <cmath>
#include <tuple>

#include "studies/files/variables.hpp"
#include "tests/studies/learning/trained_study.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

using LearnedKind = TrainedStudy;

std::vector<double> all_of(const Group& group, const char* name) {
  const auto values = doubles(group, name);
  return {values.begin(), values.end()};
}

double last_of(const Group& root, const char* name) { return all_of(*root.child("training"), name).back(); }

constexpr const char* sequences = R"(
[model]
name = "boltzmann"
[data]
file = "rna.fasta"
alphabet = "rna"
reweight = 0.9
[training]
method = "pseudo-likelihood"
optimizer = "adam"
rate = "0.05:0.0"
updates = 300
batch = 1000
l2 = 0.01
evaluate = 300
snapshots = 2
samples = 0
)";

/// Pairs 0-3 and 1-2 match, as in a hairpin.
std::string hairpins() {
  std::string text;
  const char* pairs[] = {"AU", "CG", "GC", "UA"};
  for (int k = 0; k < 60; ++k) {
    const char *outer = pairs[k % 4], *inner = pairs[(k / 4 + k / 16) % 4];
    text += fmt::format(">s{}\n{}{}{}{}{}\n", k, outer[0], inner[0], k % 3 == 0 ? "-" : "A", inner[1], outer[1]);
  }
  return text;
}

}  // namespace

TEST_CASE("a Potts machine learns sequences, and every command takes it on") {
  LearnedKind made(sequences);
  write_bytes(made / "rna.fasta", hairpins());
  const Ended ended = made.train({"--run.threads", "1"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group root = made.root();
  CHECK(text_attribute(root, "alphabet") == "-ACGU");
  CHECK(contains(text_attribute(*root.child("training"), "plan"), "that weigh as much as"));
  CHECK(all_of(*root.child("training"), "weight").size() == 60);
  const auto score = all_of(*root.child("contacts"), "score");
  REQUIRE(score.size() == 25);
  for (std::size_t k = 0; k < 25; ++k)
    if (k != 4 && k != 20 && k != 8 && k != 16) CHECK(score[k] < std::min(score[4], score[8]));
  REQUIRE(made.train({"--run.threads", "4"}, "threads.h5").code == 0);
  CHECK(all_of(*made.root("threads.h5").child("couplings"), "J") == all_of(*root.child("couplings"), "J"));
  const Ended shown = run({"show", "model.h5"}, made.path());
  CHECK(contains(shown.out, "5 categorical visible units of 5 states"));
  CHECK(contains(shown.out, "contact"));
  // ln Z by enumeration, by annealing from base rates and by a run agree.
  write_bytes(made / "run.toml",
              "[model]\nname = \"boltzmann\"\nfile = \"model.h5\"\nreference = \"base-rate\"\n[method]\nname = "
              "\"annealing\"\nbeta = 1\nparticles = 2000\ntemperatures = 200\n");
  const Ended exact = run({"exact", "run.toml", "--json"}, made.path());
  INFO(exact.err);
  REQUIRE(exact.code == 0);
  CHECK(contains(exact.out, "5^5 states"));
  const double log_z = last_of(root, "log_z");
  CHECK(contains(exact.out, fmt::format("{:.8f}", log_z).substr(0, 7)));
  const Ended judged = run({"loglik", "model.h5", "--data", "rna.fasta", "--alphabet", "rna", "--json",
                            "--tempering.rungs", "0", "--raise.samples", "0", "--ais.temperatures", "100"},
                           made.path());
  INFO(judged.err);
  CHECK(judged.code == 0);
  CHECK(contains(judged.out, "exact"));
  const Ended ran = run({"run", "run.toml", "-o", "run.h5", "--quiet"}, made.path());
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  const Group result = made.root("run.h5");
  const auto found = all_of(*result.child("free_energy"), "log_z"),
             error = all_of(*result.child("free_energy"), "log_z_error");
  CHECK(std::abs(found.back() - log_z) < 5 * error.back());
  const Ended drawn = run({"sample", "model.h5", "-n", "20", "-o", "states.npy", "--quiet"}, made.path());
  INFO(drawn.err);
  CHECK(drawn.code == 0);
}

TEST_CASE("the shipped alignment has the contacts that its study says") {
  Scratch folder;
  const Ended ended = run({"train", GIBBSITE_SOURCE_DIR "/studies/contacts.toml", "-o", "contacts.h5", "--quiet",
                           "--training.updates", "40", "--training.rate", "0.1:0.0", "--training.particles", "5",
                           "--training.temperatures", "10", "--data.rows", "0:1000"},
                          folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const auto score = all_of(*read_archive(folder / "contacts.h5").child("contacts"), "score");
  REQUIRE(score.size() == 144);
  double least = 1e9, most = -1e9;  // of the chain 0 7 2 9 4 11 6 1 8 3 10 5, and of all other pairs
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const std::size_t a = 7 * i % 12, b = 7 * j % 12;  // places on the chain, since 7 x 7 = 49 = 1 (mod 12)
      if (std::max(a, b) - std::min(a, b) == 1)
        least = std::min(least, score[i * 12 + j]);
      else
        most = std::max(most, score[i * 12 + j]);
    }
  CHECK(least > 2 * most);
}

TEST_CASE("couplings go to adabmDCA and back") {
  LearnedKind made(sequences);
  write_bytes(made / "rna.fasta", hairpins());
  REQUIRE(made.train().code == 0);
  REQUIRE(run({"export", "model.h5", "--params", "params.dat"}, made.path()).code == 0);
  CHECK(contains(read_bytes(made / "params.dat"), "J 0 1 - A "));
  CHECK(contains(read_bytes(made / "params.dat"), "\nh 4 U "));
  const Ended back = run({"import", "params.dat", "-o", "back.h5"}, made.path());
  INFO(back.err);
  REQUIRE(back.code == 0);
  CHECK(all_of(*made.root("back.h5").child("couplings"), "J") == all_of(*made.root().child("couplings"), "J"));
  CHECK(all_of(*made.root("back.h5").child("layer_0"), "bias") == all_of(*made.root().child("layer_0"), "bias"));
  CHECK(text_attribute(made.root("back.h5"), "alphabet") == "-ACGU");
  REQUIRE(run({"export", "model.h5", "--params", "numbers.dat", "--alphabet", "numbers"}, made.path()).code == 0);
  CHECK(contains(read_bytes(made / "numbers.dat"), "J 0 1 0 1 "));
  REQUIRE(run({"import", "numbers.dat", "-o", "numbers.h5"}, made.path()).code == 0);
  CHECK(all_of(*made.root("numbers.h5").child("couplings"), "J") == all_of(*made.root().child("couplings"), "J"));
  // By hand: E = -sum J - sum h.
  write_bytes(made / "hand.dat", "J 0 1 a b 0.5\nJ 0 1 b b -1\nh 0 a 1\nh 0 b 2\nh 1 a 3\nh 1 b 4\n");
  const Ended hand = run({"import", "hand.dat", "-o", "hand.h5", "--alphabet", "ab"}, made.path());
  INFO(hand.err);
  REQUIRE(hand.code == 0);
  CHECK(all_of(*made.root("hand.h5").child("couplings"), "J") ==
        std::vector<double>{0, 0, 0, 0.5, 0, 0, 0, -1, 0, 0, 0, 0, 0.5, -1, 0, 0});
  const auto says = [&](const std::string& text, const std::string& what) {
    write_bytes(made / "bad.dat", text);
    const Ended refused = run({"import", "bad.dat", "-o", "bad.h5"}, made.path());
    INFO(refused.err);
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, what));
  };
  says("h 0 0 1\nh 0 1 1\nh 1 0 1\n", "need 4");
  says("h 0 0 1\nh 0 1 x\n", "bad.dat:2");
  says("J 0 1 0 0 1\nJ 1 0 0 0 1\nh 0 0 1\nh 0 1 1\nh 1 0 1\nh 1 1 1\n", "already");
  says("h 0 x 1\nh 0 y 1\n", "bad.dat: the states of its fields are `xy`");
  says("h 0 x 1\nh 0 y 1\n", "--alphabet");
}

TEST_CASE("couplings of a given graph are inferred from snapshots of a run") {
  LearnedKind made(R"(
[model]
name = "boltzmann"
units = "spin"
graph = "glass.h5"
[data]
file = "glass.h5"
[training]
method = "pseudo-likelihood"
truth = "glass.h5"
optimizer = "adam"
rate = "0.05:0.0"
updates = 200
batch = 1000
spread = 0
evaluate = 1000
)");
  write_bytes(made / "glass.toml", R"(
[model]
name = "ising"
size = 4
disorder = "bimodal"
[method]
name = "mcmc"
beta = 0.5
chains = 20
thermalization = 100
sweeps = 2000
every = 1
snapshots = 200
)");
  const Ended ran = run({"run", "glass.toml", "-o", "glass.h5", "--quiet"}, made.path());
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  const Ended ended = made.train({"--json"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const auto all = all_of(*made.root().child("training"), "coupling_error");
  CHECK(all.front() == Approx(1));  // couplings of +-J, and nothing known
  // 32 couplings of 4000 samples: the standard error of each is about 0.05 in units of J.
  CHECK(all.back() < 0.12);
  CHECK(contains(ended.out, "coupling_error"));
  // A quarter of the samples, twice the error.
  REQUIRE(made.train({"--data.rows", "0:1000"}, "few.h5").code == 0);
  const double few = all_of(*made.root("few.h5").child("training"), "coupling_error").back();
  CHECK(few > 1.4 * all.back());
  CHECK(few < 3 * all.back());
  REQUIRE(made.train({"--model.graph", "lattice", "--model.size", "4"}, "lattice.h5").code == 0);
  CHECK(last_of(made.root("lattice.h5"), "coupling_error") == all.back());
  const auto says = [&](const Words& more, const std::string& what) {
    const Ended refused = made.train(more + Words{"--force"});
    INFO(refused.err);
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, what));
  };
  says({"--model.graph", "lattice", "--model.size", "5"}, "25 sites");
  says({"--model.graph", "nothing.txt"}, "nothing.txt");
  says({"--model.units", "binary"}, "couplings of spins");
  write_bytes(made / "few.txt", "1 2 1\n3 4 1\n15 16 1\n");
  says({"--model.graph", "few.txt"}, "which model.graph does not");
  // The same bonds in files that count from 1 and from 0.
  write_bytes(made / "zero.txt", "0 1 1\n2 3 1\n14 15 1\n");
  const auto error_by = [&](const Words& files) {
    REQUIRE(made.train(files + Words{"--training.updates", "3", "--force"}, "listed.h5").code == 0);
    return last_of(made.root("listed.h5"), "coupling_error");
  };
  CHECK(error_by({"--model.graph", "few.txt", "--training.truth", "few.txt"}) ==
        error_by({"--model.graph", "zero.txt", "--training.truth", "zero.txt", "--model.index_base", "0"}));
  says({"--model.graph", "zero.txt"}, "index_base");
}

TEST_CASE("labels are learned, judged and predicted") {
  LearnedKind made(R"(
[model]
name = "rbm"
layers = [0, 8]
[data]
file = "data.csv"
labels = "column:-1"
validation = 0.25
[training]
method = "exact"
optimizer = "adam"
rate = "0.05:0.0"
updates = 300
batch = 1000
spread = 0.1
evaluate = 300
)");
  std::string text;
  for (int k = 0; k < 160; ++k) {  // which third of six pixels is bright, one pixel in eight wrong
    const int third = k % 3;
    for (int i = 0; i < 6; ++i) text += fmt::format("{},", (i / 2 == third) != ((5 * k + 3 * i + k * i / 7) % 8 == 0));
    text += fmt::format("{}\n", third);
  }
  for (std::size_t at = text.find("true"); at != text.npos; at = text.find("true")) text.replace(at, 4, "1");
  for (std::size_t at = text.find("false"); at != text.npos; at = text.find("false")) text.replace(at, 5, "0");
  write_bytes(made / "data.csv", text);
  const Ended ended = made.train({"--json"});
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group root = made.root();
  const double accuracy = last_of(root, "accuracy");
  CHECK(accuracy > 0.85);
  CHECK(last_of(root, "validation_accuracy") > 0.8);
  CHECK(last_of(root, "label_log_likelihood") > -0.5);
  CHECK(contains(ended.out, "\"accuracy\": {"));
  CHECK(all_of(*root.child("layer_0"), "label_bias").size() == 3);
  CHECK(contains(run({"show", "model.h5"}, made.path()).out, "6 binary visible units and a label of 3 states"));
  const Ended told =
      run({"predict", "model.h5", "--data", "data.csv", "--labels", "column:-1", "-o", "told.h5"}, made.path());
  INFO(told.err);
  REQUIRE(told.code == 0);
  const Group prediction = *made.root("told.h5").child("prediction");
  const double all = (120 * accuracy + 40 * last_of(root, "validation_accuracy")) / 160;
  CHECK(all_of(prediction, "accuracy").front() == Approx(all));
  CHECK(all_of(prediction, "probability").size() == 480);
  CHECK(contains(told.out, "accuracy"));
  const Ended blind = run({"predict", "model.h5", "--data", "data.csv", "--columns", "0:6", "--json"}, made.path());
  INFO(blind.err);
  CHECK(blind.code == 0);
  // Bits of 6 pixels and a label.
  const Ended bits = run({"loglik", "model.h5", "--data", "data.csv", "--labels", "column:-1", "--tempering.rungs", "0",
                          "--raise.samples", "0", "--ais.temperatures", "3", "-o", "bits.h5"},
                         made.path());
  CHECK(contains(bits.out, "the label is one of them"));
  const auto bits_at = bits.out.find("    = ");
  REQUIRE(bits_at != std::string::npos);
  CHECK(std::stod(bits.out.substr(bits_at + 6)) ==
        Approx(-all_of(*made.root("bits.h5").child("likelihood"), "mean").front() / std::log(2) / 7).epsilon(0.02));
  // What is wrong with a column of labels is said of the labels.
  for (const auto& [column, columns, what] :
       {std::tuple{"column:foo", "", "labels = column:foo: it has no column `foo`"},
        {"column:9", "", "labels = column:9: `9` is none of its columns"},
        {"column:foo", "0:6", "labels = column:foo: it has no column `foo`"},
        {"column:", "", "say which column"}}) {
    Words words = {"--data.labels", column, "--force"};
    if (*columns != 0) words = words + Words{"--data.columns", columns};
    const Ended refused = made.train(words);
    INFO(refused.err);
    CHECK(refused.code == 2);
    CHECK(contains(refused.err, what));
  }
  CHECK(!contains(run({"predict", "--help"}, made.path()).out, "--ais"));
  const Ended judged = run({"loglik", "model.h5", "--data", "data.csv", "--labels", "column:-1", "--json",
                            "--tempering.rungs", "0", "--raise.samples", "0", "--ais.temperatures", "100"},
                           made.path());
  INFO(judged.err);
  REQUIRE(judged.code == 0);
  const double mean = std::stod(judged.out.substr(judged.out.find("\"mean\": ") + 8));
  CHECK(mean == Approx((120 * last_of(root, "log_likelihood") + 40 * last_of(root, "validation_log_likelihood")) / 160)
                    .epsilon(1e-9));
  CHECK(run({"sample", "model.h5", "-n", "20", "-o", "states.npy", "--quiet"}, made.path()).code == 0);
  CHECK(
      contains(run({"loglik", "model.h5", "--data", "data.csv", "--columns", "0:6"}, made.path()).err, "data.labels"));
  LearnedKind none("[model]\nname = \"rbm\"\n[data]\nfile = \"bars-and-stripes:3\"\n[training]\nupdates = 1\n");
  REQUIRE(none.train().code == 0);
  CHECK(contains(text_attribute(*none.root().child("training"), "plan"), ", 1 update of"));
  CHECK(contains(run({"predict", "model.h5", "--data", "bars-and-stripes:3"}, none.path()).err, "no label"));
  CHECK(contains(made.train({"--force", "--training.method", "lyu"}).err, "not for labels"));
}
