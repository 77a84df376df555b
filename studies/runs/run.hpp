/// `gibbsite run`: tasks in parallel, checkpoints, resume, and the result in its place.
#pragma once

#include <cstdint>
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

const Command& run_command();
/// Goes on with a run that was stopped, or died, without its study file.
const Command& resume_command();

}  // namespace gibbsite
