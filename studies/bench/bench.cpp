/// `gibbsite bench`: speed of the kernels on this machine, each next to the plain layout of the same system.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "studies/bench/bench_case.hpp"
#include "studies/bench/command.hpp"
#include "studies/files/json.hpp"
#include "studies/files/threads.hpp"
#include "studies/text/table.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string what(const BenchCase& c) {
  return fmt::format("{}{}{}{}", c.system, c.system.empty() ? "" : ", ", c.move, c.exchanges ? ", tempering" : "");
}

Json as_json(const std::string& bench, const BenchTiming& t) {
  const BenchCase& c = t.of;
  Json out = {{"kernel", bench},         {"what", what(c)},
              {"layout", c.layout},      {"size", c.size},
              {"replicas", c.replicas},  {"threads", c.threads},
              {"rate", t.shown(t.best)}, {"rate_median", t.shown(t.median)},
              {"unit", c.unit},          {"reference_rate", t.shown(t.best / t.ratio)},
              {"ratio", t.ratio}};
  if (!std::isnan(c.limit)) out["of_limit"] = t.best / c.limit;
  if (c.exchanges) out["of_sweeps"] = t.of_sweeps;
  return out;
}

std::string table_of(const std::string& bench, const std::vector<BenchTiming>& timings) {
  Table table(
      {bench, "layout", "size", "replicas", "threads", "best", "median", "unit", "of limit", "of sweeps", "ratio"}, 2);
  const auto fraction = [](double x) { return std::isnan(x) ? "-" : fmt::format("{:.2f}", x); };
  for (const BenchTiming& t : timings) {
    const BenchCase& c = t.of;
    table.add({what(c), c.layout, std::to_string(c.size), std::to_string(c.replicas), std::to_string(c.threads),
               fmt::format("{:.4g}", t.shown(t.best)), fmt::format("{:.4g}", t.shown(t.median)), c.unit,
               fraction(t.best / c.limit), fraction(t.of_sweeps), fmt::format("{:.2f}", t.ratio)});
  }
  return table.text();
}

const std::vector<std::string> benches = {"ising2d", "ising3d", "glass",  "glass-gaussian", "sk",    "cluster",
                                          "rbm",     "train",   "neural", "phi4",           "cliffs"};

std::vector<BenchCase> cases_of(const std::string& name, bool quick) {
  return name == "rbm"      ? bench_rbm(quick)
         : name == "train"  ? bench_train(quick)
         : name == "neural" ? bench_neural(quick)
         : name == "phi4"   ? bench_phi4(quick)
         : name == "cliffs" ? bench_cliffs(quick)
                            : bench_spins(name, quick);
}

int bench(const Request& request, const std::string&) {
  use_threads(0);
  const double seconds = request.quick ? 0.02 : 0.15;
  const int rounds = request.quick ? 3 : 7;
  Json all = Json::list();
  const std::vector<std::string>& wanted = request.arguments;
  for (const std::string& name : benches) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    const std::vector<BenchTiming> timings = time_cases(cases_of(name, request.quick), seconds, rounds);
    for (const BenchTiming& t : timings) all.push_back(as_json(name, t));
    if (request.json) continue;
    fmt::print("{}\n", table_of(name, timings));
    std::fflush(stdout);
  }
  if (request.json) {
    fmt::print("{}\n", all.dump());
    return 0;
  }
  const std::string notes = fmt::format(
      "{} rounds in turn, {:.2g} s or more for each; one thread is pinned to a core, two are not. size: side of a "
      "lattice, else units. Wolff: spins turned over. tempering: with an exchange after every sweep; of sweeps: best, "
      "to that of the sweeps alone. of limit: best, of what the random words of 512 spins, seven of 512 bits, allow as "
      "fast as they are drawn here ({:.3g} spins per ns and core). rbm: 784 x 500, four operations for "
      "each weight, chain and sweep; annealing: 14,500 temperatures. train: an epoch of 60,000 samples in batches of "
      "100. neural: energies of 100 states with forces on them, or with gradients of their parameters; of limit: of "
      "what "
      "a product of 512 x 512 matrices allows. phi4: steps of a site on trajectories of ten, normal numbers and all; "
      "of "
      "limit: of what nine additions to each allow. cliffs: with the draws that a run makes; a "
      "careful loop: local fields kept, one "
      "spin after the other. ratio: of the best, more is faster, to the plain "
      "layout with one thread.",
      rounds, seconds / 4, random_words_allow());
  fmt::print("  {}\n", wrapped(notes, 2));
  return 0;
}

}  // namespace

const Command& bench_command() {
  static const Command command{
      .name = "bench",
      .arguments = "[NAME ...]",
      .summary = "measure the speed of the kernels on this machine",
      .details = "Each kernel beside the plain layout of the same system, by size, replicas and threads. NAME: " +
                 join(benches, ", ") + "; without one, all of them, in about five minutes.",
      .most = benches.size(),
      .topics = benches,
      .options = {{"quick", 0, "", "shorter, rougher measurements"}, json_option, help_option},
      .examples = {"gibbsite bench", "gibbsite bench ising2d glass", "gibbsite bench --quick --json"},
      .run = bench};
  return command;
}

}  // namespace gibbsite
