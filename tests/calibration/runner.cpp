#include "tests/calibration/runner.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <sstream>

#include "physics/exact/network.hpp"
#include "studies/command_line/options.hpp"
#include "studies/files/variables.hpp"
#include "studies/learning/training.hpp"
#include "studies/likelihood/judged.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/results/combined_tasks.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/reweight/reweighted.hpp"
#include "studies/runs/task_run.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/network_keys.hpp"
#include "tests/calibration/systems.hpp"

namespace gibbsite::calibration {
namespace {

/// The ln Z that likelihoods are made from: the error of their mean that comes from it is its error.
const std::string behind = "ln Z behind the likelihood";

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// "{n}" as the n numbers of a seed.
std::string with_numbers(std::string text, std::uint64_t seed) {
  const std::size_t open = text.find('{');
  if (open == std::string::npos) return text;
  const std::uint64_t n = std::stoull(text.substr(open + 1));
  return text.replace(open, text.find('}') + 1 - open, fmt::format("{}:{}", n * (seed - 1) + 1, n * seed));
}

/// What `gibbsite run` would write.
Group record_of(const Request& request) {
  Group root;
  Group tasks{.name = "tasks"};
  ProgressMeter meter(std::vector(request.tasks.size(), 1.0), std::vector(request.tasks.size(), 1.0), true);
  for (std::size_t k = 0; k < request.tasks.size(); ++k) {
    TaskRun task(request.tasks[k], k);
    task.advance([] { return false; }, meter);
    std::optional<Group> result = task.result(fmt::format("{:03}", k));
    if (!result) continue;
    for (const auto& [key, value] : request.tasks[k].coordinates) result->attributes.emplace_back(key, value);
    if (request.grid.empty()) {
      root.groups = std::move(result->groups);
      return root;
    }
    tasks.groups.push_back(std::move(*result));
  }
  root.groups = combine(request, tasks.groups);
  root.groups.push_back(std::move(tasks));
  return root;
}

Group reweighted(const Group& root, const std::vector<double>& beta) {
  Group out = reweighted_record(measure(curves_of(root, "run"), beta));
  if (const Group* model = root.child("model")) out.groups.push_back(*model);
  return out;
}

/// Mean log-likelihoods, the error of ln Z being all that is unknown; and ln Z by routes that are believed or not.
void add_likelihood(std::vector<Number>& numbers, const Group& root) {
  const Group &free_energy = *root.child("free_energy"), &likelihood = *root.child("likelihood");
  const auto& names = std::get<std::vector<std::string>>(free_energy.find("estimator")->data);
  const auto& trusted = std::get<std::vector<std::int8_t>>(free_energy.find("trusted")->data);
  for (Number& n : numbers)
    for (std::size_t k = 0; k < names.size(); ++k)
      if (n.estimator == names[k]) {
        n.beta = 1;
        n.doubted = trusted[k] == 0;
      }
  if (text_attribute(likelihood, "kind") != "exact given ln Z") return;
  const std::string best = text_attribute(likelihood, "log_z_by");
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] != best) continue;
    numbers.push_back({.quantity = behind,
                       .beta = 1,
                       .estimate = {.value = doubles(free_energy, "log_z")[k],
                                    .error = doubles(likelihood, "mean_error_log_z").front()}});
  }
}

/// Of the model that a training ended with: an rbm by the sum over its states, an energy by its closed form or
/// quadrature.
double exact_log_z_of(const Group& model) {
  constexpr double most_states = 0x1p22;
  const std::string where = "the model that was trained";
  if (is_stored_energy(model))
    return energy_system(Study(), stored_energy(model, where).energy)->exact_log_z(most_states).value_or(unknown);
  const ModelFile file = model_from(model, where);
  const Network& network = *std::get<std::shared_ptr<const Network>>(file.model);
  const auto exact = exact_log_z(network, Reference::flat(network.layers()[0]), std::vector<double>{1.0},
                                 SummationLimits{.states = most_states});
  return std::get<std::vector<double>>(exact).front();
}

