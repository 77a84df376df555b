/// Which studies ask for more memory than there is.
#pragma once

#include <span>

#include "studies/files/memory.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// Throws RequestError for a task that asks for more memory than `memory`, before anything of it is built: bonds or
/// weights, replicas, snapshots, schedules, counted from below, so that nothing is refused that could run.
void check_memory(const Study& study, double memory = memory_here());

/// The same for the systems of a whole grid, which are built together.
void check_memory(std::span<const Task> tasks, double memory = memory_here());

/// The same for replicas of a system whose size only its file knows.
void check_memory_of_replicas(const Study& study, double sites, double memory = memory_here());

}  // namespace gibbsite
