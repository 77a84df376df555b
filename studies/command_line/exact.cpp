// `gibbsite exact STUDY.toml`: the exact answers, or why there are none.
#include <fmt/format.h>

#include <cmath>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/files/json.hpp"
#include "studies/files/threads.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/quantities.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

/// The exact answers of one task as a table: one row per beta.
void print_exact(const Task& task, const System& system, const ExactAnswers& answers) {
  std::string where;
  for (const auto& [key, value] : task.coordinates) where += fmt::format("{} = {}: ", key, value);
  fmt::print("{}{}\n  {}\n", where, system.description(), wrapped(answers.source, 2));
  for (const std::string& doubt : system.doubts()) fmt::print("  - {}\n", wrapped(doubt, 4));
  std::vector<std::string> header = {"beta"}, names;
  std::vector<Estimated> quantities = estimated_quantities(system);
  std::erase_if(quantities, [](const Estimated& what) { return !shown_in_tables(what.name); });
  if (answers.at[0].values.contains("log_z")) names.emplace_back("log_z");
  for (const Estimated& what : quantities)
    if (answers.at[0].values.contains(what.name)) names.push_back(what.name);
  header.insert(header.end(), names.begin(), names.end());
  Table table(header);
  for (std::size_t b = 0; b < answers.at.size(); ++b) {
    std::vector<std::string> row = {fmt::format("{:.6g}", task.study.method.beta[b])};
    for (const std::string& name : names) {
      const auto found = answers.at[b].values.find(name);
      row.push_back(found == answers.at[b].values.end() ? "-" : fmt::format("{:.12g}", found->second));
    }
    table.add(std::move(row));
  }
  fmt::print("\n{}", table.text());
  for (const auto& [name, value] : answers.constants) fmt::print("  {} = {:.12g}\n", name, value);
}

int exact(const Request& request, const std::string&) {
  use_threads(0);
  Json all = Json::list();
  for (const Task& task : request.tasks) {
    const auto system = make_system(task.study);
    system->check_range(task.study.method.beta);
    const auto answers = system->exact(task.study.method.beta, Effort::asked_for);
    if (const auto* reason = std::get_if<std::string>(&answers))
      throw RequestError(fmt::format("no exact answer for {}: {}", system->description(), *reason));
    const auto& known = std::get<ExactAnswers>(answers);
    for (const auto& at : known.at)
      for (const auto& [name, value] : at.values)
        if (std::isinf(value))
          throw RequestError(
              fmt::format("the exact {} of {} is beyond what numbers can hold; scale weights, biases and beta", name,
                          system->description()));
    if (!request.json) {
      print_exact(task, *system, known);
      continue;
    }
    Json entry = {{"source", known.source},
                  {"constants", known.constants},
                  {"exact", Json::list()},
                  {"warnings", system->doubts()}};
    for (const auto& [key, value] : task.coordinates) entry[key] = value;
    for (std::size_t b = 0; b < known.at.size(); ++b)
      for (const auto& [name, value] : known.at[b].values)
        entry["exact"].push_back({{"name", name}, {"beta", task.study.method.beta[b]}, {"value", value}});
    all.push_back(std::move(entry));
  }
  if (request.json) fmt::print("{}\n", (all.size() == 1 ? all.front() : all).dump());
  return 0;
}

}  // namespace

const Command& exact_command() {
  static const Command command{
      .name = "exact",
      .arguments = "STUDY.toml",
      .summary = "print the exact answers for a study's model",
      .details =
          "By closed form, transfer matrix or enumeration; where there are none, says why not. Nothing is "
          "sampled. Takes the keys of a study as `gibbsite help run` lists them.",
      .least = 1,
      .most = 1,
      .options = {json_option, help_option},
      .examples = {"gibbsite exact onsager.toml", "gibbsite exact onsager.toml --model.size 128 --method.beta 0.44"},
      .schema = study_schema,
      .read = [](const std::string& file, const Settings& keys) { return read_study(file, keys, study_schema()); },
      .run = exact};
  return command;
}

}  // namespace gibbsite
