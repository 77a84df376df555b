#include "studies/runs/whole_result.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/results/combined_tasks.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/runs/final_state.hpp"
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

/// Takes the final states out of their tasks into one group; nothing where not all have one.
Group all_final_states(Group& tasks) {
  std::vector<std::vector<std::byte>> states;
  for (Group& task : tasks.groups) {
    if (const auto kept = final_state_in(task.child("final_state"), 0)) states.push_back(packed(*kept));
    std::erase_if(task.groups, [](const Group& group) { return group.name == "final_state"; });
  }
  return final_state_group(states.size() == tasks.groups.size() ? states : std::vector<std::vector<std::byte>>());
}

}  // namespace

Group whole_result(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, const std::string& command,
                   double seconds) {
  const bool complete = std::ranges::all_of(tasks, [](const auto& task) { return task->done(); });
  Group root;
  root.attributes = run_attributes(command, request, seconds, complete ? "complete" : "partial");
  root.attributes.emplace_back("system", system_text(request, *tasks.front()));
  root.attributes.emplace_back("plan", tasks.front()->plan());
  if (request.grid.empty()) {
    if (auto result = tasks.front()->outline("")) root.groups = std::move(result->groups);
    return root;
  }
  Group all{.name = "tasks"};
  const bool arrays = tasks.size() > static_cast<std::size_t>(request.tasks.front().study.run.tasks_in_file);
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    const std::string name = fmt::format("{:03}", k);
    auto result = arrays ? tasks[k]->result(name) : tasks[k]->outline(name);
    if (!result) continue;
    for (const auto& [key, value] : request.tasks[k].coordinates) result->attributes.emplace_back(key, value);
    all.groups.push_back(std::move(*result));
  }
  const bool whole = all.groups.size() == tasks.size();
  if (whole) root.groups = combine(request, all.groups);
  root.groups.push_back(std::move(all));
  if (!whole || !arrays) return root;
  Group states = all_final_states(root.groups.back());
  tasks_as_arrays(request, root);
  if (!states.variables.empty()) root.groups.push_back(std::move(states));
  return root;
}

}  // namespace gibbsite
