#include "studies/results/print_result.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "studies/files/variables.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t page = 100;  // columns

std::string title(const std::string& text) {
  const bool bold = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return bold ? "\033[1m" + printable(text) + "\033[0m" : printable(text);
}

/// The first number of a variable, NaN where there is none.
double first_number(const Group* group, const std::string& name) {
  const auto values = group == nullptr ? std::span<const double>() : doubles(*group, name);
  return values.empty() ? unknown : values.front();
}

/// Numbers of the table's rows: grid coordinates and beta, each row once, in order.
struct Place {
  std::vector<std::pair<std::string, std::string>> at;
  double beta;
  bool operator<(const Place& other) const { return std::tie(at, beta) < std::tie(other.at, other.beta); }
};

/// Columns that belong together: an estimate, and where it is known the exact value and z.
struct Block {
  std::vector<std::string> header;
  std::map<Place, std::vector<std::string>> cells;
  std::size_t width = 0;
};

std::string exact_text(double exact) {
  return std::isnan(exact) ? "-" : fmt::format("{:.8g}", exact + 0.0);  // + 0.0 turns -0 into 0
}
std::string z_text(double z) { return std::isnan(z) ? "-" : fmt::format("{:+.2f}", z); }

Block block_of(const std::string& header, const std::vector<ResultRow>& all) {
  Block block;
  const bool plain = header == "R-hat" || header == "tau (energy)";
  bool exact = false;
  for (const ResultRow& m : all) exact = exact || !std::isnan(m.exact);
  block.header = {header};
  if (exact) block.header.insert(block.header.end(), {"exact", "z"});
  for (const ResultRow& m : all) {
    std::vector<std::string> cells = {m.below                        ? fmt::format("< {:.0f}", m.value)
                                      : plain && std::isnan(m.value) ? "-"
                                      : plain                        ? fmt::format("{:.3f}", m.value)
                                                                     : with_error(m.value, m.error)};
    if (exact) cells.insert(cells.end(), {exact_text(m.exact), z_text(m.z)});
    block.cells[{m.at, m.beta}] = std::move(cells);
  }
  for (std::size_t c = 0; c < block.header.size(); ++c) {
    std::size_t width = block.header[c].size();
    for (const auto& [place, cells] : block.cells) width = std::max(width, cells[c].size());
    block.width += width + 2;
  }
  return block;
}

void print_blocks(const std::vector<Block>& blocks, const std::vector<Place>& places) {
  if (places.empty()) return;
  std::vector<std::string> keys;
  for (const auto& [key, value] : places[0].at) keys.push_back(key);
  keys.emplace_back("beta");
  std::size_t lead = 2;
  for (const std::string& key : keys) lead += std::max<std::size_t>(key.size(), 8) + 2;
  for (std::size_t begin = 0; begin < blocks.size();) {
    std::size_t end = begin, width = lead;
    while (end < blocks.size() && (end == begin || width + blocks[end].width <= page)) width += blocks[end++].width;
    std::vector<std::string> header = keys;
    for (std::size_t k = begin; k < end; ++k)
      header.insert(header.end(), blocks[k].header.begin(), blocks[k].header.end());
    Table table(header);
    for (const Place& place : places) {
      std::vector<std::string> row;
      for (const auto& [key, value] : place.at) row.push_back(readable(value));
      row.push_back(fmt::format("{:.6g}", place.beta));
      for (std::size_t k = begin; k < end; ++k) {
        const auto found = blocks[k].cells.find(place);
        const std::vector<std::string> none(blocks[k].header.size(), "-");
        const auto& cells = found == blocks[k].cells.end() ? none : found->second;
        row.insert(row.end(), cells.begin(), cells.end());
      }
      table.add(std::move(row));
    }
    fmt::print("\n{}", table.text());
    begin = end;
  }
}

/// Numbers grouped by name (or estimator), in order; and the places, in order.
void print_measured(const std::vector<ResultRow>& all, bool by_estimator) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<ResultRow>> groups;
  std::vector<Place> places;
  std::set<Place> seen;
  for (const ResultRow& m : all) {
    const std::string name = by_estimator ? "log_z (" + m.estimator + ")" : m.name;
    if (!groups.contains(name)) names.push_back(name);
    groups[name].push_back(m);
    if (seen.insert({m.at, m.beta}).second) places.push_back({m.at, m.beta});
  }
  std::vector<Block> blocks;
  for (const std::string& name : names) blocks.push_back(block_of(name, groups[name]));
  print_blocks(blocks, places);
}

