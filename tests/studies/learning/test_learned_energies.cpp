// Energies of real numbers that learn, as `gibbsite train` has them: solved at once, in a box, and in doubt.
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

json trained_energy(const Scratch& folder, const std::string& study, const Words& more = {}) {
  write_bytes(folder / "study.toml", study);
  const Ended ended =
      run(Words{"train", "study.toml", "-o", "model.h5", "--force", "--quiet", "--json"} + more, folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return json::parse(ended.out);
}
std::string refused_energy(const Scratch& folder, const std::string& study) {
  write_bytes(folder / "study.toml", study);
  const Ended ended = run({"train", "study.toml", "-o", "model.h5", "--force", "--quiet"}, folder.path());
  CHECK(ended.code == 2);
  return ended.err;
}

std::vector<double> numbers_of(const Group& group, const std::string& name) {
  for (const Variable& variable : group.variables)
    if (variable.name == name) return std::get<std::vector<double>>(variable.data);
  FAIL("there is no " << name);
  return {};
}

}  // namespace

TEST_CASE("train: score matching in closed form is one update, for energies that have one") {
  const Scratch folder;
  write_bytes(folder / "four.csv", "1 2\n2 1\n-1 0.5\n0 -1.5\n");
  const std::string study =
      "[model]\nname = \"gaussian\"\n[data]\nfile = \"four.csv\"\n[training]\nmethod = \"score\"\n"
      "optimizer = \"closed-form\"\nsamples = 0\n";
  CHECK(trained_energy(folder, study).at("updates") == 1);
  const Group root = read_archive(folder / "model.h5");
  const auto mean = numbers_of(root, "mean"), precision = numbers_of(root, "precision");
  CHECK(mean[0] == Approx(0.5));
  CHECK(mean[1] == Approx(0.5));
  // Covariance ((1.25, 0.625), (0.625, 1.625)), determinant 1.640625.
  CHECK(precision[0] == Approx(1.625 / 1.640625));
  CHECK(precision[1] == Approx(-0.625 / 1.640625));
  CHECK(precision[3] == Approx(1.25 / 1.640625));
  CHECK(contains(refused_energy(folder, study + "rate = 0.1\n"), "\"closed-form\""));
  const std::string mixture = "[model]\nname = \"gaussian-mixture\"\n" + study.substr(study.find("[data]"));
  CHECK(contains(refused_energy(folder, mixture), "another optimizer"));
  write_bytes(folder / "four.csv", "1 1\n2 2\n3 3\n4 4\n");
  CHECK(contains(refused_energy(folder, study), "leave parameters open"));
}

