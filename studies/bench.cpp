/// Speed of the kernels: every case of every round is timed in turn, so that a busy machine slows all of them alike;
/// the best and the middle of the rounds are reported. One thread is pinned to one core.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "estimators/estimate.hpp"
#include "studies/bench_glass.hpp"
#include "studies/bench_kernels.hpp"
#include "studies/bench_lattice.hpp"
#include "studies/bench_rbm.hpp"
#include "studies/execute.hpp"
#include "studies/table.hpp"
#include "studies/words.hpp"

namespace gibbsite {
namespace {

/// What a line of the table says.
struct Line {
  std::string kernel, what, layout;
  std::size_t size = 0, replicas = 1;
  int threads = 1;
  double best = 0, median = 0, of_limit = unknown, ratio = 1;
  std::string unit = "spins/ns";

  /// What it is compared with, from the ratio (of medians; more is faster).
  double reference() const { return unit == "s" ? best * ratio : best / ratio; }
};

std::vector<Line> lattice_lines(const std::vector<std::string>& wanted, double seconds, int rounds, bool quick) {
  std::vector<Line> lines;
  for (const LatticeTiming& t : bench_lattices(wanted, seconds, rounds, quick))
    lines.push_back({t.bench, t.sampler, t.layout, t.side, 1, t.threads, t.best, t.median, t.of_limit, t.ratio});
  return lines;
}

std::vector<Line> glass_lines(double seconds, int rounds, bool quick) {
  std::vector<Line> lines;
  for (const GlassTiming& t : bench_glasses(seconds, rounds, quick))
    lines.push_back({"glass", fmt::format("{}, {}, {}", t.system, t.sampler, t.what), t.layout, t.side, t.replicas, 1,
                     t.best, t.median, t.of_limit, t.ratio});
  return lines;
}

std::vector<Line> kernel_lines(const std::vector<KernelCase>& cases, double seconds, int rounds) {
  std::vector<Line> lines;
  for (const KernelTiming& t : time_kernels(cases, seconds, rounds))
    lines.push_back({t.bench, t.sampler, t.layout, t.size, t.replicas, t.threads, t.best, t.median, unknown, t.ratio});
  return lines;
}

std::vector<Line> rbm_lines(double seconds, int rounds, bool quick) {
  std::vector<Line> lines;
  for (const RbmTiming& t : bench_rbm(seconds, rounds, quick))
    lines.push_back(
        {"rbm", t.name, t.layout, t.units, t.chains, t.threads, t.best, t.median, unknown, t.ratio, t.unit});
  return lines;
}

nlohmann::json as_json(const Line& line) {
  nlohmann::json out = {{"kernel", line.kernel},     {"what", line.what},
                        {"layout", line.layout},     {"size", line.size},
                        {"replicas", line.replicas}, {"threads", line.threads},
                        {"rate", line.best},         {"rate_median", line.median},
                        {"unit", line.unit},         {"reference_rate", line.reference()},
                        {"ratio", line.ratio}};
  if (!std::isnan(line.of_limit)) out["of_limit"] = line.of_limit;
  return out;
}

}  // namespace

int bench(const Request& request) {
  const std::vector<std::string> benches = {"ising2d", "ising3d", "glass", "glass-gaussian", "sk", "cluster", "rbm"};
  for (const std::string& name : request.arguments)
    if (std::find(benches.begin(), benches.end(), name) == benches.end())
      throw RequestError(fmt::format("there is no bench `{}`; there are {}", name, join(benches, ", ")));
  const auto wanted = [&](const std::string& name) {
    return request.arguments.empty() || std::count(request.arguments.begin(), request.arguments.end(), name) > 0;
  };
  const double seconds = request.quick ? 0.02 : 0.15;
  const int rounds = request.quick ? 3 : 7;
  const bool quick = request.quick;
  std::vector<Line> lines = lattice_lines(request.arguments, seconds, rounds, quick);
  const auto append = [&](const std::vector<Line>& more) { lines.insert(lines.end(), more.begin(), more.end()); };
  if (wanted("glass")) append(glass_lines(seconds, rounds, quick));
  if (wanted("glass-gaussian")) append(kernel_lines(bench_glass_gaussian(quick), seconds, rounds));
  if (wanted("sk")) append(kernel_lines(bench_sk(quick), seconds, rounds));
  if (wanted("cluster")) append(kernel_lines(bench_cluster(quick), seconds, rounds));
  if (wanted("rbm")) append(rbm_lines(seconds, rounds, quick));

  if (request.json) {
    nlohmann::json all = nlohmann::json::array();
    for (const Line& line : lines) all.push_back(as_json(line));
    fmt::print("{}\n", all.dump(1));
    return 0;
  }
  Table table({"bench", "what", "layout", "size", "replicas", "threads", "best", "median", "unit", "of limit", "ratio"},
              3);
  for (const Line& line : lines)
    table.add({line.kernel, line.what, line.layout, std::to_string(line.size), std::to_string(line.replicas),
               std::to_string(line.threads), fmt::format("{:.4g}", line.best), fmt::format("{:.4g}", line.median),
               line.unit, std::isnan(line.of_limit) ? "-" : fmt::format("{:.2f}", line.of_limit),
               fmt::format("{:.2f}", line.ratio)});
  fmt::print(
      "{}\n  {}\n", table.text(),
      wrapped(fmt::format("{} rounds in turn; one thread is pinned. Wolff: spins turned over. tempering: with an "
                          "exchange after every sweep. of limit: best, of what counting operations allows one "
                          "core (39 in two dimensions, 33 in three). rbm: block Gibbs of 784 x 500, four "
                          "operations for each weight, chain and sweep; annealing: 14,500 temperatures. ratio: of "
                          "medians, more is faster, to the plain layout of the same system.",
                          rounds),
              2));
  return 0;
}

}  // namespace gibbsite
