/// Tables of results: in temperatures, as wide as the page, chosen by column and row; searches for the lowest energy;
/// glasses.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

Ended shown(const Words& words, const fs::path& folder, const Words& environment = {}) {
  Ended ended = run(words, folder, environment);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return ended;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

const char* grid_study = R"([model]
lattice = "square"
[method]
temperature = "2:3:3"
sweeps = 2000
chains = 4
[grid]
"model.size" = [4, 6]
)";

}  // namespace

TEST_CASE("program: what was asked in temperatures is answered in temperatures, in tables that fit") {
  const Scratch folder;
  write_bytes(folder / "study.toml", grid_study);
  shown({"run", "study.toml", "--quiet"}, folder.path());
  const std::string text = shown({"show", "study.h5"}, folder.path()).out;
  INFO(text);
  CHECK(contains(text, "grid over size = 4, 6: 2 tasks, the first of them ising, square 4 x 4"));
  CHECK(contains(text, "  size    T  energy_density"));
  CHECK_FALSE(contains(text, "  beta  "));
  CHECK(text.find("   4    2  ") < text.find("   4    3  "));
  CHECK(contains(text, "Nothing to doubt: 36 comparisons with exact answers, none farther off than chance allows"));
  CHECK(contains(text, "R-hat at most 1.0"));
  CHECK_FALSE(contains(text, "R-hat\n"));
  // Points of exact values stand below each other: one column, one number of decimals.
  std::vector<std::size_t> decimals;
  for (const std::string& line : lines_of(text)) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    if (words.size() > 4 && (words[0] == "4" || words[0] == "6") && decimals.size() < 6)
      decimals.push_back(words[3].size() - words[3].find('.'));
  }
  REQUIRE(decimals.size() == 6);
  CHECK(std::count(decimals.begin(), decimals.end(), decimals[0]) == 6);

  for (const std::string& line : lines_of(shown({"show", "study.h5"}, folder.path(), {"COLUMNS=60"}).out))
    CHECK(line.size() <= 60);
  const auto longest = [&](const std::string& out) {
    std::size_t most = 0;
    for (const std::string& line : lines_of(out)) most = std::max(most, line.size());
    return most;
  };
  CHECK(longest(shown({"show", "study.h5"}, folder.path(), {"COLUMNS=200"}).out) > 100);
  // The record remembers what was asked, and reads back to the same betas.
  CHECK(contains(attribute_of(read_archive(folder / "study.h5"), "study"), "temperature = [3.0, 2.5, 2.0]"));
}

TEST_CASE("program: columns and rows of a result can be chosen") {
  const Scratch folder;
  write_bytes(folder / "study.toml", grid_study);
  shown({"run", "study.toml", "--quiet"}, folder.path());
  const std::string some =
      shown({"show", "study.h5", "--columns", "susceptibility_abs,tau", "--where", "size=6,temperature=2.5"},
            folder.path())
          .out;
  INFO(some);
  CHECK(contains(some, "susceptibility_abs"));
  CHECK_FALSE(contains(some, "energy_density"));
  CHECK(contains(some, "   6  2.5  "));
  CHECK_FALSE(contains(some, "   4  2.5  "));
  const json chosen = read_json(
      shown({"show", "study.h5", "--json", "--columns", "binder_cumulant", "--where", "model.size=4"}, folder.path())
          .out);
  CHECK(chosen.at("estimates").size() == 3);
  CHECK(chosen.at("free_energy").empty());
  const std::vector<std::pair<Words, std::string>> mistakes = {
      {{"--columns", "binder"}, "there is no such quantity"},
      {{"--columns", "energy_density,,"}, "empty name"},
      {{"--where", "size=5"}, "size is 4, 6"},
      {{"--where", "sze=4"}, "did you mean `size`"},
      {{"--where", "size"}, "is not KEY=VALUE"},
      {{"--where", "temperature=1"}, "there is none"},
  };
  for (const auto& [words, message] : mistakes) {
    const Ended ended = run(Words{"show", "study.h5"} + words, folder.path());
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
    CHECK(contains(ended.err, message));
  }
}

