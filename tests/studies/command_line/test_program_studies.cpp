/// The studies in studies/, against exact answers, for any seed: the largest |z| stays below Sidak's threshold, and
/// errors are neither too small nor too large. Scaled down here, whole under the label "long".
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <iostream>

#include "estimators/significance.hpp"
#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

/// One number of one run, next to its exact answer.
struct Compared {
  std::string name;
  double beta, value, error, exact;
  double z() const { return z_score({.value = value, .error = error}, exact); }
};

json parsed(const Words& words, const fs::path& folder) {
  const Ended ended = run(words, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return read_json(ended.out);
}

std::vector<Compared> compare(const std::string& study, const Words& more, int seed) {
  const Scratch folder;
  const std::string file = GIBBSITE_SOURCE_DIR "/studies/" + study + ".toml";
  const Ended ended = run(
      Words{"run", file, "-o", "out.h5", "--quiet", "--run.threads", "1", "--run.seed", std::to_string(seed)} + more,
      folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json shown = parsed({"show", "out.h5", "--json"}, folder.path());
  std::vector<Compared> all;
  const auto add = [&](const json& entry, const std::string& name, const char* value) {
    if (!entry.at("exact").is_number()) return;
    INFO(entry);
    REQUIRE(entry.at("error").is_number());
    all.push_back({name, entry.at("beta"), entry.at(value), entry.at("error"), entry.at("exact")});
  };
  for (const json& e : shown.at("estimates")) add(e, e.at("name"), "value");
  for (const json& f : shown.at("free_energy")) add(f, "log_z by " + f.at("estimator").get<std::string>(), "log_z");
  return all;
}

/// z of all comparisons of several runs, with what they are about.
struct Scores {
  std::vector<double> z;
  std::vector<std::string> about;
  void add(const std::vector<Compared>& compared, int seed) {
    for (const Compared& c : compared) {
      if (c.error == 0 && c.value == Approx(c.exact).epsilon(1e-12)) continue;  // known, as ln Z at beta = 0
      z.push_back(c.z());
      about.push_back(c.name + " at beta = " + std::to_string(c.beta) + ", seed " + std::to_string(seed));
    }
  }
};

/// Mean of squares of the scores of one quantity; what chance allows for so many independent ones, once in 1000.
void check_spread(const std::vector<double>& z) {
  double sum = 0;
  for (const double s : z) sum += s * s;
  const boost::math::chi_squared chance(static_cast<double>(z.size()));
  INFO("sum of z^2 = " << sum << " over " << z.size());
  CHECK(sum > quantile(chance, 5e-4));
  CHECK(sum < quantile(complement(chance, 5e-4)));
}

/// Runs the study with several seeds; `independent` names a quantity whose scores at all betas are independent.
void check_study(const std::string& study, const Words& more, const std::vector<int>& seeds, bool independent) {
  Scores scores;
  std::map<std::string, std::vector<double>> spread;
  for (const int seed : seeds) {
    const auto compared = compare(study, more, seed);
    Scores one;
    one.add(compared, seed);
    const Largest largest = largest_z(one.z);
    std::cout << study << ", seed " << seed << ": largest |z| = " << std::abs(largest.z) << " of "
              << largest.comparisons << " (" << one.about.at(largest.index) << "), threshold " << largest.threshold
              << std::endl;
    scores.add(compared, seed);
    std::map<std::string, double> last;
    for (const Compared& c : compared) {
      if (c.error == 0) continue;
      if (independent)
        spread[c.name].push_back(c.z());
      else
        last[c.name] = c.z();
    }
    for (const auto& [name, z] : last) spread[name].push_back(z);
  }
  const Largest largest = largest_z(scores.z);
  INFO(study << ": " << scores.about.at(largest.index) << ": z = " << largest.z << " in " << largest.comparisons);
  CHECK(std::isfinite(largest.z));
  CHECK_FALSE(largest.exceeds);
  for (const std::string name : {"energy_density", "abs_magnetization_density", "log_z by bar",
                                 "log_z by stepping_stone", "log_z by ais", "log_z by ais_two_sided"})
    if (spread.contains(name)) {
      INFO(study << ": " << name);
      check_spread(spread[name]);
    }
}

const std::vector<int> few = {1, 2, 3};
const Words small_onsager = {"--model.size", "16", "--method.temperature", "2.0:2.6:7", "--method.sweeps", "3000"};
const Words small_glass = {"--model.size", "[2, 3, 3]", "--method.thermalization", "1000", "--method.sweeps", "6000"};
const Words small_free_energy = {"--model.size", "8", "--method.particles", "400", "--method.temperatures", "200"};
const Words small_instance = {"--method.thermalization", "500", "--method.sweeps", "4000"};
const Words small_sizes = {"--grid.model.size", "[4, 8, 12]", "--method.sweeps", "2000"};

std::vector<int> many() {
  std::vector<int> seeds(20);
  for (int k = 0; k < 20; ++k) seeds[static_cast<std::size_t>(k)] = k + 1;
  return seeds;
}

}  // namespace

TEST_CASE("program: onsager meets Kaufman's torus") { check_study("onsager", small_onsager, few, true); }
TEST_CASE("program: a small glass meets enumeration") { check_study("spin_glass", small_glass, few, false); }
TEST_CASE("program: annealing there and back meets ln Z") { check_study("free_energy", small_free_energy, few, false); }
// Series of tempering remember a round trip: this fails if the window of the autocorrelation time does not know that.
TEST_CASE("program: the instance meets enumeration") { check_study("instance", small_instance, few, false); }
TEST_CASE("program: sizes meet Kaufman's torus") { check_study("finite_size", small_sizes, few, true); }

TEST_CASE("program: exact answers one part in a hundred off do not pass") {
  const std::vector<std::pair<std::string, Words>> studies = {{"onsager", small_onsager},
                                                              {"free_energy", small_free_energy}};
  for (const auto& [study, more] : studies) {
    INFO(study);
    const auto compared = compare(study, more, 1);
    std::map<double, bool> betas;
    for (const Compared& c : compared) betas[c.beta] = true;
    std::string shifted = "[";
    for (const auto& [beta, there] : betas) {
      char text[40];
      std::snprintf(text, sizeof text, "%s%.17g", shifted.size() > 1 ? ", " : "", 1.01 * beta);
      shifted += text;
    }
    const Scratch folder;
    Words words = more;
    if (study == "onsager") words.erase(std::find(words.begin(), words.end(), "--method.temperature"), words.end());
    const json exact = parsed(
        Words{"exact", GIBBSITE_SOURCE_DIR "/studies/" + study + ".toml", "--json", "--method.beta", shifted + "]"} +
            words,
        folder.path());
    std::map<std::pair<std::string, double>, double> known;
    for (const json& e : exact.at("exact")) known[{e.at("name"), e.at("beta")}] = e.at("value");
    std::map<std::string, std::vector<double>> z;
    for (Compared c : compared) {
      const auto found = known.find({c.name.starts_with("log_z") ? "log_z" : c.name, 1.01 * c.beta});
      if (found == known.end() || c.error == 0) continue;
      c.exact = found->second;
      z[c.name].push_back(c.z());
    }
    if (study == "onsager") CHECK(largest_z(z.at("energy_density")).exceeds);
    if (study == "free_energy")
      for (const std::string name : {"log_z by ais", "log_z by ais_two_sided"}) CHECK(largest_z(z.at(name)).exceeds);
  }
}

TEST_CASE("program: onsager, whole, for twenty seeds", "[long]") { check_study("onsager", {}, many(), true); }
TEST_CASE("program: a small glass, in full length, for twenty seeds", "[long]") {
  check_study("spin_glass", {"--model.size", "[2, 3, 3]"}, many(), false);
}
TEST_CASE("program: annealing, whole, for twenty seeds", "[long]") { check_study("free_energy", {}, many(), false); }
TEST_CASE("program: the instance, whole, for twenty seeds", "[long]") { check_study("instance", {}, many(), false); }
TEST_CASE("program: sizes, whole, for twenty seeds", "[long]") { check_study("finite_size", {}, many(), true); }
