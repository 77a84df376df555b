/// `gibbsite reweight` from end to end: results made by `gibbsite run`, curves against enumeration, files and refusals.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>

#include "estimators/significance.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/reweight/command.hpp"
#include "tests/studies/json.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::Scratch;

namespace {

struct Said {
  int code;
  std::string text;
};
/// Runs the program in a folder; what it says on stdout and stderr together.
Said gibbsite_in(const Scratch& folder, const std::string& words) {
  const std::string command = "cd '" + folder.path().string() + "' && " + GIBBSITE_PROGRAM + " " + words + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  const int status = pclose(pipe);
  return {WEXITSTATUS(status), text};
}
void run(const Scratch& folder, const std::string& options, const std::string& out) {
  test::write_bytes(folder / "s.toml",
                    "[method]\nbeta = \"0.2:0.6:5\"\nsweeps = 4000\nchains = 2\nthermalization = 200\n");
  const Said said = gibbsite_in(folder, "run s.toml --quiet --force --run.threads 1 " + options + " -o " + out);
  INFO(said.text);
  REQUIRE(said.code == 0);
}
nlohmann::json exact(const Scratch& folder, const std::string& options) {
  return test::read_json(gibbsite_in(folder, "exact s.toml --json " + options).text);
}
double exact_value(const nlohmann::json& answers, const std::string& name, double beta) {
  for (const auto& e : answers["exact"])
    if (e["name"] == name && std::abs(e["beta"].get<double>() - beta) < 1e-12) return e["value"];
  return unknown;
}

}  // namespace

TEST_CASE("curves of mcmc and tempering, with and without field, are right between the betas") {
  const Scratch folder;
  const std::vector<std::pair<std::string, std::string>> systems = {
      {"--model.size 4", ""},
      {"--model.size 3 --model.field 0.1", ""},
      {"--model.size 4 --method.name tempering --model.disorder gaussian", "--method.beta 0:0.6:7"}};
  for (const auto& [options, ladder] : systems) {
    INFO(options);
    run(folder, options + ' ' + ladder, "a.h5");
    const Said said = gibbsite_in(folder, "reweight a.h5 --beta 0.25:0.55:13 --json");
    INFO(said.text);
    REQUIRE(said.code == 0);
    const auto out = test::read_json(said.text);
    const auto truth = exact(folder, options + " --method.beta 0.25:0.55:13");
    std::vector<double> z;
    for (const auto& e : out["curves"]) {
      const double value = exact_value(truth, e["name"], e["beta"]);
      if (!std::isnan(value)) z.push_back((e["value"].get<double>() - value) / e["error"].get<double>());
    }
    CHECK(z.size() >= 13 * 7);
    const Largest largest = largest_z(z);
    INFO("largest " << largest.z << " of " << largest.comparisons);
    CHECK_FALSE(largest.exceeds);
    CHECK(out["warnings"].empty());
    CHECK((options.find("tempering") != options.npos) == (said.text.find("\"log_z\"") != std::string::npos));
  }
}

TEST_CASE("a grid of sizes gives curves on its keys, peaks and crossings") {
  const Scratch folder;
  run(folder, "--grid.model.size [3,4] --sampler.name swendsen-wang", "grid.h5");
  const Said said = gibbsite_in(folder, "reweight grid.h5 --beta 0.2:0.6:41 -o curves.h5");
  INFO(said.text);
  REQUIRE(said.code == 0);
  CHECK_THAT(said.text, Contains("size = 3") && Contains("peak of") && Contains("crosses that of") &&
                            Contains("all of them are in curves.h5"));
  CHECK(std::count(said.text.begin(), said.text.end(), '\n') < 130);

  const Group root = read_archive(folder / "curves.h5");
  const Group &curves = *root.child("curves"), &peaks = *root.child("peaks"), &crossings = *root.child("crossings");
  const Variable& heat = *curves.find("specific_heat");
  CHECK(heat.dims == std::vector<std::string>{"size", "beta"});
  CHECK(heat.shape == std::vector<std::size_t>{2, 41});
  CHECK(std::get<std::vector<std::int64_t>>(curves.find("size")->data) == std::vector<std::int64_t>{3, 4});
  CHECK(peaks.find("beta")->dims == std::vector<std::string>{"size", "quantity"});
  CHECK(doubles(crossings, "beta").size() == 1);
  CHECK(doubles(crossings, "beta")[0] == Approx(0.45).margin(0.1));
  CHECK(doubles(crossings, "beta_error")[0] > 0);
  const Said python = gibbsite_in(folder, "--version; /usr/bin/python3 -W error " GIBBSITE_SOURCE_DIR
                                          "/tests/xarray_opens.py curves.h5 'curves/specific_heat(size,beta)' "
                                          "'peaks/height_error(size,quantity)' 'crossings/beta(crossing)'");
  INFO(python.text);
  CHECK(python.code == 0);

  const std::string before = test::read_bytes(folder / "curves.h5");
  const Said again = gibbsite_in(folder, "reweight grid.h5 --beta 0.3 -o curves.h5");
  CHECK(again.code == 2);
  CHECK_THAT(again.text, Contains("curves.h5 exists; choose another name with -o, or replace it with --force"));
  CHECK(test::read_bytes(folder / "curves.h5") == before);
  CHECK(gibbsite_in(folder, "reweight grid.h5 --beta 0.3 -o curves.h5 --force").code == 0);
  CHECK(gibbsite_in(folder, "show curves.h5").code == 2);
}

