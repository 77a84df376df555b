/// What `gibbsite bench` promises: every layout beside the plain one of the same system, ratios and fractions that
/// agree with the rates, and tempering beside the sweeps alone. Rates themselves are the machine's.
#include <cmath>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

TEST_CASE("bench compares every layout with the plain one, and tempering with sweeps") {
  const Scratch desk;
  const Ended ended = run({"bench", "glass", "sk", "--quick", "--json"}, desk.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json all = read_json(ended.out);
  REQUIRE(all.size() >= 20);
  std::size_t plain = 0, tempering = 0, limited = 0;
  for (const json& line : all) {
    INFO(line.dump());
    const double rate = line.at("rate"), reference = line.at("reference_rate"), ratio = line.at("ratio");
    CHECK(rate > 0);
    CHECK(line.at("rate_median") <= rate);
    const auto same = [](double a, double b) { return std::abs(a - b) < 1e-9 * b; };
    CHECK(same(rate / reference, ratio));
    CHECK((line.at("kernel") == "glass" || line.at("kernel") == "sk"));
    const auto count = [&](auto like) { return std::count_if(all.begin(), all.end(), like); };
    CHECK(count([&](const json& other) {
            return other.at("layout") == "plain" && other.at("threads") == 1 && same(other.at("rate"), reference) &&
                   other.at("what") == line.at("what") && other.at("size") == line.at("size") &&
                   other.at("replicas") == line.at("replicas");
          }) == 1);
    if (line.at("layout") == "plain") CHECK(ratio == 1);
    plain += line.at("layout") == "plain";
    if (line.contains("of_limit")) CHECK(line.at("of_limit") > 0);
    limited += line.contains("of_limit");
    const bool tempers = line.at("what").get<std::string>().ends_with(", tempering");
    CHECK(line.contains("of_sweeps") == tempers);
    if (tempers) CHECK(line.at("of_sweeps") > 0);
    tempering += tempers;
  }
  CHECK(plain >= 10);
  CHECK(tempering >= 4);
  CHECK(limited > tempering);
}

TEST_CASE("bench refuses names that it does not know, and its table is aligned") {
  const Scratch desk;
  const Ended refused = run({"bench", "clusters"}, desk.path());
  CHECK(refused.code == 2);
  CHECK(refused.err.find("cluster") != std::string::npos);
  const Ended ended = run({"bench", "sk", "--quick"}, desk.path());
  REQUIRE(ended.code == 0);
  std::istringstream lines(ended.out);
  std::string header, rule, line;
  std::getline(lines, header);
  std::getline(lines, rule);
  CHECK(header.starts_with("  sk "));
  std::size_t rows = 0;
  for (; std::getline(lines, line) && !line.empty(); ++rows) CHECK(line.size() == rule.size());
  CHECK(rows >= 4);
}

TEST_CASE("bench cliffs holds each choice beside the plain layout and a careful loop") {
  const Scratch desk;
  const Ended ended = run({"bench", "cliffs", "--quick", "--json"}, desk.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json all = read_json(ended.out);
  std::size_t plain = 0, loops = 0, fast = 0;
  for (const json& line : all) {
    INFO(line.dump());
    CHECK(line.at("kernel") == "cliffs");
    CHECK(line.at("rate") > 0);
    CHECK(line.at("rate_median") <= line.at("rate"));
    CHECK(line.at("ratio") > 0);
    const std::string layout = line.at("layout");
    const bool is_plain = layout.starts_with("plain"), is_loop = layout == "a careful loop";
    plain += is_plain;
    loops += is_loop;
    fast += !is_plain && !is_loop;
    const auto beside = [&](const json& other) {
      return other.at("layout").get<std::string>().starts_with("plain") && other.at("what") == line.at("what") &&
             other.at("size") == line.at("size") && other.at("replicas") == line.at("replicas");
    };
    CHECK(std::count_if(all.begin(), all.end(), beside) == 1);
  }
  CHECK(plain >= 10);
  CHECK(loops >= 7);
  CHECK(fast >= 3);
}

TEST_CASE("bench phi4 holds trajectories side by side beside plain loops") {
  const Scratch desk;
  const Ended ended = run({"bench", "phi4", "--quick", "--json"}, desk.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json all = json::parse(ended.out);
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("layout") == "plain loops");
  for (const json& line : all) CHECK(line.at("rate") > 0);
  CHECK(all[1].at("of_limit") > 0);
}

TEST_CASE("bench neural holds layers in float beside double, and to what a large product allows") {
  const Scratch desk;
  const Ended ended = run({"bench", "neural", "--quick", "--json"}, desk.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json all = read_json(ended.out);
  REQUIRE(all.size() == 6);
  for (const json& line : all) {
    INFO(line.dump());
    CHECK(line.at("unit") == "GFLOP/s");
    const bool is_float = line.at("layout") == "oneDNN in float";
    CHECK(line.contains("of_limit") == is_float);
    if (is_float) CHECK(line.at("of_limit") > 0);
    CHECK((is_float || line.at("ratio") == 1));
  }
}
