/// What can be refused before anything is built: what shows only in several keys together, and studies that ask for
/// more memory than there is. All throw RequestError naming the keys.
#pragma once

#include <span>

#include "studies/files/memory.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// One task of a study, before anything of it is built. Memory: bonds or weights, replicas, snapshots, schedules,
/// counted from below, so that nothing is refused that could run.
void check_study(const Study& study);
void check_memory(const Study& study, double memory = memory_here());
/// The systems of a whole grid, which are built together.
void check_tasks(std::span<const Task> tasks);
void check_memory(std::span<const Task> tasks, double memory = memory_here());
/// Replicas of a system whose size only its file knows.
void check_memory_of_replicas(const Study& study, const System& system, double memory = memory_here());

}  // namespace gibbsite
