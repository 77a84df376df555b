/// `gibbsite run`: tasks in parallel, checkpoints, resume, and the result in its place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "studies/study/command.hpp"

namespace gibbsite {

/// The attributes that every result begins with.
std::vector<std::pair<std::string, std::variant<std::string, double, std::int64_t>>> run_attributes(
    const std::string& command, const Request& request, double seconds, const std::string& state);

/// Runs the study of `request` and prints its result; `command` is the command line, for the record. Returns the exit
/// code: 0 done, 75 stopped at a checkpoint. Throws RequestError for a request that cannot be, std::runtime_error for
/// what fails on the way (what was checkpointed is kept).
int run_study(const Request& request, const std::string& command);

/// Tries tasks of several sizes for a second or two in all, and prints what the whole will take: time, memory, layout,
/// size of the draws. Writes nothing. tasks_side_by_side: whether threads share out tasks, not replicas.
int dry_run(const Request& request, const std::vector<std::unique_ptr<class TaskRun>>& tasks, bool tasks_side_by_side);

const Command& run_command();
/// Goes on with a run that was stopped, or died, without its study file.
const Command& resume_command();

}  // namespace gibbsite
