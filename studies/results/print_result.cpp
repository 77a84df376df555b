#include "studies/results/print_result.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "studies/files/variables.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/results/print_optima.hpp"
#include "studies/results/print_overlaps.hpp"
#include "studies/results/result_tables.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string z_text(double z) { return std::isnan(z) ? "-" : fmt::format("{:+.2f}", z); }

std::string title(const std::string& text) {
  const bool bold = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return bold ? "\033[1m" + printable(text) + "\033[0m" : printable(text);
}

/// The first number of a variable, NaN where there is none.
double first_number(const Group* group, const std::string& name) {
  const auto values = group == nullptr ? std::span<const double>() : doubles(*group, name);
  return values.empty() ? unknown : values.front();
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
  fmt::print("\n  {}\n",
             wrapped(fmt::format("Against exact answers: largest |z| = {:.2f} in {} comparisons; by chance it exceeds "
                                 "{:.2f} once in 1000 studies{}",
                                 std::abs(largest.z), largest.comparisons, largest.threshold,
                                 largest.exceeds ? " - TOO LARGE" : ""),
                     2, page_width()));
}

bool without_fields(const Group& root) {
  const auto none = [](const Group& task) {
    const Group* model = task.child("model");
    return model != nullptr && has_fields(*model) == false;
  };
  const Group* tasks = root.child("tasks");
  return tasks == nullptr ? none(root) : std::all_of(tasks->groups.begin(), tasks->groups.end(), none);
}

/// What was simulated; of a grid its keys and values first, and of its tasks the first.
std::string system_of(const Group& root) {
  std::string text = text_attribute(root, "system");
  const std::size_t grid = text.find("; grid over ");
  if (grid == std::string::npos) return text;
  text.resize(grid);
  const std::vector<Group> tasks = tasks_of(root);
  std::vector<std::string> axes;
  if (tasks.empty()) return text_attribute(root, "system");
  for (const auto& [key, first] : tasks.front().attributes) {
    if (key.find('.') == std::string::npos || !std::holds_alternative<std::string>(first)) continue;
    std::vector<std::string> values;
    for (const Group& task : tasks)
      if (const std::string value = readable(text_attribute(task, key));
          std::find(values.begin(), values.end(), value) == values.end())
        values.push_back(value);
    constexpr std::size_t most = 8;
    axes.push_back(fmt::format(
        "{} = {}", key.substr(key.rfind('.') + 1),
        values.size() <= most ? join(values, ", ")
                              : fmt::format("{}, ..., {} ({} values)", values.front(), values.back(), values.size())));
  }
  return fmt::format("grid over {}: {} tasks, the first of them {}", join(axes, "; "), tasks.size(), text);
}

/// What there was to doubt, and is not.
std::string nothing_to_doubt(const Doubts& doubts, const std::vector<ResultRow>& mixing) {
  std::string text = "Nothing to doubt: ";
  if (doubts.off.comparisons > 0)
    text +=
        fmt::format("{} comparisons with exact answers, none farther off than chance allows; ", doubts.off.comparisons);
  if (const std::string rhat = rhat_sentence(mixing); !rhat.empty()) text += rhat + "; ";
  return text + "no warnings";
}

}  // namespace

bool asked_in_temperatures(const Group& root) {
  const std::string study = text_attribute(root, "study");
  return study.find("\ntemperature = ") != std::string::npos;
}

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

