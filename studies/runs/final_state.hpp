/// The final states of a run, kept in its result so that it can be made longer: the group `final_state`.
///
/// A task's snapshot becomes bytes: each array with its name, kind and length; of states, whose bytes take few values
/// (spins take two), one, two or four bits instead of eight. They stand in `state` on (block, byte), and `length` says
/// how many of them each task has. With them and the series of the file the run goes on as if it had never ended; what
/// the series leave out of a draw stands among them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "samplers/method.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

std::vector<std::byte> packed(const Snapshot& snapshot);
/// Throws std::invalid_argument for what packed() has not made.
Snapshot unpacked(std::span<const std::byte> bytes);

/// The group of these tasks, [task]; nothing to keep gives an empty one.
Group final_state_group(std::span<const std::vector<std::byte>> tasks);
/// The same of one task.
Group final_state_group(const Snapshot& task);
/// That of a task, from the group of one or of all; nothing where it is not there or is damaged.
std::optional<Snapshot> final_state_in(const Group* group, std::size_t task);

}  // namespace gibbsite