/// How replicas stood in memory; of a grid, in the first task.
std::string layout_of(const Group& root) {
  const Group* diagnostics = root.child("diagnostics");
  if (diagnostics != nullptr && !text_attribute(*diagnostics, "layout").empty())
    return text_attribute(*diagnostics, "layout");
  const Group* tasks = root.child("tasks");
  return tasks == nullptr || tasks->groups.empty() ? "" : layout_of(tasks->groups.front());
}

/// The model that has data, of a grid in the first task; nullptr where none has.
const Group* model_with_data(const Group& root) {
  const Group* model = root.child("model");
  if (model != nullptr && !text_attribute(*model, "data").empty()) return model;
  const Group* tasks = root.child("tasks");
  return tasks == nullptr || tasks->groups.empty() ? nullptr : model_with_data(tasks->groups.front());
}

/// "the first 1000 samples" or "all 40 samples" of a reconstruction error; "" where a file does not say.
std::string reconstructed(const Group& diagnostics) {
  const auto samples = doubles(diagnostics, "reconstruction_samples");
  return samples.empty() ? "" : fmt::format(", first {:.0f} samples", samples.front());
}

void print_diagnostics(const Group& diagnostics) {
  const auto range = [&](const std::string& name) {
    const auto v = doubles(diagnostics, name);
    return std::pair(*std::min_element(v.begin(), v.end()), *std::max_element(v.begin(), v.end()));
  };
  const auto scalar = [&](const std::string& name) { return first_number(&diagnostics, name); };
  if (!doubles(diagnostics, "swap_rate").empty()) {
    const auto [low, high] = range("swap_rate");
    fmt::print(
        "\n  exchanges accepted {:.2f} .. {:.2f}, communication barrier {:.2f}, round trips per ladder {:.1f} (at most "
        "about {:.1f})\n",
        low, high, scalar("communication_barrier"), scalar("round_trips_per_ladder"), scalar("round_trips_predicted"));
  }
  if (!doubles(diagnostics, "weight_ess").empty()) {
    const auto ess = doubles(diagnostics, "weight_ess");
    fmt::print("\n  effective sample size of the weights at the target {:.1f}", ess.back());
    if (!doubles(diagnostics, "two_sided_overlap").empty())
      fmt::print("; two-sided check: {} (z = {}, overlap {:.2f})",
                 printable(text_attribute(diagnostics, "two_sided_check")), z_text(scalar("two_sided_z")),
                 scalar("two_sided_overlap"));
    fmt::print("\n");
  }
  if (!doubles(diagnostics, "reconstruction_error").empty())
    fmt::print("\n  reconstruction error of the data {} per visible number (root mean square{})\n",
               with_error(scalar("reconstruction_error"), scalar("reconstruction_error_error")),
               reconstructed(diagnostics));
}

void print_significance(const Largest& largest) {
  if (largest.comparisons == 0) return;
  fmt::print(
      "\n  Against exact answers: largest |z| = {:.2f} in {} comparisons; by chance it exceeds {:.2f} once in 1000 "
      "studies{}\n",
      std::abs(largest.z), largest.comparisons, largest.threshold, largest.exceeds ? " - TOO LARGE" : "");
}

bool without_fields(const Group& root) {
  const auto none = [](const Group& task) {
    const Group* model = task.child("model");
    return model != nullptr && has_fields(*model) == false;
  };
  const Group* tasks = root.child("tasks");
  return tasks == nullptr ? none(root) : std::all_of(tasks->groups.begin(), tasks->groups.end(), none);
}

}  // namespace

std::string data_text(const Group& root) {
  const Group* model = model_with_data(root);
  return model == nullptr ? "" : text_attribute(*model, "data");
}

Json data_as_json(const Group& root) {
  const Group* model = model_with_data(root);
  if (model == nullptr) return nullptr;
  Json out = {{"description", text_attribute(*model, "data")}};
  for (const auto& [name, value] : model->attributes)
    if (const auto* number = std::get_if<double>(&value); name == "data_divided_by" && number != nullptr)
      out["divided_by"] = *number;
  return out;
}

Doubts doubts_of(const Group& root, const std::vector<ResultRow>& estimates,
                 const std::vector<ResultRow>& free_energies) {
  std::vector<double> z;
  for (const auto* all : {&estimates, &free_energies})
    for (const ResultRow& m : *all) z.push_back(m.normal_z);
  return {warnings_of(root), notes_of(root), largest_z(z), !estimates.empty() || root.child("likelihood") != nullptr};
}

