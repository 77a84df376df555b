// The tasks of a checkpoint: snapshots and traces as records, and back.
#include "studies/runs/checkpoint.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "studies/runs/checkpoint_files.hpp"

namespace gibbsite {
using namespace parts;

namespace {

template <class To, class From>
std::vector<To> same_bits(const std::vector<From>& from) {
  static_assert(sizeof(To) == sizeof(From));
  std::vector<To> to(from.size());
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size() * sizeof(From));
  return to;
}

Variable array(const std::string& name, Column data) {
  const std::size_t size = std::visit([](const auto& d) { return d.size(); }, data);
  return {name, {}, {size}, std::move(data), "1", ""};
}

Group to_group(const Snapshot& snapshot) {
  Group numbers{"numbers", {}, {}, {}}, counts{"counts", {}, {}, {}}, bytes{"bytes", {}, {}, {}};
  for (const auto& [name, data] : snapshot.numbers) numbers.variables.push_back(array(name, data));
  for (const auto& [name, data] : snapshot.counts)
    counts.variables.push_back(array(name, same_bits<std::int64_t>(data)));
  for (const auto& [name, data] : snapshot.bytes) bytes.variables.push_back(array(name, same_bits<std::int8_t>(data)));
  return {"snapshot", {}, {}, {std::move(numbers), std::move(counts), std::move(bytes)}};
}

/// Throws std::bad_variant_access or std::out_of_range for a group that to_group has not made.
Snapshot to_snapshot(const Group& group) {
  Snapshot snapshot;
  for (const Variable& v : group.groups.at(0).variables)
    snapshot.numbers[v.name] = std::get<std::vector<double>>(v.data);
  for (const Variable& v : group.groups.at(1).variables)
    snapshot.counts[v.name] = same_bits<std::uint64_t>(std::get<std::vector<std::int64_t>>(v.data));
  for (const Variable& v : group.groups.at(2).variables)
    snapshot.bytes[v.name] = same_bits<std::byte>(std::get<std::vector<std::int8_t>>(v.data));
  return snapshot;
}

}  // namespace

void CheckpointFolder::save(std::size_t task, const Snapshot& snapshot, const Trace& trace, Standing standing) {
  if (lock_ < 0) throw std::logic_error("CheckpointFolder::save before begin or resume");
  Saved saved;
  {
    const std::lock_guard guard(mutex_);
    const auto known = saved_.find(task);
    if (known != saved_.end())
      saved = known->second;
    else if (fs::exists(state_path(task)))
      throw std::logic_error(fmt::format("task {}: saved before it was loaded", task));
  }
  if (trace.draws() < saved.draws || (saved.draws > 0 && trace.width != saved.width))
    throw std::logic_error(fmt::format("task {}: the trace does not continue what was saved of it", task));

  if (trace.draws() > saved.draws) {
    const auto from = trace.rows.begin() + static_cast<std::ptrdiff_t>(saved.draws * trace.width);
    Group segment{"", {{"format", format}}, {}, {}};
    segment.attributes.emplace_back("first", static_cast<std::int64_t>(saved.draws));
    segment.variables.push_back(
        {"rows", {}, {trace.draws() - saved.draws, trace.width}, std::vector<double>(from, trace.rows.end()), "1", ""});
    write_archive(segment_path(task, saved.segments), segment, Packing::plain);
    saved.segments += 1;
  }
  saved.draws = trace.draws();
  saved.width = trace.width;

  Group state{"", {{"format", format}}, {}, {to_group(snapshot)}};
  state.attributes.emplace_back("segments", static_cast<std::int64_t>(saved.segments));
  state.attributes.emplace_back("draws", static_cast<std::int64_t>(saved.draws));
  state.attributes.emplace_back("width", static_cast<std::int64_t>(saved.width));
  state.attributes.emplace_back("done", std::int64_t{standing.done});
  state.attributes.emplace_back("seconds", standing.seconds);
  write_archive(state_path(task), state, Packing::plain);
  ::unlink(copy_path(task).c_str());
  (void)!::link(state_path(task).c_str(), copy_path(task).c_str());  // not every file system has such links
  const std::lock_guard guard(mutex_);
  saved_[task] = saved;
}

std::optional<TaskState> CheckpointFolder::load(std::size_t task, const std::function<void(const std::string&)>& note) {
  if (lock_ < 0) throw std::logic_error("CheckpointFolder::load before begin or resume");
  std::error_code none;
  TaskState state;
  Saved saved;
  const bool in_place = fs::exists(state_path(task), none), found = in_place || fs::exists(copy_path(task), none);
  const fs::path from = in_place ? state_path(task) : copy_path(task);
  if (found && !in_place && note)
    note(fmt::format("{} is not there; the task goes on from its copy, with the draws of its segments",
                     state_path(task).string()));
  if (!found && note && fs::exists(segment_path(task, 0), none))
    note(
        fmt::format("{} is not there, though draws of its task are (a first save that was killed, or a file that was "
                    "deleted): the task starts from its beginning, to the same draws",
                    state_path(task).string()));
  if (found)
    read_part(from, [&](const Group& group) {
      saved = {count(group, "segments"), count(group, "draws"), count(group, "width")};
      state.snapshot = to_snapshot(group.groups.at(0));
      state.standing = {attribute<std::int64_t>(group, "done") != 0, attribute<double>(group, "seconds")};
      return true;
    });
  state.trace.width = saved.width;
  for (std::size_t s = 0; s < saved.segments; ++s)
    read_part(segment_path(task, s), [&](const Group& group) {
      const auto& rows = std::get<std::vector<double>>(group.variables.at(0).data);
      if (count(group, "first") != state.trace.draws() || group.variables[0].shape.at(1) != saved.width)
        refuse_part(segment_path(task, s));
      state.trace.rows.insert(state.trace.rows.end(), rows.begin(), rows.end());
      return true;
    });
  if (state.trace.draws() != saved.draws) refuse_part(state_path(task));
  fs::remove(segment_path(task, saved.segments), none);  // the orphan of a save that was killed
  const std::lock_guard guard(mutex_);
  saved_[task] = saved;
  if (!found) return std::nullopt;
  return state;
}

void CheckpointFolder::save_result(std::size_t task, const Group& result) {
  if (lock_ < 0) throw std::logic_error("CheckpointFolder::save_result before begin or resume");
  Group root{"", {{"format", format}}, {}, {}};
  root.groups.push_back(result);
  root.groups.back().name = "result";
  write_archive(result_path(task), root);
  std::size_t segments = 0;
  {
    const std::lock_guard guard(mutex_);
    segments = saved_[task].segments;
    saved_.erase(task);
  }
  std::error_code kept;  // what stays does no harm: the result counts
  fs::remove(state_path(task), kept);
  fs::remove(copy_path(task), kept);
  for (std::size_t s = 0; s < segments; ++s) fs::remove(segment_path(task, s), kept);
}

std::optional<Group> CheckpointFolder::load_result(std::size_t task) const {
  std::error_code none;
  if (lock_ < 0 || !fs::exists(result_path(task), none)) return std::nullopt;
  return read_part(result_path(task), [](Group& root) { return std::move(root.groups.at(0)); });
}

}  // namespace gibbsite
