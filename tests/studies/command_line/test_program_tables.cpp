/// What is made of studies and results for people and other programs: a first study, a comparison, tables.
#include <cmath>
#include <sstream>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

const Words short_run = {"--model.size", "6", "--method.sweeps", "2000", "--quiet"};

Ended good(const Words& words, const fs::path& folder) {
  Ended ended = run(words, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return ended;
}

std::vector<std::vector<std::string>> cells_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    REQUIRE(line.ends_with('\r'));
    line.pop_back();
    std::istringstream words(line + ',');
    rows.emplace_back();
    for (std::string word; std::getline(words, word, ',');) rows.back().push_back(word);
  }
  return rows;
}

}  // namespace

TEST_CASE("program: init writes a study that runs as it is, and never over another") {
  const Scratch folder;
  CHECK(good({"init"}, folder.path()).out == "study.toml\n");
  CHECK(good({"init", "glass"}, folder.path()).out == "glass.toml\n");
  CHECK(read_bytes(folder / "glass.toml") != "");
  const Ended again = run({"init", "glass.toml"}, folder.path());
  CHECK(again.code == 2);
  CHECK(contains(again.err, "glass.toml is there already"));
  good(Words{"run", "glass.toml"} + short_run, folder.path());
  CHECK(fs::exists(folder / "glass.h5"));
  // Its comments are keys: without the # it says the same.
  std::istringstream lines(read_bytes(folder / "glass.toml"));
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    const bool value = line.starts_with("# ") && contains(line, " =") && !contains(line, "gibbsite");
    const bool section = line.starts_with("# [");
    if (contains(line, "temperature")) continue;
    if (value && (contains(line, " =  #") || contains(line, " = 4  # hypercubic"))) continue;
    all += (value || section ? line.substr(2) : line) + '\n';
  }
  write_bytes(folder / "all.toml", all);
  good(Words{"run", "all.toml", "--method.temperature", "2.0:2.6:13"} + short_run, folder.path());
  CHECK(read_json(good({"diff", "glass.h5", "all.h5", "--json"}, folder.path()).out).at("largest_z") == 0.0);
}

TEST_CASE("program: a dry run says what a study will take, and leaves nothing behind") {
  for (const std::string name : {"heat-bath", "tempering", "reverse", "grid"}) {
    const Scratch folder;
    write_bytes(folder / "study.toml", small_study(name));
    write_bytes(folder / "study.h5", "mine");
    const Ended ended = good({"run", "study.toml", "--dry-run"}, folder.path());
    INFO(ended.out);
    CHECK(ended.err == "");
    for (const char* line : {"\n  plan ", "\n  replicas ", "\n  layout ", "\n  rate ", "\n  time ", "\n  memory ",
                             "\n  disk ", "\n  file "})
      CHECK(contains(ended.out, line));
    CHECK(contains(ended.out, "\n  tasks ") == (name == "grid"));
    CHECK(contains(ended.out, "\n  states ") == (name != "reverse"));
    CHECK_FALSE(contains(ended.out, "inf"));
    CHECK_FALSE(contains(ended.out, "nan"));
    CHECK(folder.entries() == 2);
    CHECK(read_bytes(folder / "study.h5") == "mine");
  }
}

TEST_CASE("program: diff finds two runs of one system alike, and those of two systems not") {
  const Scratch folder;
  write_bytes(folder / "study.toml", "[model]\nsize = 6\n[method]\nbeta = [0.3, 0.4]\nsweeps = 3000\n");
  good({"run", "study.toml", "-o", "a.h5", "--quiet"}, folder.path());
  good({"run", "study.toml", "-o", "b.h5", "--quiet", "--run.seed", "7", "--sampler.name", "wolff"}, folder.path());
  good({"run", "study.toml", "-o", "other.h5", "--quiet", "--run.seed", "7", "--model.coupling", "1.05"},
       folder.path());
  const json alike = read_json(good({"diff", "a.h5", "b.h5", "--json"}, folder.path()).out);
  CHECK(alike.at("agree") == true);
  CHECK(alike.at("same_seed") == false);
  CHECK(alike.at("comparisons").get<int>() >= 10);
  CHECK(alike.at("differences").size() >= alike.at("comparisons").get<std::size_t>());
  double before = 1e300;
  for (const json& d : alike.at("differences")) {
    if (d.at("z").is_null()) continue;
    CHECK(std::abs(d.at("z").get<double>()) <= before);
    before = std::abs(d.at("z").get<double>());
  }
  CHECK(contains(good({"diff", "a.h5", "b.h5"}, folder.path()).out, "they agree: "));
  CHECK(contains(good({"diff", "a.h5", "a.h5"}, folder.path()).out, "both have seed 1"));
  CHECK(contains(good({"diff", "a.h5", "other.h5"}, folder.path()).out, "they differ: "));
  const Ended none = run({"diff", "a.h5", "study.toml"}, folder.path());
  CHECK(none.code == 2);
  CHECK(is_one_message(none.err));
}

TEST_CASE("program: exported tables hold the numbers of the file, and nothing is overwritten") {
  const Scratch folder;
  write_bytes(folder / "study.toml", "[model]\nsize = 4\n[method]\nbeta = [0.3, 0.4]\nsweeps = 500\nchains = 2\n");
  good({"run", "study.toml", "-o", "a.h5", "--quiet"}, folder.path());
  const Ended written = good({"export", "a.h5", "--csv", "tables"}, folder.path());
  CHECK(contains(written.out, "tables/estimates.csv\n"));
  const auto rows = cells_of(read_bytes(folder / "tables" / "estimates.csv"));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0][0] == "beta");
  CHECK(rows[1][0] == "0.3");
  const json shown = read_json(good({"show", "a.h5", "--json"}, folder.path()).out);
  std::size_t compared = 0;
  for (const json& e : shown.at("estimates"))
    for (std::size_t column = 0; column < rows[0].size(); ++column)
      if (rows[0][column] == e.at("name")) {
        const auto& row = rows[e.at("beta") == 0.3 ? 1 : 2];
        CHECK(std::stod(row[column]) == e.at("value").get<double>());
        ++compared;
      }
  CHECK(compared >= 10);
  const auto draws = cells_of(read_bytes(folder / "tables" / "series-chain-draw-beta.csv"));
  CHECK(draws.size() == 1 + 2 * 500 * 2);
  const Ended again = run({"export", "a.h5", "--csv", "tables"}, folder.path());
  CHECK(again.code == 2);
  CHECK(contains(again.err, "is there already"));
  good({"export", "a.h5", "--csv", "tables", "--force"}, folder.path());
  CHECK(run({"export", "a.h5"}, folder.path()).code == 2);
  CHECK(run({"export", "a.h5", "--csv", "study.toml"}, folder.path()).code == 2);
}