void print_result(const Group& root, const std::string& path) {
  fmt::print("{}\n", title(path));
  for (const char* name : {"system", "plan"})
    if (const std::string text = text_attribute(root, name); !text.empty())
      fmt::print("  {}\n", wrapped(text, 2, page));
  if (const std::string layout = layout_of(root); !layout.empty()) fmt::print("  layout: {}\n", printable(layout));
  if (const std::string data = data_text(root); !data.empty()) fmt::print("  data: {}\n", wrapped(data, 2, page));
  if (text_attribute(root, "state") == "partial")
    fmt::print("  PARTIAL: the run was stopped; `gibbsite resume {}` continues it\n", path);
  const std::vector<ResultRow> estimates = estimates_of(root), free_energies = free_energies_of(root);
  std::vector<ResultRow> main;
  const bool fields = !without_fields(root);
  std::vector<ResultRow> averages;  // over disorder
  constexpr std::string_view averaged = "_disorder_average";
  for (ResultRow m : estimates) {
    const bool average = m.name.ends_with(averaged);
    if (average) m.name.resize(m.name.size() - averaged.size());
    if (shown_in_tables(m.name, fields)) (average ? averages : main).push_back(std::move(m));
  }
  if (estimates.empty()) fmt::print("\n  No estimates: fewer than two draws.\n");
  if (!averages.empty()) {
    fmt::print("\n{}\n", title("Averages over disorder"));
    print_measured(averages, false);
  }
  constexpr std::size_t readable = 24 * 40;  // numbers
  if (averages.empty() || main.size() <= readable) {
    if (!averages.empty()) fmt::print("\n{}\n", title("Each disorder"));
    for (ResultRow& m : mixing_of(root)) main.push_back(std::move(m));
    print_measured(main, false);
    print_measured(free_energies, true);
  } else {
    fmt::print("\n  Each disorder: in the file, and in gibbsite show {} --json\n", printable(path));
  }
  if (const Group* diagnostics = root.child("diagnostics"); diagnostics != nullptr && !on_grid(*diagnostics))
    print_diagnostics(*diagnostics);
  if (const Group* configurations = root.child("configurations");
      configurations != nullptr && !on_grid(*configurations)) {
    const double ground = first_number(root.child("exact"), "ground_energy");
    fmt::print("\n  lowest energy seen: {:.10g}{}\n", first_number(configurations, "lowest_energy") + 0.0,
               std::isnan(ground) ? "" : fmt::format(" (exact ground energy: {:.10g})", ground + 0.0));
  }
  const Doubts doubts = doubts_of(root, estimates, free_energies);
  print_significance(doubts.off);
  if (const Group* exact = root.child("exact"))
    fmt::print("  Exact: {}\n", wrapped(text_attribute(*exact, "source"), 9, page));
  const auto& warnings = doubts.warnings;
  constexpr std::size_t shown = 12;
  if (!warnings.empty()) fmt::print("\n{}\n", title("Warnings"));
  for (std::size_t k = 0; k < std::min(shown, warnings.size()); ++k)
    fmt::print("  - {}\n", wrapped(warnings[k], 4, page));
  if (warnings.size() > shown)
    fmt::print("  - and {} more: gibbsite show {} --json\n", warnings.size() - shown, printable(path));
  if (!doubts.notes.empty()) fmt::print("\n  Note: {}\n", wrapped(doubts.notes.front(), 8));
  if (doubts.none()) fmt::print("\n  Nothing to doubt: no warnings\n");
  std::fflush(stdout);
}

Json result_as_json(const Group& root) {
  Json out = {{"estimates", Json::list()},
              {"free_energy", Json::list()},
              {"warnings", warnings_of(root)},
              {"notes", notes_of(root)}};
  out["state"] = text_attribute(root, "state");
  if (const Json data = data_as_json(root); !data.null()) out["data"] = data;
  for (const ResultRow& m : estimates_of(root)) {
    Json entry = {{"name", m.name},   {"beta", m.beta},   {"value", m.value},
                  {"error", m.error}, {"exact", m.exact}, {"z", m.z}};
    if (std::isfinite(m.degrees)) entry["degrees"] = m.degrees;
    for (const auto& [key, value] : m.at) entry[entry.contains(key) ? "grid." + key : key] = Json::of_words(value);
    const bool average = m.name.ends_with("_disorder_average");  // has no disorder_seed: not one of the others
    out[average ? "disorder_averages" : "estimates"].push_back(std::move(entry));
  }
  for (const ResultRow& m : free_energies_of(root)) {
    Json entry = {{"estimator", m.estimator}, {"beta", m.beta},   {"log_z", m.value},
                  {"error", m.error},         {"exact", m.exact}, {"z", m.z}};
    for (const auto& [key, value] : m.at) entry[entry.contains(key) ? "grid." + key : key] = Json::of_words(value);
    out["free_energy"].push_back(std::move(entry));
  }
  if (const Group* configurations = root.child("configurations");
      configurations != nullptr && !on_grid(*configurations))
    out["lowest_energy"] = first_number(configurations, "lowest_energy");
  return out;
}

}  // namespace gibbsite
