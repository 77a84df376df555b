/// What the program says: tables, JSON as promised, help, lists, and a progress line only for people.
#include <pty.h>

#include <cmath>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

struct Result : Scratch {
  explicit Result(const std::string& name, const Words& more = {}) {
    write_bytes(*this / "study.toml", small_study(name));
    const Ended ended = run(Words{"run", "study.toml", "-o", "out.h5"} + more, path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    CHECK(ended.err == "");
    said = ended.out;
  }
  json shown() const { return parsed({"show", "out.h5", "--json"}); }
  json parsed(const Words& words) const {
    const Ended ended = run(words, path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    CHECK(ended.err == "");
    return read_json(ended.out);
  }
  std::string said;
};

bool is_number_or_null(const json& value) { return value.is_number() || value.is_null(); }

void check_schema(const json& shown) {
  REQUIRE(shown.is_object());
  REQUIRE(shown.at("estimates").is_array());
  REQUIRE(shown.at("free_energy").is_array());
  REQUIRE(shown.at("warnings").is_array());
  CHECK_FALSE(shown.at("estimates").empty());
  for (const json& e : shown.at("estimates")) {
    INFO(e);
    CHECK(e.at("name").is_string());
    CHECK(e.at("beta").is_number());
    CHECK(e.at("value").is_number());
    for (const char* key : {"error", "exact", "z"}) CHECK(is_number_or_null(e.at(key)));
    if (e.at("exact").is_number() && e.at("error").is_number() && e.at("error") != 0.0)
      CHECK(e.at("z").get<double>() ==
            Approx((e.at("value").get<double>() - e.at("exact").get<double>()) / e.at("error").get<double>()));
  }
  for (const json& f : shown.at("free_energy")) {
    INFO(f);
    CHECK(f.at("estimator").is_string());
    CHECK(f.at("beta").is_number());
    CHECK(f.at("log_z").is_number());
    for (const char* key : {"error", "exact"}) CHECK(is_number_or_null(f.at(key)));
  }
  for (const json& w : shown.at("warnings")) CHECK(w.is_string());
}

std::set<std::string> values(const json& list, const char* key) {
  std::set<std::string> all;
  for (const json& entry : list) all.insert(entry.at(key).get<std::string>());
  return all;
}

/// What a program writes to a terminal that is its stdin, stdout and stderr.
std::string said_on_terminal(const Words& words, const fs::path& folder, bool no_colour) {
  Words all = {GIBBSITE_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (no_colour)
    ::setenv("NO_COLOR", "1", 1);
  else
    ::unsetenv("NO_COLOR");
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid == 0) {
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  REQUIRE(pid > 0);
  std::string text;
  char block[4096];
  for (ssize_t n; (n = ::read(terminal, block, sizeof block)) > 0;) text.append(block, static_cast<std::size_t>(n));
  ::close(terminal);
  int status = 0;
  ::waitpid(pid, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  return text;
}

}  // namespace

TEST_CASE("program: show prints what run printed, and JSON as promised") {
  for (const std::string name : {"wolff", "tempering", "reverse", "grid"}) {
    INFO(name);
    const Result result(name, {"--run.threads", "1"});
    const Ended shown = run({"show", "out.h5"}, result.path());
    CHECK(shown.code == 0);
    CHECK(shown.err == "");
    CHECK(shown.out == result.said);
    CHECK(contains(shown.out, "energy_density"));
    CHECK_FALSE(contains(shown.out, "PARTIAL"));
    CHECK_FALSE(contains(shown.out, "\033"));
    const json j = result.shown();
    check_schema(j);
    const auto estimates = values(j.at("estimates"), "name"), routes = values(j.at("free_energy"), "estimator");
    for (const std::string wanted :
         {"energy", "energy_density", "specific_heat", "magnetization_density", "abs_magnetization_density",
          "magnetization_density_squared", "susceptibility", "susceptibility_abs", "binder_cumulant"})
      CHECK(estimates.contains(wanted));
    if (name == "tempering") {
      CHECK(routes == std::set<std::string>{"bar", "stepping_stone"});
      for (const std::string wanted : {"overlap", "abs_overlap", "overlap_squared", "overlap_binder"})
        CHECK(estimates.contains(wanted));
    }
    if (name == "reverse") CHECK(routes == std::set<std::string>{"ais", "ais_reverse", "ais_two_sided"});
    if (name == "grid") {
      std::set<std::pair<int, int>> tasks;
      for (const json& e : j.at("estimates")) tasks.emplace(e.at("size").get<int>(), e.at("disorder_seed").get<int>());
      CHECK(tasks.size() == 6);
    }
  }
}

TEST_CASE("program: exact answers in JSON are those beside the estimates") {
  const Result result("wolff", {"--run.threads", "1"});
  const json exact = result.parsed({"exact", "study.toml", "--json"});
  CHECK(exact.at("source").is_string());
  std::map<std::pair<std::string, double>, double> known;
  for (const json& e : exact.at("exact")) known[{e.at("name"), e.at("beta")}] = e.at("value");
  std::size_t compared = 0;
  const json shown = result.shown();
  for (const json& e : shown.at("estimates")) {
    const auto found = known.find({e.at("name"), e.at("beta")});
    CHECK((found != known.end()) == e.at("exact").is_number());
    if (found == known.end()) continue;
    CHECK(e.at("exact").get<double>() == Approx(found->second).epsilon(1e-14));
    ++compared;
  }
  CHECK(compared >= 9);
  CHECK(known.contains({"log_z", 0.44}));

  // E = -sum s s' on an open chain of 3: Z = 8 cosh^2 beta.
  write_bytes(result / "chain.toml",
              "[model]\nlattice = \"chain\"\nsize = 3\nboundary = \"open\"\n[method]\nbeta = [0, 0.7]\n");
  const json chain = result.parsed({"exact", "chain.toml", "--json"});
  std::map<std::pair<std::string, double>, double> of_chain;
  for (const json& e : chain.at("exact")) of_chain[{e.at("name"), e.at("beta")}] = e.at("value");
  CHECK(of_chain.at({"log_z", 0.0}) == Approx(std::log(8.0)));
  CHECK(of_chain.at({"log_z", 0.7}) == Approx(std::log(8.0) + 2 * std::log(std::cosh(0.7))));
  CHECK(of_chain.at({"energy", 0.7}) == Approx(-2 * std::tanh(0.7)));
  CHECK(contains(run({"exact", "chain.toml"}, result.path()).out, "log_z"));
}

TEST_CASE("program: quiet is quiet") { CHECK(Result("target", {"--quiet"}).said == ""); }

TEST_CASE("program: help, lists and version") {
  const Scratch folder;
  const Words commands = {"run", "show", "exact", "reweight", "list", "bench", "help"};
  const Ended overview = run({"help"}, folder.path());
  CHECK(overview.code == 0);
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"help"}}) {
    const Ended ended = run(words, folder.path());
    CHECK(ended.code == 0);
    CHECK(ended.out == overview.out);
    CHECK(ended.err == "");
  }
  const Ended nothing = run({}, folder.path());
  CHECK(nothing.code == 2);
  CHECK(nothing.out == "");
  CHECK(nothing.err == overview.out);
  for (const std::string& command : commands) {
    INFO(command);
    CHECK(contains(overview.out, "  " + command + " "));
    const Ended help = run({"help", command}, folder.path());
    CHECK(help.code == 0);
    CHECK(contains(help.out, "gibbsite " + command));
    CHECK(contains(help.out, "Example"));
    CHECK(help.err == "");
    for (const Words& words : {Words{command, "--help"}, Words{command, "-h"}, Words{command, "none", "--help"}}) {
      const Ended ended = run(words, folder.path());
      CHECK(ended.code == 0);
      CHECK(ended.out == help.out);
    }
    for (std::size_t at = 0; at < help.out.size();) {
      const std::size_t end = help.out.find('\n', at);
      CHECK(end - at <= 100);
      at = end + 1;
    }
  }
  const std::string keys = run({"help", "run"}, folder.path()).out;
  for (const std::string key : {"[model]", "[sampler]", "[method]", "[run]", "[grid]", "disorder_seed", "target_error",
                                "checkpoint", "max_time", "index_base"})
    CHECK(contains(keys, key));

