/// A grid of many tasks as arrays on (keys..., own dimensions), without a group for each, and back.
#pragma once

#include <vector>

#include "studies/files/record.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// root: with its tasks, and what combine() made of them. Afterwards all groups of the tasks are arrays of the root:
/// what is the same in all tasks once, attributes that differ as variables, warnings and notes with the task that they
/// speak of. What does not fit (bonds of systems of different sizes) stays in /tasks.
void tasks_as_arrays(const Request& request, Group& root);

/// Whether a group stands on a grid's keys.
bool on_grid(const Group& group);

/// The tasks of a grid in either form, each with the grid's keys ("model.size") and their values as attributes; none
/// for a result of one system. Averages over tasks are of none of them.
std::vector<Group> tasks_of(const Group& root);

}  // namespace gibbsite
