#include "studies/runs/whole_result.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/results/combined_tasks.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/request.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

std::string system_text(const Request& request, const TaskRun& first) {
  std::string text = first.description();
  for (const auto& [key, values] : request.grid) text += fmt::format("; grid over {} ({} values)", key, values.size());
  return text;
}

}  // namespace

Group whole_result(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, const std::string& command,
                   double seconds) {
  const bool complete = std::ranges::all_of(tasks, [](const auto& task) { return task->finished(); });
  Group root;
  root.attributes = run_attributes(command, request, seconds, complete ? "complete" : "partial");
  root.attributes.emplace_back("system", system_text(request, *tasks.front()));
  root.attributes.emplace_back("plan", tasks.front()->plan());
  if (request.grid.empty()) {
    if (auto result = tasks.front()->result("")) root.groups = std::move(result->groups);
    return root;
  }
  Group all{.name = "tasks"};
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    auto result = tasks[k]->result(fmt::format("{:03}", k));
    if (!result) continue;
    for (const auto& [key, value] : request.tasks[k].coordinates) result->attributes.emplace_back(key, value);
    all.groups.push_back(std::move(*result));
  }
  const bool whole = all.groups.size() == tasks.size();
  if (whole) root.groups = combine(request, all.groups);
  root.groups.push_back(std::move(all));
  const auto few = static_cast<std::size_t>(request.tasks.front().study.run.tasks_in_file);
  if (whole && tasks.size() > few) tasks_as_arrays(request, root);
  return root;
}

}  // namespace gibbsite