TEST_CASE("program: a search for the lowest energy is reported as one") {
  const Scratch folder;
  write_bytes(folder / "ring.txt", "7 7\n1 2\n2 3\n3 4\n4 5\n5 6\n6 7\n7 1\n");
  write_bytes(folder / "study.toml",
              "[model]\ncouplings = \"ring.txt\"\ncoupling = -1\n[method]\nbeta = [0.5, 1, 2]\nobjective = "
              "\"lowest\"\nthermalization = 0\nsweeps = 400\nevery = 1\nchains = 8\n");
  const std::string out = shown({"run", "study.toml"}, folder.path()).out;
  INFO(out);
  CHECK(contains(out, "lowest energy"));
  CHECK(contains(out, "8 of 8"));
  CHECK(contains(out, "time to solution"));
  CHECK_FALSE(contains(out, "Warnings"));
  CHECK_FALSE(contains(out, "energy_density"));
  const json found = read_json(shown({"show", "study.h5", "--json"}, folder.path()).out);
  CHECK(found.at("warnings").empty());
  const json optimum = found.at("optima").at(0);
  CHECK(optimum.at("lowest_energy") == -5.0);  // one bond of an odd ring stays unhappy
  CHECK(optimum.at("cut") == 6.0);
  CHECK(optimum.at("chains_reached") == 8);
  CHECK(optimum.at("first_hit").size() == 8);
  CHECK(optimum.at("time_to_solution").get<double>() > 0);
  CHECK(optimum.at("time_to_solution_error").get<double>() > 0);
  // Averages are another objective.
  shown({"run", "study.toml", "--quiet", "--force", "--method.objective", "averages"}, folder.path());
  CHECK_FALSE(read_json(shown({"show", "study.h5", "--json"}, folder.path()).out).contains("optima"));
}

TEST_CASE("program: ladders look for the lowest energy, too") {
  const Scratch folder;
  write_bytes(folder / "ring.txt", "7 7\n1 2\n2 3\n3 4\n4 5\n5 6\n6 7\n7 1\n");
  write_bytes(folder / "study.toml",
              "[model]\ncouplings = \"ring.txt\"\ncoupling = -1\n[method]\nname = \"tempering\"\nbeta = \"0:2:5\"\n"
              "objective = \"lowest\"\nthermalization = 0\nsweeps = 400\nevery = 1\nchains = 4\n");
  shown({"run", "study.toml", "--quiet"}, folder.path());
  const json optimum = read_json(shown({"show", "study.h5", "--json"}, folder.path()).out).at("optima").at(0);
  CHECK(optimum.at("lowest_energy") == -5.0);
  CHECK(optimum.at("first_hit").size() == 4);
}

TEST_CASE("program: samples of disorder whose ladders differ say why there are no averages") {
  const Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nlattice = \"square\"\nsize = 4\ndisorder = \"bimodal\"\n[method]\nname = \"tempering\"\n"
              "beta = \"0:1:5\"\nladder = \"adaptive\"\nchains = 2\nthermalization = 200\nsweeps = 200\n"
              "[grid]\n\"model.disorder_seed\" = \"1:3\"\n");
  CHECK(contains(shown({"run", "study.toml"}, folder.path()).out, "no averages over disorder"));
  const std::string fixed = shown({"run", "study.toml", "--force", "--method.ladder", "fixed"}, folder.path()).out;
  CHECK_FALSE(contains(fixed, "no averages over disorder"));
  CHECK(contains(fixed, "Averages over disorder"));
  const Words two = {"run", "study.toml", "--force", "--method.ladder", "fixed", "--method.beta", "0.5:1:2"};
  CHECK(contains(shown(two, folder.path()).out, "beta = 0.5"));  // P(q), each beta once
}

TEST_CASE("program: what cannot be chosen is refused before anything is printed") {
  const Scratch folder;
  write_bytes(folder / "study.toml", grid_study);
  shown({"run", "study.toml", "--quiet"}, folder.path());
  const Ended ended = run({"show", "study.h5", "--where", "size=5"}, folder.path());
  CHECK(ended.code == 2);
  CHECK(ended.out.empty());
}

