/// The result of a study from its tasks, however far each of them has come.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "studies/files/record.hpp"
#include "studies/runs/task_run.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// Attributes and groups of the result file. What needs all tasks (the grid's dimensions) is left out while some have
/// no draws. `command`: the command line; `seconds`: how long it took. Large groups of finished tasks are looked up
/// when they are written, while the tasks stand (Group::elsewhere); where a grid is arrays, they are copied.
Group whole_result(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, const std::string& command,
                   double seconds);

}  // namespace gibbsite
