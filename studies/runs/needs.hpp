/// What a run will take of memory and disk at most, and whether that is there: found out before it starts.
///
/// Of a task with draws of d bytes (rows x numbers x 8):
///   memory  4 d: its trace; when it is done its series, d at most, beside it; and the columns that estimates are made
///           of (2.3 to 3.3 d were seen in all). Tasks side by side need this at once. What is done is held in memory
///           while all draws are below spill_above, or where a grid is written as arrays: there once more when the
///           arrays are made, and packed; else each task goes to the checkpoints when it is done.
///   disk    d in the checkpoints, where draws stand as they are, and d at most in the result, packed: whole-number
///           energies take a fifth of it, so that the sum is at most 1.7 times what is used.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "studies/runs/task_run.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// Bytes of draws from which on a grid's tasks leave memory when they are done, and a result is made on disk.
inline constexpr double spill_above = 256e6;

struct RunNeeds {
  double draws = 0;     ///< bytes of all draws in memory
  double memory = 0;    ///< bytes that the run needs more than it has now, replicas among them
  double disk = 0;      ///< bytes in the result's folder, while it runs
  double file = 0;      ///< bytes of the result
  bool arrays = false;  ///< whether the tasks are written as arrays, for which their draws are in memory together
  bool spills = false;  ///< whether tasks leave memory when they are done
};

/// replicas: bytes of those of the largest task.
RunNeeds needs_of(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, double side_by_side,
                  double replicas);

/// Throws RequestError, saying what it needs, what there is and what to change, where `needs` are more than `memory` or
/// `disk`. A run that may stop early (method.target_error) is not held to what it could take.
void check_needs(const RunNeeds& needs, const Request& request, double memory, double disk);

/// The same for what is there now; the replicas of the largest task are made for a moment where it depends on them.
RunNeeds check_room(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, double side_by_side);

/// Bytes free in the folder of a file; infinite where that is not known.
double disk_free(const std::filesystem::path& file);

}  // namespace gibbsite