TEST_CASE("several files stand side by side; the same bits for any number of threads") {
  const Scratch folder;
  run(folder, "--model.size 3", "a.h5");
  run(folder, "--model.size 4", "b.h5");
  REQUIRE(gibbsite_in(folder, "reweight a.h5 b.h5 --beta 0.3:0.5:9 -o one.h5").code == 0);
  REQUIRE(gibbsite_in(folder,
                      "--version; OMP_NUM_THREADS=1 " GIBBSITE_PROGRAM " reweight a.h5 b.h5 --beta 0.3:0.5:9 -o two.h5")
              .code == 0);
  CHECK(test::read_bytes(folder / "one.h5") == test::read_bytes(folder / "two.h5"));
  const Group root = read_archive(folder / "one.h5");
  CHECK(root.child("curves")->find("energy_density")->dims == std::vector<std::string>{"curve", "beta"});
}

TEST_CASE("beyond the draws there are values, warnings and no errors") {
  const Scratch folder;
  run(folder, "--model.size 16 --method.beta [0.3,0.31] --method.sweeps 500", "a.h5");
  const Said said = gibbsite_in(folder, "reweight a.h5 --beta [0.3,0.305,0.6]");
  CHECK(said.code == 0);
  CHECK_THAT(said.text, Contains("at beta = 0.6 averages rest on") && Contains("(?)"));
}

TEST_CASE("reweight refuses what it cannot use, with one clear message") {
  const Scratch folder;
  run(folder, "--model.size 4 --method.sweeps 20", "a.h5");
  run(folder, "--model.size 4 --method.sweeps 1", "short.h5");
  test::write_bytes(
      folder / "ann.toml",
      "[method]\nname = \"annealing\"\nbeta = 0.4\nparticles = 20\ntemperatures = 20\n[model]\nsize = 4\n");
  REQUIRE(gibbsite_in(folder, "run ann.toml --quiet -o ann.h5").code == 0);
  test::write_bytes(folder / "text.h5", "not HDF5 at all");
  test::write_bytes(folder / "cut.h5", test::read_bytes(folder / "a.h5").substr(0, 5000));
  write_archive(folder / "foreign.h5", Group{});
  std::filesystem::create_directory(folder / "folder");
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"none.h5", "none.h5"},
      {"text.h5", "text.h5"},
      {"cut.h5", "cut.h5"},
      {"foreign.h5", "foreign.h5 is an HDF5 file, but not a result of `gibbsite run`"},
      {"ann.h5", "ann.h5 comes from annealing; reweighting needs the draws of `mcmc` or `tempering`"},
      {"short.h5", "short.h5 holds fewer than two draws; run it longer, then reweight"},
      {"a.h5 a.h5", "a.h5 is given twice; name each file once"},
      {"a.h5 ./a.h5", "./a.h5 is given twice; name each file once"},
      {"a.h5 -o folder", "folder is a folder; give the curves a file name with -o"},
      {"a.h5 -o a.h5", "-o a.h5 would overwrite what is read; name another file"},
  };
  for (const auto& [words, message] : mistakes) {
    const Said said = gibbsite_in(folder, "reweight --beta 0.3 " + words);
    INFO(words << ": " << said.text);
    CHECK(said.code == 2);
    CHECK_THAT(said.text, Contains(message));
    CHECK(std::count(said.text.begin(), said.text.end(), '\n') == 1);
  }
  CHECK(gibbsite_in(folder, "reweight a.h5 --beta 0.3 -o none/out.h5").code == 1);
}

TEST_CASE("results whose numbers no run writes are refused in words, and not by the end of the program") {
  const Scratch folder;
  run(folder, "--model.size 3 --method.sweeps 400", "a.h5");
  const auto with = [&](const std::function<void(Group&)>& change) {
    Group root = read_archive(folder / "a.h5");
    change(root);
    write_archive(folder / "b.h5", root);
    const Said said = gibbsite_in(folder, "reweight b.h5 --beta 0.3");
    CHECK(said.code == 2);
    return said.text;
  };
  const auto child = [](Group& root, const std::string& name) -> Group& {
    return *std::find_if(root.groups.begin(), root.groups.end(), [&](const Group& g) { return g.name == name; });
  };
  const auto numbers = [&](Group& root, const std::string& group, const std::string& name) -> std::vector<double>& {
    for (Variable& v : child(root, group).variables)
      if (v.name == name) return std::get<std::vector<double>>(v.data);
    throw std::logic_error("no " + name);
  };
  CHECK_THAT(with([&](Group& root) { numbers(root, "series", "energy")[3] = -1e200; }),
             Contains("b.h5: energy holds -1e+200"));
  CHECK_THAT(with([&](Group& root) { numbers(root, "series", "magnetization_density")[3] = 1e200; }),
             Contains("magnetization_density holds 1e+200"));
  CHECK_THAT(with([&](Group& root) {
               for (auto& [name, value] : child(root, "model").attributes)
                 if (name == "sites") value = std::string("six");
             }),
             Contains("number of sites"));
}
