#include "studies/results/print_optima.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

struct OptimumOfTask {
  std::vector<std::pair<std::string, std::string>> at;
  double energy = unknown, ground = unknown, cut = unknown, reached = unknown, length = unknown, restart = unknown;
  std::vector<double> first;
  Estimate time;

  double median() const {  // of those that reached it
    std::vector<double> hits;
    for (const double f : first)
      if (!std::isnan(f)) hits.push_back(f);
    if (hits.empty()) return unknown;
    std::sort(hits.begin(), hits.end());
    const std::size_t half = hits.size() / 2;
    return hits.size() % 2 == 1 ? hits[half] : (hits[half - 1] + hits[half]) / 2;
  }
};

std::vector<OptimumOfTask> optima_of(const Group& root) {
  std::vector<OptimumOfTask> all;
  std::vector<Group> tasks = tasks_of(root);
  const std::vector<Group> alone = tasks.empty() ? std::vector<Group>{root} : std::vector<Group>();
  for (const Group& task : tasks.empty() ? alone : tasks) {
    const Group* diagnostics = task.child("diagnostics");
    if (diagnostics == nullptr || diagnostics->find("chains_reached") == nullptr) continue;
    const auto number = [](const Group* group, const char* name) {
      const auto values = group == nullptr ? std::span<const double>() : doubles(*group, name);
      return values.empty() ? unknown : values.front();
    };
    OptimumOfTask& one = all.emplace_back();
    for (const auto& [key, value] : task.attributes)
      if (const auto* text = std::get_if<std::string>(&value); text != nullptr && key.find('.') != std::string::npos)
        one.at.emplace_back(key.substr(key.rfind('.') + 1), *text);
    one.energy = number(diagnostics, "optimum_energy");
    one.ground = number(task.child("exact"), "ground_energy");
    one.cut = number(diagnostics, "cut_value");
    one.reached = number(diagnostics, "chains_reached");
    one.length = number(diagnostics, "run_length");
    one.restart = number(diagnostics, "restart_after");
    one.time = {.value = number(diagnostics, "time_to_solution"),
                .error = number(diagnostics, "time_to_solution_error")};
    const auto first = doubles(*diagnostics, "first_hit");
    one.first.assign(first.begin(), first.end());
  }
  return all;
}

std::string plain(double value) { return std::isnan(value) ? "-" : fmt::format("{:.10g}", value + 0.0); }

}  // namespace

bool print_optima(const Group& root) {
  const std::vector<OptimumOfTask> all = optima_of(root);
  if (all.empty()) return false;
  const bool cuts = std::any_of(all.begin(), all.end(), [](const auto& o) { return !std::isnan(o.cut); });
  const bool known = std::any_of(all.begin(), all.end(), [](const auto& o) { return !std::isnan(o.ground); });
  std::vector<std::string> header;
  for (const auto& [key, value] : all.front().at) header.push_back(key);
  header.emplace_back("lowest energy");
  if (known) header.emplace_back("ground energy");
  if (cuts) header.emplace_back("cut");
  header.insert(header.end(), {"reached by", "first hit (earliest)", "(median)", "time to solution (99 %)"});
  Table table(header);
  for (const OptimumOfTask& one : all) {
    std::vector<std::string> row;
    for (const auto& [key, value] : one.at) row.push_back(readable(value));
    row.push_back(plain(one.energy));
    if (known) row.push_back(plain(one.ground));
    if (cuts) row.push_back(plain(one.cut));
    row.push_back(fmt::format("{:.0f} of {}", one.reached, one.first.size()));
    double earliest = unknown;
    for (const double f : one.first)
      if (!(earliest <= f)) earliest = std::isnan(f) ? earliest : f;
    row.push_back(plain(earliest));
    row.push_back(plain(one.median()));
    row.push_back(with_error(one.time.value, one.time.error));
    table.add(std::move(row));
  }
  fmt::print("\n{}", table.text());
  fmt::print(
      "\n  {}\n",
      wrapped("Times are sweeps of a chain or ladder. Time to solution: until chains, started again after the best of "
              "so many sweeps as were run, a half, a quarter, ..., have reached the lowest energy with probability "
              "0.99 (Ronnow et al., Science 345, 420 (2014)), if that is the lowest there is.",
              2, page_width()));
  if (cuts)
    fmt::print("  {}\n", wrapped("cut: weights between spins that differ, (sum of weights + E / coupling) / 2; with "
                                 "model.coupling = -1 the lowest energy is the largest cut.",
                                 2, page_width()));
  fmt::print("  The configuration: configurations/lowest_energy_configuration in the file\n");
  return true;
}

Json optima_as_json(const Group& root) {
  Json out = Json::list();
  for (const OptimumOfTask& one : optima_of(root)) {
    Json entry = {{"lowest_energy", one.energy},
                  {"chains_reached", static_cast<std::int64_t>(one.reached)},
                  {"chains", one.first.size()},
                  {"first_hit", one.first},
                  {"run_length", one.length},
                  {"time_to_solution", one.time.value},
                  {"time_to_solution_error", one.time.error},
                  {"restart_after", one.restart}};
    if (!std::isnan(one.cut)) entry["cut"] = one.cut;
    if (!std::isnan(one.ground)) entry["ground_energy"] = one.ground;
    for (const auto& [key, value] : one.at) entry[key] = Json::of_words(value);
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace gibbsite