  std::string all;
  const std::map<std::string, Words> topics = {
      {"models", {"ising"}},
      {"lattices", {"chain", "square", "cubic", "hypercubic", "triangular", "honeycomb", "complete"}},
      {"samplers", {"heat-bath", "metropolis", "wolff", "swendsen-wang", "locally-balanced"}},
      {"methods", {"mcmc", "tempering", "annealing"}},
      {"estimators", {"stepping_stone", "bar", "ais"}}};
  const Ended whole = run({"list"}, folder.path());
  CHECK(whole.code == 0);
  for (const auto& [topic, names] : topics) {
    const Ended one = run({"list", topic}, folder.path());
    CHECK(one.code == 0);
    CHECK(contains(whole.out, one.out));
    for (const std::string& name : names) CHECK(contains(one.out, "  " + name + " "));
  }
  const Ended version = run({"--version"}, folder.path());
  CHECK(version.code == 0);
  CHECK(version.out.starts_with("gibbsite 0."));
  CHECK(folder.entries() == 0);
}

TEST_CASE("program: a progress line on a terminal and nowhere else; colours unless NO_COLOR") {
  const Scratch folder;
  write_bytes(folder / "study.toml", small_study("wolff"));
  const Words words = {"run", "study.toml", "--force", "--method.sweeps", "12000", "--run.threads", "1"};
  const std::string terminal = said_on_terminal(words, folder.path(), false);
  CHECK(contains(terminal, " % "));
  CHECK(contains(terminal, "spins/s"));
  CHECK(contains(terminal, "left"));
  CHECK(contains(terminal, "\033[1m"));
  const std::string plain = said_on_terminal(words, folder.path(), true);
  CHECK(contains(plain, " % "));
  CHECK_FALSE(contains(plain, "\033[1m"));
  CHECK_FALSE(contains(said_on_terminal(words + Words{"--quiet"}, folder.path(), false), " % "));
  CHECK(run(words, folder.path()).err == "");
}