/// What a training says of ln Z in the end, beside the exact one.
std::vector<Number> numbers_of_training(const Training& training) {
  const double exact = exact_log_z_of(training.record());
  std::vector<Number> numbers;
  const auto add = [&](const char* name, Recorded value, Recorded error) {
    numbers.push_back(
        {.quantity = name, .estimate = {.value = training.last(value), .error = training.last(error)}, .exact = exact});
  };
  if (training.last(Recorded::log_z_error) > 0) add("ln Z that judges", Recorded::log_z, Recorded::log_z_error);
  if (training.last(Recorded::learned_log_z_error) > 0)
    add("ln Z of the method", Recorded::learned_log_z, Recorded::learned_log_z_error);
  return numbers;
}

bool compares_with_exact(const std::string& warning, const Group& root) {
  if (warning.find("exact answers are missed") != std::string::npos) return true;
  const Group* ln_z = root.child("free_energy");
  const Variable* routes = ln_z == nullptr ? nullptr : ln_z->find("estimator");
  if (routes == nullptr || root.child("likelihood") == nullptr) return false;
  const auto& names = std::get<std::vector<std::string>>(routes->data);
  return warning.starts_with("DISAGREE") && !names.empty() && names[0] == "exact";
}

}  // namespace

Runner::Runner(const Case& what, double errors) : case_(what), errors_(errors) {
  omp_set_num_threads(1);
  const Request request = request_of(1);
  if (!what.then.empty()) {
    std::vector<std::string> words = words_of(what.then);
    words.insert(words.begin() + 1, "run.h5");
    beta_ = parse(words).beta;
  }
  Request system = request;
  if (request.command == "loglik") {
    Study& study = system.tasks.front().study;
    study.keys<NetworkKeys>().reference = study.keys<AisKeys>().reference;
    const std::string energy = energy_kind_in(study.keys<NetworkKeys>().file);
    study.model.name = energy.empty() ? NetworkSystem(study).model().name() : energy;
    judged_ = judge_file(study);
    if (!energy.empty()) exact_ = judged_->system().exact_log_z(0x1p26).value_or(unknown);
  }
  if (request.command != "train") truth_ = std::make_unique<Truth>(what, system, beta_);
}

Runner::~Runner() = default;

Request Runner::request_of(std::uint64_t seed) const {
  std::vector<std::string> words = words_of(with_numbers(case_.command, seed));
  if (words.front() == "run" || words.front() == "train") words.insert(words.begin() + 1, std::string(empty_study));
  for (const char* word : {"--run.threads", "1", "--run.seed"}) words.emplace_back(word);
  words.push_back(fmt::format("{}", seed));
  words.emplace_back("--quiet");
  return parse(words);
}

Outcome Runner::run(std::uint64_t seed) {
  omp_set_num_threads(1);
  const Request request = request_of(seed);
  if (request.command == "train") {
    Training training(request.tasks.front(), 0);
    while (!training.done()) training.advance(0);
    return judged(numbers_of_training(training), training.warnings());
  }
  Group root;
  if (request.command == "loglik")
    root = likelihood_record(*judged_, request.tasks.front().study, request, case_.command);
  else
    root = record_of(request);
  if (!case_.then.empty()) root = reweighted(root, beta_);
  std::vector<Number> numbers = numbers_of(root);
  if (request.command == "loglik") add_likelihood(numbers, root);
  if (!std::isnan(exact_))
    for (Number& n : numbers) n.exact = exact_;
  std::vector<std::string> warnings = warnings_of(root);
  std::erase_if(warnings, [&](const std::string& warning) { return compares_with_exact(warning, root); });
  return judged(std::move(numbers), std::move(warnings));
}

Outcome Runner::judged(std::vector<Number> numbers, std::vector<std::string> warnings) const {
  Outcome out{.numbers = {}, .warnings = std::move(warnings)};
  for (Number& n : numbers) {
    n.estimate.error *= errors_;
    Number named = n;
    if (n.quantity == behind) named.quantity = "log_z";
    const double exact = std::isfinite(n.exact) ? n.exact : truth_->of(named);
    Judged one{std::move(n), exact, unknown};
    if (!std::isfinite(one.exact)) continue;
    one.z = z_of(one.number, one.exact);
    if (one.number.estimate.error == 0 && one.z == 0) continue;  // known without error
    out.numbers.push_back(std::move(one));
  }
  return out;
}

}  // namespace gibbsite::calibration
