// Model files of energies of real numbers, as people show, sample and run them.
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "studies/files/variables.hpp"
#include "studies/models/treatment_group.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

/// Normal numbers of mean 1 and variance 1/4, after the data had 3 taken off and were divided by 2.
Group stored_gaussian() {
  Group root{.name = "",
             .attributes = {{"content", std::string("model")},
                            {"model", std::string("gaussian")},
                            {"note", std::string("made for a test")}}};
  const auto add_numbers = [&](const std::string& name, double number) {
    add_index(root, "of_" + name, 1, "number");
    add(root, name, {"of_" + name}, {1}, std::vector<double>{number}, "1", "parameters");
  };
  add_numbers("mean", 1);
  add_numbers("precision", 4);
  root.groups.push_back(treatment_group({.mean = {3}, .deviation = {2}}));
  return root;
}

json shown_model(const fs::path& folder, const std::string& file) {
  const Ended ended = run({"show", file, "--json"}, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return json::parse(ended.out);
}

}  // namespace

TEST_CASE("show: energies of real numbers") {
  const Scratch folder;
  write_archive(folder / "normal.h5", stored_gaussian());
  const Ended words = run({"show", "normal.h5"}, folder.path());
  INFO(words.err + words.out);
  REQUIRE(words.code == 0);
  for (const char* part : {"gaussian: gaussian in 1 dimensions", "made for a test", "less its mean", "precision = 4"})
    CHECK(contains(words.out, part));
  const json said = shown_model(folder.path(), "normal.h5");
  CHECK(said.at("model") == "gaussian");
  CHECK(said.at("units") == 1);
  CHECK(said.at("parameters").at(1).at("name") == "precision");
  CHECK(said.at("parameters").at(1).at("values") == json({4.0}));

  write_bytes(folder / "study.toml",
              "[model]\nname = \"neural\"\nnet = [\"dense 4\", \"swish\", \"dense 1\"]\n[data]\nfile = "
              "\"two-moons:200\"\n[training]\nmethod = \"denoising\"\nsigma = 0.3\nupdates = 2\nbatch = 50\n"
              "evaluate = 2\nsamples = 4\n");
  const Ended trained = run({"train", "study.toml", "-o", "net.h5", "--quiet"}, folder.path());
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const Ended net = run({"show", "net.h5"}, folder.path());
  for (const char* part : {"net of 3 layers and 17 parameters on 2 numbers", "dense 4, swish, dense 1",
                           "weight of layer_0", "4 x 2", "two-moons:200"})
    CHECK(contains(net.out, part));
  CHECK(shown_model(folder.path(), "net.h5").at("base_rates").at("samples") == 200);
}

TEST_CASE("show: an energy that lacks something is refused by what it lacks") {
  const Scratch folder;
  Group root = stored_gaussian();
  std::erase_if(root.variables, [](const Variable& v) { return v.name == "precision"; });
  write_archive(folder / "half.h5", root);
  const Ended half = run({"show", "half.h5"}, folder.path());
  CHECK(half.code == 2);
  CHECK(is_one_message(half.err));
  CHECK(contains(half.err, "half.h5: a gaussian needs the variable precision"));
  write_archive(folder / "normal.h5", stored_gaussian());
  const Ended machine = run({"export", "normal.h5", "--params", "params.dat"}, folder.path());
  CHECK(machine.code == 2);
  CHECK(contains(machine.err, "it holds an energy of real numbers (`gaussian`), where a network is wanted"));
}

TEST_CASE("sample: an energy of a model file, in the numbers that its data were", "[mutant]") {
  const Scratch folder;
  write_archive(folder / "normal.h5", stored_gaussian());
  const Ended drawn =
      run({"sample", "normal.h5", "-n", "400", "-o", "states.h5", "--annealing", "100", "--thermalization", "100"},
          folder.path());
  INFO(drawn.err);
  REQUIRE(drawn.code == 0);
  CHECK(contains(drawn.out, "in the numbers of the data: undone is each number less its mean"));
  const Group root = read_archive(folder / "states.h5");
  CHECK(contains(attribute_of(root, "treatment_undone"), "over its deviation"));
  CHECK(contains(attribute_of(root, "system"), "from normal.h5"));
  const auto states = doubles(root, "samples");
  REQUIRE(states.size() == 400);
  double mean = 0, square = 0;
  for (const double x : states) mean += x / 400, square += x * x / 400;
  // Normal numbers of mean 3 + 2 x 1 and deviation 2 / sqrt(4); 4.5 standard errors: one false alarm in 70,000.
  CHECK(std::abs(mean - 5) < 4.5 / std::sqrt(400));
  CHECK(std::abs(mean - 1) > 4.5 / std::sqrt(400));  // the treated numbers
  CHECK(std::abs(square - mean * mean - 1) < 4.5 * std::sqrt(2.0 / 400));
}

TEST_CASE("treatments are undone") {
  const Treatment t{.dequantized = true, .divisor = 256, .alpha = 0.05, .mean = {0.5, -1}, .deviation = {2, 0.25}};
  const std::vector<double> levels = {0, 17, 255, 128};
  std::vector<double> y = levels;
  for (std::size_t k = 0; k < y.size(); ++k) {
    const double z = t.alpha + (1 - 2 * t.alpha) * (y[k] + 0.3) / t.divisor;
    y[k] = (std::log(z / (1 - z)) - t.mean[k % 2]) / t.deviation[k % 2];
  }
  undo_treatment(t, 2, y);
  CHECK(y == levels);
}

TEST_CASE("run: an energy of a model file, by model.file") {
  const Scratch folder;
  write_archive(folder / "normal.h5", stored_gaussian());
  const std::string method = "[method]\nname = \"annealing\"\nbeta = 1\nparticles = 100\ntemperatures = 50\n";
  write_bytes(folder / "study.toml", "[model]\nname = \"gaussian\"\nfile = \"normal.h5\"\n" + method);
  const Ended ended = run({"run", "study.toml", "-o", "out.h5", "--quiet"}, folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Group root = read_archive(folder / "out.h5");
  CHECK(doubles(*root.child("exact"), "log_z").back() == Approx(0.5 * std::log(2 * std::numbers::pi / 4)));
  CHECK(root.child("model")->child("treatment") != nullptr);

  const auto refused = [&](const std::string& model, const Words& words) {
    write_bytes(folder / "wrong.toml", model + method);
    const Ended wrong = run({"run", "wrong.toml", "-o", "wrong.h5", "--quiet"}, folder.path());
    INFO(wrong.err);
    CHECK(wrong.code == 2);
    CHECK(is_one_message(wrong.err));
    for (const std::string& word : words) CHECK(contains(wrong.err, word));
  };
  refused("[model]\nname = \"double-well\"\nfile = \"normal.h5\"\n",
          {"holds a model of the kind gaussian", "say model.name = \"gaussian\""});
  refused("[model]\nname = \"gaussian\"\nfile = \"normal.h5\"\nmean = [1]\n", {"model.mean", "not with model.file"});
  refused("[model]\nname = \"rbm\"\nfile = \"normal.h5\"\n",
          {"an energy of real numbers", "where a network is wanted"});
  const Ended compared = run({"diff", "normal.h5", "out.h5"}, folder.path());
  CHECK(compared.code == 2);
  CHECK(contains(compared.err, "normal.h5 is a model file, which holds no estimates"));
}
