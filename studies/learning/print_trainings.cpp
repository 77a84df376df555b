// What `gibbsite train` prints at its end.
#include <fmt/format.h>

#include <cmath>

#include "studies/files/json.hpp"
#include "studies/learning/training.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {

void print_trainings(const Request& request, const std::vector<Trained>& tasks,
                     const std::vector<std::filesystem::path>& files) {
  if (request.json) {
    Json all = Json::list();
    for (std::size_t k = 0; k < tasks.size(); ++k) {
      const Trained& task = tasks[k];
      Json one = {{"method", method_of(request.tasks[k].study)},
                  {"updates", static_cast<std::int64_t>(task.of(Recorded::update))},
                  {"seconds", task.of(Recorded::seconds)},
                  {"file", files[k].string()},
                  {"warnings", task.warnings}};
      if (!std::isnan(task.of(Recorded::log_likelihood)))
        one["log_likelihood"] = {{"training", task.of(Recorded::log_likelihood)},
                                 {"validation", task.of(Recorded::validation_log_likelihood)},
                                 {"error", task.of(Recorded::log_likelihood_error)},
                                 {"route", task.route},
                                 {"bound", task.of(Recorded::bound) == 1}};
      if (!std::isnan(task.of(Recorded::fixed_points))) one["fixed_points"] = task.of(Recorded::fixed_points);
      if (!std::isnan(task.of(Recorded::coupling_error))) one["coupling_error"] = task.of(Recorded::coupling_error);
      if (!std::isnan(task.of(Recorded::divergence))) one["divergence"] = task.of(Recorded::divergence);
      if (!std::isnan(task.of(Recorded::bits)))
        one["bits_per_dimension"] = {{"training", task.of(Recorded::bits)},
                                     {"validation", task.of(Recorded::validation_bits)}};
      if (!std::isnan(task.of(Recorded::accuracy)))
        one["accuracy"] = {{"training", task.of(Recorded::accuracy)},
                           {"validation", task.of(Recorded::validation_accuracy)}};
      if (!std::isnan(task.of(Recorded::energy_gap))) {
        one["energy_gap"] = {{"training", task.of(Recorded::energy_gap)},
                             {"validation", task.of(Recorded::validation_energy_gap)}};
        one["calibration_error"] = {{"training", task.of(Recorded::calibration_error)},
                                    {"validation", task.of(Recorded::validation_calibration_error)}};
      }
      if (!std::isnan(task.of(Recorded::mean_deviation)))
        one["embedding"] = {{"mean_deviation", task.of(Recorded::mean_deviation)},
                            {"least_deviation", task.of(Recorded::least_deviation)},
                            {"effective_rank", task.of(Recorded::effective_rank)},
                            {"neighbour_accuracy", task.of(Recorded::neighbour_accuracy)},
                            {"probe_accuracy", task.of(Recorded::probe_accuracy)},
                            {"input_neighbour_accuracy", task.of(Recorded::input_neighbour_accuracy)},
                            {"input_probe_accuracy", task.of(Recorded::input_probe_accuracy)}};
      if (!std::isnan(task.of(Recorded::energy)))
        one["energy"] = {{"training", task.of(Recorded::energy)},
                         {"validation", task.of(Recorded::validation_energy)},
                         {"away", task.of(Recorded::energy_away)}};
      for (const auto& [key, value] : request.tasks[k].coordinates) one[key] = value;
      all.push_back(std::move(one));
    }
    fmt::print("{}\n", (all.size() == 1 ? all.front() : all).dump());
    return;
  }
  if (request.quiet) return;
  const std::string plan = tasks.size() == 1
                               ? tasks.front().plan
                               : fmt::format("{} models, the first of them: {}", tasks.size(), tasks.front().plan);
  fmt::print("{}\n  {}\n\n", request.out.string(), wrapped(plan, 2, page_width()));
  std::vector<std::string> header;
  for (const auto& [key, values] : request.grid) header.push_back(key.substr(key.rfind('.') + 1));
  const std::size_t left = header.size();
  const bool validation = !std::isnan(tasks.front().of(Recorded::validation_log_likelihood));
  const bool truth = !std::isnan(tasks.front().of(Recorded::coupling_error));
  const bool labels = !std::isnan(tasks.front().of(Recorded::accuracy));
  const bool patterns = !std::isnan(tasks.front().of(Recorded::fixed_points));
  const bool bound =
      std::any_of(tasks.begin(), tasks.end(), [](const auto& task) { return task.of(Recorded::bound) == 1; });
  const auto any = [&](Recorded what) {
    return std::any_of(tasks.begin(), tasks.end(), [&](const auto& task) { return !std::isnan(task.of(what)); });
  };
  const bool density = any(Recorded::log_likelihood), gaps = any(Recorded::energy_gap),
             held_gaps = any(Recorded::validation_energy_gap);
  if (density) header.push_back(bound ? "ln p (bound)" : "ln p");
  if (validation) header.push_back(bound ? "validation (bound)" : "validation ln p");
  if (truth) header.push_back("error of J");
  if (patterns) header.push_back("fixed points");
  if (labels) header.push_back("accuracy");
  const bool held_labels = any(Recorded::validation_accuracy);
  if (held_labels) header.push_back("validation accuracy");
  if (gaps) header.insert(header.end(), {"energy gap", "calibration error"});
  if (held_gaps) header.emplace_back("validation error");
  const bool embedded = any(Recorded::mean_deviation), probed = any(Recorded::probe_accuracy);
  if (embedded) header.insert(header.end(), {"deviation", "least", "directions"});
  if (probed) header.insert(header.end(), {"probe", "neighbours"});
  const bool codes = any(Recorded::energy), held_codes = any(Recorded::validation_energy);
  if (codes) header.insert(header.end(), {"F", "F anywhere"});
  if (held_codes) header.emplace_back("validation F");
  const bool known = !std::isnan(tasks.front().of(Recorded::divergence));
  const bool bits = !std::isnan(tasks.front().of(Recorded::bits));
  if (known) header.emplace_back("KL to the truth");
  if (bits) header.emplace_back("bits a dimension");
  if (bits && validation) header.emplace_back("validation bits");
  const bool objective = std::any_of(tasks.begin(), tasks.end(),
                                     [](const auto& task) { return !std::isnan(task.of(Recorded::objective)); });
  if (density) header.emplace_back("ln Z");
  for (const char* name : {objective ? "objective" : "reconstruction error", "updates", "seconds"})
    header.emplace_back(name);
  Table table(header, left);
  const auto nats = [](const Trained& task, Recorded value, Recorded error) {
    return task.of(error) > 0 || std::isnan(task.of(error)) ? with_error(task.of(value), task.of(error))
                                                            : fmt::format("{:.6f}", task.of(value));
  };
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    const Trained& task = tasks[k];
    std::vector<std::string> row;
    for (const auto& [key, value] : request.tasks[k].coordinates) row.push_back(value);
    if (density) row.push_back(nats(task, Recorded::log_likelihood, Recorded::log_likelihood_error));
    if (validation)
      row.push_back(nats(task, Recorded::validation_log_likelihood, Recorded::validation_log_likelihood_error));
    if (truth) row.push_back(fmt::format("{:.5f}", task.of(Recorded::coupling_error)));
    if (patterns) row.push_back(fmt::format("{:.4g} %", 100 * task.of(Recorded::fixed_points)));
    if (labels) row.push_back(fmt::format("{:.2f} %", 100 * task.of(Recorded::accuracy)));
    if (held_labels) row.push_back(fmt::format("{:.2f} %", 100 * task.of(Recorded::validation_accuracy)));
    if (gaps) {
      row.push_back(fmt::format("{:.4g}", task.of(Recorded::energy_gap)));
      row.push_back(fmt::format("{:.4f}", task.of(Recorded::calibration_error)));
    }
    if (held_gaps) row.push_back(fmt::format("{:.4f}", task.of(Recorded::validation_calibration_error)));
    if (embedded)
      for (const Recorded what : {Recorded::mean_deviation, Recorded::least_deviation, Recorded::effective_rank})
        row.push_back(fmt::format("{:.4g}", task.of(what)));
    if (probed)
      for (const Recorded what : {Recorded::probe_accuracy, Recorded::neighbour_accuracy})
        row.push_back(fmt::format("{:.2f} %", 100 * task.of(what)));
    if (codes) {
      row.push_back(fmt::format("{:.5g}", task.of(Recorded::energy)));
      row.push_back(fmt::format("{:.5g}", task.of(Recorded::energy_away)));
    }
    if (held_codes) row.push_back(fmt::format("{:.5g}", task.of(Recorded::validation_energy)));
    if (known) row.push_back(fmt::format("{:.5f}", task.of(Recorded::divergence)));
    if (bits) row.push_back(fmt::format("{:.4f}", task.of(Recorded::bits)));
    if (bits && validation) row.push_back(fmt::format("{:.4f}", task.of(Recorded::validation_bits)));
    if (density) row.push_back(nats(task, Recorded::log_z, Recorded::log_z_error));
    row.push_back(objective ? fmt::format("{:.5g}", task.of(Recorded::objective))
                            : fmt::format("{:.4f}", task.of(Recorded::reconstruction_error)));
    row.push_back(fmt::format("{:.0f}", task.of(Recorded::update)));
    row.push_back(fmt::format("{:.1f}", task.of(Recorded::seconds)));
    table.add(std::move(row));
  }
  fmt::print("{}", table.text());
  if (tasks.size() > 1) fmt::print("\nModels: {} to {}\n", files[0].string(), files[tasks.size() - 1].string());
  if (probed)
    fmt::print("Samples as they are: probe {:.2f} %, neighbours {:.2f} %\n",
               100 * tasks.front().of(Recorded::input_probe_accuracy),
               100 * tasks.front().of(Recorded::input_neighbour_accuracy));
  for (const auto& task : tasks)
    for (const std::string& warning : task.warnings)
      fmt::print("  ! {}{}\n", task.name.empty() ? "" : task.name + ": ", wrapped(warning, 4, page_width()));
}

}  // namespace gibbsite
