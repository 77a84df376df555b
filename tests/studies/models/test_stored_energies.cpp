// Model files of energies of real numbers, as people show, sample and run them.
#include <cmath>
#include <nlohmann/json.hpp>

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