TEST_CASE("train: a model in a box is judged, kept and read back in it") {
  // E = (x - 0.3)^2 on [0, 2]: quantiles of its density, by bisection.
  const Scratch folder;
  const auto below = [](double x) { return std::erf(x - 0.3) + std::erf(0.3); };
  std::string text;
  constexpr int points = 4000;
  double squares = 0;
  for (int k = 0; k < points; ++k) {
    double low = 0, high = 2;
    for (int halving = 0; halving < 50; ++halving) {
      const double x = (low + high) / 2;
      (below(x) < below(2) * (k + 0.5) / points ? low : high) = x;
    }
    squares += std::pow(low - 0.3, 2) / points;
    text += std::to_string(low) + "\n";
  }
  write_bytes(folder / "waits.csv", text);
  const std::string study =
      "[model]\nname = \"gaussian\"\nbox = [0, 2]\n[data]\nfile = \"waits.csv\"\n[training]\nmethod = \"score\"\n"
      "optimizer = \"closed-form\"\nsamples = 20\n";
  const json found = trained_energy(folder, study);
  const double best = -squares - std::log(std::sqrt(std::acos(-1.0)) / 2 * below(2));
  CHECK(double(found.at("log_likelihood").at("training")) == Approx(best).margin(1e-3));
  CHECK(found.at("log_likelihood").at("route") == "exact");
  const Group root = read_archive(folder / "model.h5");
  CHECK(numbers_of(root, "mean")[0] == Approx(0.3).margin(0.01));
  CHECK(numbers_of(root, "precision")[0] == Approx(2).margin(0.03));
  for (const double x : numbers_of(*root.child("training")->child("samples"), "samples")) CHECK((x >= 0 && x <= 2));
  const Ended judged = run({"loglik", "model.h5", "--data", "waits.csv", "--json", "--quiet"}, folder.path());
  REQUIRE(judged.code == 0);
  CHECK(double(json::parse(judged.out).at("log_likelihood").at("mean")) == Approx(best).margin(0.05));
  const std::string by_steps =
      "[model]\nname = \"gaussian\"\nbox = [0, 2]\n[data]\nfile = \"waits.csv\"\n[training]\n"
      "updates = 600\nbatch = 4000\nrate = \"0.05:0\"\nsamples = 0\nmethod = ";
  for (const char* method : {"\"score\"\n", "\"exact\"\n"})
    CHECK(double(trained_energy(folder, by_steps + method).at("log_likelihood").at("training")) ==
          Approx(best).margin(2e-3));
  CHECK(contains(refused_energy(folder,
                                "[model]\nname = \"gaussian\"\nbox = [0, 1]\n[data]\nfile = \"waits.csv\"\n"
                                "[training]\nmethod = \"score\"\n"),
                 "outside of model.box"));
  CHECK(contains(refused_energy(folder,
                                "[model]\nname = \"gaussian\"\nbox = [0, 3]\n[data]\nfile = \"waits.csv\"\n"
                                "[training]\nmethod = \"pcd\"\n"),
                 "learns by score or exact"));
}

TEST_CASE(
    "train: ln Z of the chains that is three of its errors off is doubted, in the file and on stderr, and no other") {
  // Ten chains at a rate far too high: about one run in ten is that far off, which no honest error would be.
  const Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nname = \"double-well\"\n[data]\nfile = \"double-well:300\"\n[training]\nmethod = "
              "\"jarzynski\"\nrate = 0.1\nupdates = 40\nchains = 10\nsamples = 0\nsnapshots = 0\nevaluate = 100\n");
  int doubted = 0, believed = 0;
  for (int seed = 1; seed <= 40; ++seed) {
    const Ended ended = run(
        {"train", "study.toml", "-o", "model.h5", "--force", "--quiet", "--json", "--run.seed", std::to_string(seed)},
        folder.path());
    if (contains(ended.err, "what was learned is no model")) continue;  // a went below 0
    REQUIRE(ended.code == 0);
    const json found = json::parse(ended.out);
    const Group root = read_archive(folder / "model.h5");
    const Group& training = *root.child("training");
    const double z = (numbers_of(training, "log_z").back() - numbers_of(training, "learned_log_z").back()) /
                     numbers_of(training, "learned_log_z_error").back();
    bool said = false;
    for (const std::string warning : found.at("warnings"))
      said = said || contains(warning, "ln Z as the chains know it");
    INFO("seed " << seed << ", z = " << z);
    CHECK(said == (std::abs(z) > 3));
    (said ? doubted : believed) += 1;
  }
  CHECK(doubted > 0);
  CHECK(believed > 20);
}

TEST_CASE("train: data are standardized by those that are learned alone") {
  const Scratch folder;
  std::string text;
  for (int k = 0; k < 40; ++k) text += std::to_string(k * k) + " " + std::to_string(k % 7) + "\n";
  write_bytes(folder / "rows.csv", text);
  (void)trained_energy(folder,
                       "[model]\nname = \"gaussian\"\n[data]\nfile = \"rows.csv\"\nstandardize = true\n"
                       "validation = 0.5\n[training]\nmethod = \"score\"\noptimizer = \"closed-form\"\nsamples = 0\n");
  // Then the gaussian of what was learned has mean 0 and variance 1 of each number.
  const Group root = read_archive(folder / "model.h5");
  for (const double m : numbers_of(root, "mean")) CHECK(m == Approx(0).margin(1e-12));
  for (const double v : numbers_of(*root.child("base_rates"), "variance")) CHECK(v == Approx(1));
}