void print_result(const Group& root, const std::string& path, const Selection& selection) {
  const std::vector<ResultRow> estimates = estimates_of(root), free_energies = free_energies_of(root);
  check_selection(selection, estimates);
  fmt::print("{}\n", title(path));
  for (const std::string& text : {system_of(root), text_attribute(root, "plan")})
    if (!text.empty()) fmt::print("  {}\n", wrapped(text, 2, page_width()));
  if (const std::string layout = layout_of(root); !layout.empty()) fmt::print("  layout: {}\n", printable(layout));
  if (const std::string data = data_text(root); !data.empty())
    fmt::print("  data: {}\n", wrapped(data, 2, page_width()));
  if (text_attribute(root, "state") == "partial")
    fmt::print("  PARTIAL: the run was stopped; `gibbsite resume {}` continues it\n", path);
  const bool fields = !without_fields(root), temperatures = asked_in_temperatures(root);
  const std::vector<ResultRow> mixing = mixing_of(root);
  std::vector<ResultRow> main, averages, logs;  // averages: over disorder
  constexpr std::string_view averaged = "_disorder_average";
  for (ResultRow m : estimates) {
    const bool average = m.name.ends_with(averaged);
    const bool asked = !selection.columns.empty() && selection.wants(m.name);
    if (average) m.name.resize(m.name.size() - averaged.size());
    const bool usual = selection.columns.empty() ? shown_in_tables(m.name, fields) : selection.wants(m.name);
    if ((usual || asked) && stands_there(m, selection)) (average ? averages : main).push_back(std::move(m));
  }
  for (const ResultRow& m : mixing)
    if (selection.wants(m.name) && stands_there(m, selection)) main.push_back(m);
  for (const ResultRow& m : free_energies)
    if (selection.wants("log_z") && stands_there(m, selection)) logs.push_back(m);
  const bool optima = print_optima(root) && selection.columns.empty();
  if (optima) main.clear(), averages.clear(), logs.clear();
  if (estimates.empty()) fmt::print("\n  No estimates: fewer than two draws.\n");
  if (!averages.empty()) {
    fmt::print("\n{}\n", title("Averages over disorder"));
    print_rows(averages, temperatures);
    if (selection.columns.empty()) print_overlaps(root, temperatures);
  }
  constexpr std::size_t readable = 24 * 40;  // numbers
  if (averages.empty() || main.size() <= readable) {
    if (!averages.empty()) fmt::print("\n{}\n", title("Each disorder"));
    print_rows(main, temperatures);
    print_rows(logs, temperatures);
  } else {
    fmt::print("\n  Each disorder: in the file, and in gibbsite show {} --json\n", printable(path));
  }
  if (const Group* diagnostics = root.child("diagnostics"); diagnostics != nullptr && !on_grid(*diagnostics) && !optima)
    print_diagnostics(*diagnostics);
  if (const Group* configurations = root.child("configurations");
      configurations != nullptr && !on_grid(*configurations) && !optima) {
    const double ground = first_number(root.child("exact"), "ground_energy");
    fmt::print("\n  lowest energy seen: {:.9g}{}\n", first_number(configurations, "lowest_energy") + 0.0,
               std::isnan(ground) ? "" : fmt::format(" (exact ground energy: {:.9g})", ground + 0.0));
  }
  const Doubts doubts = doubts_of(root, estimates, free_energies);
  if (!optima) print_significance(doubts.off);
  if (const Group* exact = root.child("exact"); exact != nullptr && !optima)
    fmt::print("  Exact: {}\n", wrapped(text_attribute(*exact, "source"), 9, page_width()));
  const auto& warnings = doubts.warnings;
  constexpr std::size_t shown = 12;
  if (!warnings.empty()) fmt::print("\n{}\n", title("Warnings"));
  for (std::size_t k = 0; k < std::min(shown, warnings.size()); ++k)
    fmt::print("  - {}\n", wrapped(warnings[k], 4, page_width()));
  if (warnings.size() > shown)
    fmt::print("  - and {} more: gibbsite show {} --json\n", warnings.size() - shown, printable(path));
  if (!doubts.notes.empty()) fmt::print("\n  Note: {}\n", wrapped(doubts.notes.front(), 8));
  if (doubts.none() && !optima) fmt::print("\n  {}\n", wrapped(nothing_to_doubt(doubts, mixing), 2, page_width()));
  std::fflush(stdout);
}

Json result_as_json(const Group& root, const Selection& selection) {
  Json out = {{"estimates", Json::list()},
              {"free_energy", Json::list()},
              {"warnings", warnings_of(root)},
              {"notes", notes_of(root)}};
  out["state"] = text_attribute(root, "state");
  if (Json optima = optima_as_json(root); optima.size() > 0) out["optima"] = std::move(optima);
  if (const Json data = data_as_json(root); !data.null()) out["data"] = data;
  const std::vector<ResultRow> estimates = estimates_of(root);
  check_selection(selection, estimates);
  for (const ResultRow& m : estimates) {
    if (!selection.wants(m.name) || !stands_there(m, selection)) continue;
    Json entry = {{"name", m.name},   {"beta", m.beta},   {"value", m.value},
                  {"error", m.error}, {"exact", m.exact}, {"z", m.z}};
    if (std::isfinite(m.degrees)) entry["degrees"] = m.degrees;
    for (const auto& [key, value] : m.at) entry[entry.contains(key) ? "grid." + key : key] = Json::of_words(value);
    const bool average = m.name.ends_with("_disorder_average");  // has no disorder_seed: not one of the others
    out[average ? "disorder_averages" : "estimates"].push_back(std::move(entry));
  }
  for (const ResultRow& m : free_energies_of(root)) {
    if (!selection.wants("log_z") || !stands_there(m, selection)) continue;
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