TEST_CASE("program: glasses are averaged by their moments, and their sizes compared") {
  const Scratch folder;
  write_bytes(folder / "study.toml", R"([model]
lattice = "square"
disorder = "bimodal"
[method]
name = "tempering"
temperature = [0.6, 0.8, 1.0, 1.3, 1.6, 2.0]
chains = 2
thermalization = 100
sweeps = 600
[grid]
"model.size" = [3, 4]
"model.disorder_seed" = "1:5"
)");
  shown({"run", "study.toml", "--quiet"}, folder.path());
  const Group root = read_archive(folder / "study.h5");
  const Group& estimates = *root.child("estimates");
  check_dimensions(root);
  const auto numbers = [&](const std::string& name) {
    const Variable* v = estimates.find(name);
    REQUIRE(v != nullptr);
    return std::get<std::vector<double>>(v->data);
  };
  const auto average = numbers("overlap_binder_disorder_average"), square = numbers("overlap_squared"),
             binder = numbers("overlap_binder");
  REQUIRE(average.size() == 2 * 6);
  for (std::size_t size = 0; size < 2; ++size)
    for (std::size_t b = 0; b < 6; ++b) {
      double second = 0, fourth = 0;
      for (std::size_t seed = 0; seed < 5; ++seed) {
        const std::size_t at = (size * 5 + seed) * 6 + b;
        second += square[at] / 5;
        fourth += 3 * square[at] * square[at] * (1 - binder[at]) / 5;
      }
      const double error = numbers("overlap_binder_disorder_average_error")[size * 6 + b];
      CHECK(error > 0);
      CHECK(std::abs(average[size * 6 + b] - (1 - fourth / (3 * second * second))) < 0.5 * error + 0.01);
    }
  const auto density = numbers("overlap_distribution_disorder_average");
  REQUIRE(density.size() == 2 * 6 * 21);
  for (std::size_t place = 0; place < 12; ++place) {
    double sum = 0;
    for (std::size_t q = 0; q < 21; ++q) sum += density[place * 21 + q] * 2 / 21;
    CHECK(sum == Approx(1).epsilon(1e-9));
  }
  CHECK(contains(shown({"show", "study.h5"}, folder.path()).out, "P(q), mean over disorder"));
  const Ended scaled = shown({"scaling", "study.h5", "-o", "scaled.h5"}, folder.path());
  CHECK(contains(scaled.out, "Glasses of L = 3 (5 samples), 4 (5 samples)"));
  check_dimensions(read_archive(folder / "scaled.h5"));
  const json all = read_json(shown({"scaling", "study.h5", "--json"}, folder.path()).out);
  CHECK(all.at("sizes").size() == 12);
  CHECK(std::abs(all.at("sizes").at(0).at("overlap_binder").get<double>() - average[0]) < 1e-12);
  const Ended refused = run({"scaling", "study.h5", "study.h5"}, folder.path());
  CHECK(refused.code == 2);
  CHECK(is_one_message(refused.err));
}

TEST_CASE("program: reweight answers in temperatures, and says which maxima lie outside") {
  const Scratch folder;
  write_bytes(folder / "study.toml", "[model]\nsize = 8\n[method]\nbeta = \"0.3:0.5:6\"\nsweeps = 2000\n");
  shown({"run", "study.toml", "--quiet"}, folder.path());
  const std::string text = shown({"reweight", "study.h5", "--temperature", "2.1:2.2:3"}, folder.path()).out;
  INFO(text);
  CHECK(contains(text, "\n     T  "));
  CHECK(text.find("\n   2.1  ") < text.find("\n   2.2  "));
  CHECK(contains(text, "susceptibility_abs"));
  CHECK(contains(text, "outside"));
  CHECK(contains(text, "> 2.2"));
  const json both = read_json(shown({"reweight", "study.h5", "--temperature", "2:2.2:3", "--json"}, folder.path()).out);
  CHECK(both.at("curves").at(0).at("beta") == 1 / 2.2);
  CHECK(both.at("peaks_outside").size() >= 1);
  CHECK(both.at("peaks_outside").at(0).at("lies") == "below");
  for (const Words& words : {Words{}, Words{"--beta", "0.4", "--temperature", "2.5"}, Words{"--temperature", "-1"}}) {
    const Ended ended = run(Words{"reweight", "study.h5"} + words, folder.path());
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
  }
}
