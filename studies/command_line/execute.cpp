#include "studies/command_line/execute.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <type_traits>
#include <variant>

#include "physics/exact/exact.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/options.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/json.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/version.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/methods/report.hpp"
#include "studies/models/model_file.hpp"
#include "studies/results/print_result.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/request.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text = "gibbsite";
  for (const std::string& word : words) {
    const bool plain = word.find_first_of(" \t\"'$&|;<>()*?[]#~`\\") == std::string::npos && !word.empty();
    text += plain ? ' ' + word : " '" + word + '\'';
  }
  return text;
}

/// The exact answers of one task as a table: one row per beta.
void print_exact(const Task& task, const System& system, const ExactAnswers& answers) {
  std::string where;
  for (const auto& [key, value] : task.coordinates) where += fmt::format("{} = {}: ", key, value);
  fmt::print("{}{}\n  {}\n", where, system.description(), wrapped(answers.source, 2));
  for (const std::string& doubt : system.doubts()) fmt::print("  - {}\n", wrapped(doubt, 4));
  std::vector<std::string> header = {"beta"}, names;
  for (const char* name : {"log_z", "energy_density", "specific_heat", "magnetization_density",
                           "abs_magnetization_density", "susceptibility", "binder_cumulant"})
    if (answers.at[0].values.contains(name)) names.emplace_back(name);
  for (const Observable& own : system.observables())
    if (answers.at[0].values.contains(own.name) &&
        std::none_of(lattice_quantities().begin(), lattice_quantities().end(),
                     [&](const Estimated& known) { return known.name == own.name; }))
      names.push_back(own.name);
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

/// Throws std::invalid_argument unless every dimension that has a name and a coordinate has its length, on which all
/// that prints results relies.
void check_shapes(const Group& group) {
  for (const Variable& variable : group.variables) {
    if (!variable.dims.empty() && variable.dims.size() != variable.shape.size())
      throw std::invalid_argument(variable.name + " does not name each of its dimensions");
    for (std::size_t axis = 0; axis < variable.dims.size(); ++axis) {
      const std::string& dim = variable.dims[axis];
      const Variable* coordinate = group.find(dim);
      const bool known = coordinate != nullptr && coordinate->shape.size() == 1;
      if (known ? coordinate->shape[0] != variable.shape[axis] : coordinate != nullptr || dim == "estimator")
        throw std::invalid_argument(variable.name + " does not have the length of its dimension " + dim);
    }
  }
  for (const Group& child : group.groups) check_shapes(child);
}

/// Throws std::logic_error for a record that does not have the shape of a result.
void check_result(const Group& root) {
  check_shapes(root);
  if (root.child("likelihood") == nullptr) return;
  const Group* routes = root.child("free_energy");
  if (routes == nullptr || routes->find("estimator") == nullptr || routes->find("trusted") == nullptr)
    throw std::invalid_argument("it has likelihoods, but no routes to ln Z");
}

}  // namespace

std::string shown_as_json(const Group& root) {
  check_result(root);
  return root.child("likelihood") != nullptr ? likelihood_as_json(root) : result_as_json(root).dump();
}

int show(const Request& request) {
  const std::string& path = request.arguments.front();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    const bool begun = std::filesystem::exists(path + ".parts", ignored);
    throw RequestError(
        fmt::format("{} is not there{}", path,
                    begun ? "; an unfinished run stands beside it: continue it with `gibbsite run ... --resume`" : ""));
  }
  Group root;
  try {
    std::vector<Unread> unread;  // nothing that is shown
    root = read_archive(path, unread);
  } catch (const std::runtime_error& e) {
    throw RequestError(e.what());
  }
  if (is_model(root)) {
    if (request.json)
      fmt::print("{}\n", model_as_json(root, path));
    else
      print_model(root, path);
    return 0;
  }
  const auto ours = [](const auto& a) { return a.first == "program" && a.second == decltype(a.second)("gibbsite"); };
  if (root.child("curves") != nullptr)
    throw RequestError(fmt::format(
        "{} holds curves that `gibbsite reweight` made; open its groups curves, peaks and crossings in xarray", path));
  if (std::none_of(root.attributes.begin(), root.attributes.end(), ours))  // stopped at once, it may have no groups yet
    throw RequestError(fmt::format("{} is an HDF5 file, but neither a result nor a model of gibbsite", path));
  note_format(root, path);
  try {
    check_result(root);
    if (request.json)
      fmt::print("{}\n", shown_as_json(root));
    else if (root.child("likelihood") != nullptr)
      print_likelihood(root, path);
    else
      print_result(root, path);
  } catch (const std::bad_variant_access&) {
    throw RequestError(
        fmt::format("{} is no result as gibbsite writes them: what should be numbers or texts is not", path));
  } catch (const std::logic_error& error) {
    throw RequestError(fmt::format("{} is no result as gibbsite writes them: {}", path, error.what()));
  }
  return 0;
}

int exact(const Request& request) {
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

int list(const Request& request) {
  const std::vector<std::string> wanted = request.arguments.empty() ? topics() : request.arguments;
  for (const std::string& topic : wanted) {
    if (wanted.size() > 1) fmt::print("{}{}\n", topic == wanted.front() ? "" : "\n", topic);
    std::size_t width = 0;
    for (const Listing& entry : entries(topic)) width = std::max(width, entry.name.size());
    for (const Listing& entry : entries(topic))
      fmt::print("  {:<{}}  {}\n", entry.name, width, wrapped(entry.meaning, width + 4));
  }
  return 0;
}

int execute(const std::vector<std::string>& words) {
  const Request request = parse(words);
  const std::string& command = request.command;
  if (command == "run") return run_study(request, joined(words));
  if (command == "show") return show(request);
  if (command == "exact" || command == "reweight" || command == "bench") use_threads(0);
  if (command == "exact") return exact(request);
  if (command == "list") return list(request);
  if (command == "bench") return bench(request);
  if (command == "reweight") return reweight(request);
  if (command == "loglik") return loglik(request, joined(words));
  if (command == "import") return import_weights(request, joined(words));
  if (command == "version") {
    fmt::print("gibbsite {} ({})\n", version(), git_commit());
    return 0;
  }
  const std::string text = help_text(request.arguments.empty() ? "" : request.arguments.front());
  const bool asked = !words.empty();
  if (!asked) {
    say_plainly(text);
    return 2;
  }
  fmt::print("{}", text);
  return 0;
}

}  // namespace gibbsite
