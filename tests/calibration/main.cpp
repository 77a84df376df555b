/// calibrate [--quick] [--seeds N] [--only REGEX] [--threads N] [--every] [--json FILE] [--table FILE] [--each FILE]
///           [--errors FACTOR] [--list]
///
/// Are the errors true, and the warnings right? Runs the table of cases (case.hpp), seed after seed, against exact
/// answers. Exit 0: the table holds; 3: it does not; 2: the request is wrong. --quick: the rows marked so, a minute of
/// one core; --every: prints every row; --each: every number of every run, as CSV; --errors 0.8: as if all errors were
/// a fifth too small, which must not hold. Results do not depend on --threads.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <thread>

#include "tests/calibration/print.hpp"
#include "tests/calibration/systems.hpp"

namespace {

using namespace gibbsite::calibration;
namespace fs = std::filesystem;

constexpr std::size_t default_seeds = 256, quick_seeds = 128;

struct Asked {
  bool quick = false, every = false, list = false;
  std::size_t seeds = 0, threads = std::thread::hardware_concurrency();
  std::string only, command = "calibrate";
  fs::path json, table, each;
  double errors = 1;
};

std::size_t count(const std::string& text) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n == 0)
    throw std::invalid_argument(text + " is no count; give a number of 1 or more");
  return n;
}

Asked read(const std::vector<std::string>& words) {
  Asked asked;
  for (std::size_t k = 0; k < words.size(); ++k) {
    asked.command += " " + (words[k].find_first_of(" |*()") == std::string::npos ? words[k] : "'" + words[k] + "'");
    if (words[k] == "--quick") {
      asked.quick = true;
    } else if (words[k] == "--every") {
      asked.every = true;
    } else if (words[k] == "--list") {
      asked.list = true;
    } else {
      if (k + 1 == words.size()) throw std::invalid_argument(words[k] + " is unknown, or needs a value");
      const std::string &key = words[k], &value = words[++k];
      asked.command += " " + (value.find_first_of(" |*()") == std::string::npos ? value : "'" + value + "'");
      if (key == "--seeds")
        asked.seeds = count(value);
      else if (key == "--threads")
        asked.threads = count(value);
      else if (key == "--errors")
        asked.errors = std::stod(value);
      else if (key == "--only")
        asked.only = value;
      else if (key == "--json")
        asked.json = fs::absolute(value);
      else if (key == "--table")
        asked.table = fs::absolute(value);
      else if (key == "--each")
        asked.each = fs::absolute(value);
      else
        throw std::invalid_argument(key +
                                    " is unknown; there are --quick, --every, --list, --seeds, --only, --threads, "
                                    "--json, --table, --each and --errors");
    }
  }
  return asked;
}

int calibrate(const Asked& asked) {
  std::vector<Case> cases = all_cases();
  const std::regex wanted(asked.only);
  std::erase_if(cases, [&](const Case& c) {
    return (asked.quick && !c.quick) || (!asked.only.empty() && !std::regex_search(c.name, wanted));
  });
  if (cases.empty()) throw std::invalid_argument("no case is called " + asked.only);
  if (asked.list) {
    for (const Case& c : cases) fmt::print("{}\n    {} {}\n", c.name, c.command, c.then);
    return 0;
  }
  std::ofstream each;
  if (!asked.each.empty()) {
    each.open(asked.each);
    each << "case;seed;quantity;estimator;beta;value;error;degrees;exact;z;warned\n";
  }
  const std::size_t seeds = asked.seeds > 0 ? asked.seeds : asked.quick ? quick_seeds : default_seeds;
  const Systems systems;
  std::vector<Found> all;
  fmt::print("{}", table_header());
  for (const Case& c : cases) {
    const std::size_t least = std::min<std::size_t>(seeds, 32),
                      mine = std::max(least, seeds / static_cast<std::size_t>(c.share));
    all.push_back(run_case(c, {mine, asked.threads, asked.errors}, [&](std::uint64_t seed, const Outcome& run) {
      if (!each.is_open()) return;
      for (const Judged& j : run.numbers)
        each << fmt::format("{};{};{};{};{:.6g};{:.17g};{:.10g};{:.6g};{:.17g};{:.6g};{}\n", c.name, seed,
                            j.number.quantity, j.number.estimator, j.number.beta, j.number.estimate.value,
                            j.number.estimate.error, j.number.estimate.degrees, j.exact, j.z,
                            run.warnings.empty() && !j.number.doubted ? 0 : 1);
    }));
    fmt::print("{}", table_of(all.back(), asked.every));
    std::fflush(stdout);
  }
  const Verdict verdict = judge(all, exceptions());
  fmt::print("\n{}", verdict_text(verdict, all));
  if (!asked.table.empty()) write_table(asked.table, asked.command, all, verdict);
  if (!asked.json.empty()) write_json(asked.json, asked.command, all, verdict);
  return verdict.holds() ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return calibrate(read({argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    fmt::print(stderr, "calibrate: {}\n", e.what());
    return 2;
  }
}
