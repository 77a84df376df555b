// `gibbsite loglik` of energies of real numbers: in results of `gibbsite run`, in model files, and of data that were
// treated.
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "studies/data/data.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/treatment_group.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

const Words brief_ais = {"--ais.particles",
                         "60",
                         "--ais.temperatures",
                         "100",
                         "--ais.thermalization",
                         "100",
                         "--tempering.rungs",
                         "12",
                         "--tempering.ladders",
                         "2",
                         "--tempering.thermalization",
                         "200",
                         "--tempering.sweeps",
                         "400",
                         "--quiet",
                         "--json"};

/// What loglik says of a file as JSON.
json judged_file(const fs::path& folder, const std::string& file, const std::string& data, const Words& more = {}) {
  const Ended ended = run(Words{"loglik", file, "--data", data} + brief_ais + more, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return json::parse(ended.out);
}

void run_energy(const fs::path& folder, const std::string& model, const std::string& out) {
  write_bytes(folder / "study.toml", model +
                                         "\n[method]\nname = \"mcmc\"\nbeta = 1\nchains = 4\nthermalization = 20\n"
                                         "sweeps = 40\n");
  const Ended ended = run({"run", "study.toml", "-o", out, "--quiet"}, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
}

double log_z_by(const json& found, const std::string& name, const char* what = "value") {
  for (const json& route : found.at("log_z"))
    if (route.at("estimator") == name) return route.at(what);
  return NAN;
}

/// A model file of normal distributions of deviation 1 with these means, equally likely: ln Z = 0.
Group normals(std::vector<double> means, std::size_t count) {
  Group root{.name = "", .attributes = {{"content", std::string("model")}, {"model", std::string("gaussian-mixture")}}};
  const auto add_numbers = [&](const std::string& name, std::vector<double> numbers) {
    add_index(root, "of_" + name, numbers.size(), "number");
    add(root, name, {"of_" + name}, {numbers.size()}, numbers, "1", "parameters");
  };
  add_numbers("means", std::move(means));
  add_numbers("weights", std::vector<double>(count, 1.0 / static_cast<double>(count)));
  add_numbers("deviations", {1});
  return root;
}

}  // namespace

TEST_CASE("loglik: energies in results of run, exact where there are one or two numbers") {
  const Scratch folder;
  run_energy(folder.path(), "[model]\nname = \"double-well\"", "well.h5");
  write_bytes(folder / "well.csv", "-1\n0.5\n1.2\n");
  const json well = judged_file(folder.path(), "well.h5", "well.csv");
  double energy = 0;
  for (const double x : {-1.0, 0.5, 1.2}) energy += (std::pow(x, 4) - 2 * x * x + 0.3 * x) / 3;
  constexpr double exact = 1.71706855455;  // quadrature in numpy
  CHECK(log_z_by(well, "exact") == Approx(exact).epsilon(1e-10));
  CHECK(well.at("log_likelihood").at("mean") == Approx(-energy - exact).epsilon(1e-10));
  CHECK(well.at("log_likelihood").at("samples") == 3);
  CHECK_FALSE(well.at("log_likelihood").contains("bits_per_unit"));
  CHECK_FALSE(well.contains("raise"));
  // 8 comparisons here and below: one false alarm in 2,000.
  for (const char* route : {"ais", "ais_two_sided", "tempering"})
    CHECK(std::abs(log_z_by(well, route) - exact) < 4 * log_z_by(well, route, "error"));
  CHECK(contains(std::string(well.at("verdict")), "ln Z exact"));

  run_energy(folder.path(), "[model]\nname = \"phi4\"\nlattice = \"square\"\nsize = [2, 2]", "phi4.h5");
  write_bytes(folder / "phi4.csv", "1 1 1 1\n-1 -1 -1 -1\n");
  const json phi4 = judged_file(folder.path(), "phi4.h5", "phi4.csv");
  const double known = 2.8602718063, found = log_z_by(phi4, "ais_two_sided");  // transfer of rows in numpy
  CHECK(std::isnan(log_z_by(phi4, "exact")));
  CHECK(std::abs(found - known) < 4 * log_z_by(phi4, "ais_two_sided", "error"));
  CHECK(std::abs(log_z_by(phi4, "tempering") - known) < 4 * log_z_by(phi4, "tempering", "error"));
  // -E = 4 (1 - 1/2) of either.
  CHECK(phi4.at("log_likelihood").at("mean") == Approx(2 - found).epsilon(1e-10));

  const Ended narrow = run({"loglik", "phi4.h5", "--data", "well.csv"}, folder.path());
  CHECK(narrow.code == 2);
  CHECK(contains(narrow.err, "rows have 1 numbers"));
}

TEST_CASE("loglik: a neural energy in a result is the one that ran") {
  const Scratch folder;
  run_energy(folder.path(), "[model]\nname = \"neural\"\nnet = [\"dense 6\", \"softplus\", \"dense 1\"]\nkappa = 0.8",
             "net.h5");
  write_bytes(folder / "points.csv", "0.1 -0.2\n1 2\n-0.5 0.7\n");
  const json net = judged_file(folder.path(), "net.h5", "points.csv");
  const Ended exact = run({"exact", "study.toml", "--json"}, folder.path());
  REQUIRE(exact.code == 0);
  CHECK(contains(exact.out, json(log_z_by(net, "exact")).dump().substr(0, 10)));
  CHECK(std::abs(log_z_by(net, "ais_two_sided") - log_z_by(net, "exact")) <
        4 * log_z_by(net, "ais_two_sided", "error"));
}

TEST_CASE("loglik: data are treated as a model file says, and bits per dimension count it") {
  const Scratch folder;
  const Treatment treatment{.dequantized = true, .divisor = 256, .alpha = 0.05, .mean = {0.5, -1}, .deviation = {2, 3}};
  Group root = normals({0, 0}, 1);
  root.groups.push_back(treatment_group(treatment));
  write_archive(folder / "normal.h5", root);
  write_bytes(folder / "bytes.csv", "0 255\n128 30\n200 7\n");
  const Ended ended =
      run(Words{"loglik", "normal.h5", "--data", "bytes.csv", "-o", "out.h5", "--data.seed", "3"} + brief_ais,
          folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json found = json::parse(ended.out);
  CHECK(std::abs(log_z_by(found, "exact")) < 1e-8);
  CHECK(std::abs(log_z_by(found, "ais_two_sided")) < 4 * log_z_by(found, "ais_two_sided", "error") + 1e-9);

  const Data data = read_data({.file = (folder / "bytes.csv").string(), .seed = 3}, &treatment);
  double mean = 0, of_file = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    const double y = data.values[2 * s], z = data.values[2 * s + 1];
    const double log_p = -0.5 * (y * y + z * z) - std::log(2 * std::numbers::pi);
    mean += log_p / 3;
    of_file += (log_p + data.log_jacobian[s]) / 3;
  }
  const json& likelihood = found.at("log_likelihood");
  CHECK(likelihood.at("mean") == Approx(mean).epsilon(1e-8));
  CHECK(likelihood.at("mean_of_file") == Approx(of_file).epsilon(1e-8));
  CHECK(likelihood.at("bits_per_dimension") == Approx(-of_file / (2 * std::numbers::ln2)).epsilon(1e-8));
  const Group out = read_archive(folder / "out.h5");
  CHECK(doubles(*out.child("likelihood"), "log_jacobian").size() == 3);
  CHECK(attribute_of(*out.child("model"), "model") == "gaussian-mixture");

  const Ended twice = run({"loglik", "normal.h5", "--data", "bytes.csv", "--data.standardize", "true"}, folder.path());
  CHECK(twice.code == 2);
  CHECK(contains(twice.err, "the model says what is to be done to data"));
}

TEST_CASE("loglik: modes that the data do not have are missed from a fitted reference, and that is said") {
  const Scratch folder;
  // Two normal densities at +-8, as a net whose ln Z the program cannot know: -ln sum_y exp(f_y(x)) + |x|^2 / 2.
  Group root{.name = "",
             .attributes = {{"content", std::string("model")},
                            {"model", std::string("neural")},
                            {"shape", std::string("3")},
                            {"net", std::string("dense 2, logsumexp")},
                            {"kappa", 1.0}}};
  Group layer{.name = "layer_0"};
  add_index(layer, "output", 2, "output");
  add_index(layer, "input", 3, "input");
  add(layer, "weight", {"output", "input"}, {2, 3}, std::vector<double>{8, 0, 0, -8, 0, 0}, "1", "weight");
  add(layer, "bias", {"output"}, {2}, std::vector<double>{-32, -32}, "1", "bias");
  root.groups.push_back(layer);
  const double one = 1.5 * std::log(2 * std::numbers::pi), both = one + std::log(2);
  Group rates{.name = "base_rates", .attributes = {{"samples", std::int64_t{100}}}};
  add_index(rates, "unit", 3, "unit");
  add(rates, "mean", {"unit"}, {3}, std::vector<double>{8, 0, 0}, "1", "mean");
  add(rates, "variance", {"unit"}, {3}, std::vector<double>{1, 1, 1}, "1", "variance");
  root.groups.push_back(rates);
  write_archive(folder / "two.h5", root);
  write_bytes(folder / "one.csv", "8 0.1 -0.3\n7.2 1 0.5\n");
  const json found = judged_file(folder.path(), "two.h5", "one.csv");
  // Annealing sees half of Z both ways, and its two ways agree; tempering, from the model's own reference, sees all.
  CHECK(std::abs(log_z_by(found, "ais_two_sided") - one) < 4 * log_z_by(found, "ais_two_sided", "error") + 1e-6);
  CHECK(std::abs(log_z_by(found, "tempering") - both) < 4 * log_z_by(found, "tempering", "error"));
  CHECK(contains(std::string(found.at("verdict")), "DISAGREE"));
  CHECK(double(found.at("log_likelihood").at("error_log_z")) > 0.3);
  const json own = judged_file(folder.path(), "two.h5", "one.csv", {"--ais.reference", "uniform"});
  CHECK(std::abs(log_z_by(own, "ais_two_sided") - both) < 4 * log_z_by(own, "ais_two_sided", "error"));
}

TEST_CASE("loglik: a model judges the data that it learned as its training did") {
  const Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nname = \"double-well\"\n[data]\nfile = \"two-modes:300:0.3:4\"\nstandardize = true\n"
              "validation = \"two-modes:100:0.3:4\"\n[training]\nmethod = \"score\"\nupdates = 40\nrate = 0.01\n"
              "evaluate = 40\n");
  const Ended trained = run({"train", "study.toml", "-o", "model.h5", "--quiet", "--json"}, folder.path());
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  const json by_training = json::parse(trained.out).at("log_likelihood");
  const json found = judged_file(folder.path(), "model.h5", "two-modes:300:0.3:4");
  CHECK(found.at("log_likelihood").at("mean") == Approx(double(by_training.at("training"))).epsilon(1e-4));
  // In units of the data's deviation, near 3.8, a density is as much higher.
  const double of_file = found.at("log_likelihood").at("mean_of_file"), mean = found.at("log_likelihood").at("mean");
  CHECK(of_file < mean - 1.2);
  CHECK(of_file > mean - 1.5);
  // The validation data are other points, from another seed, in the same units.
  CHECK(by_training.at("validation") != by_training.at("training"));
  CHECK(std::abs(double(by_training.at("validation")) - double(by_training.at("training"))) < 0.3);
}