TEST_CASE("program: a result says what it is") {
  const Result result("wolff", {"--run.threads", "2", "--run.seed", "12345"});
  const Group root = read_archive(result / "out.h5");
  std::map<std::string, decltype(root.attributes)::value_type::second_type> of;
  for (const auto& [name, value] : root.attributes) of[name] = value;
  CHECK(std::get<std::string>(of.at("program")) == "gibbsite");
  CHECK(std::get<std::string>(of.at("state")) == "complete");
  CHECK(std::get<std::int64_t>(of.at("seed")) == 12345);
  CHECK(std::get<std::int64_t>(of.at("threads")) == 2);
  CHECK(std::get<std::int64_t>(of.at("format_version")) == 2);
  CHECK(std::get<double>(of.at("wall_seconds")) > 0);
  for (const char* name : {"version", "git_commit", "created_at", "command", "study"}) CHECK(of.contains(name));
  CHECK(contains(std::get<std::string>(of.at("command")), "run study.toml -o out.h5 --run.threads 2"));

  // The study in it is a study file that gives the same result.
  write_bytes(result / "again.toml", std::get<std::string>(of.at("study")));
  REQUIRE(run({"run", "again.toml", "--quiet"}, result.path()).code == 0);
  CHECK(differences(result / "out.h5", result / "again.h5") == Words{});

  // Without -o, the result stands in the current folder and bears the study's name.
  fs::create_directory(result / "elsewhere");
  REQUIRE(run({"run", "../study.toml", "--quiet", "--method.sweeps", "100"}, result / "elsewhere").code == 0);
  CHECK(fs::exists(result / "elsewhere/study.h5"));
}
