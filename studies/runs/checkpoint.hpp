/// The parts of an unfinished run, in a folder beside the result. Nothing in it is ever changed in place:
///
///     OUT.h5.parts/manifest.h5            what runs: the resolved study and the program
///                 /task-3.h5              the latest state of task 3, and how many segments of its trace count
///                 /task-3-segment-0.h5    draws of task 3, written once
///                 /task-3-copy.h5         a second name of task-3.h5, should someone delete the first
///                 /task-3-result.h5       what came of task 3, once it is done, in place of all the others
///                 /lock                   held by the process at work
///
/// The manifest says how many tasks there are; these names, and temporary ones of theirs, are ours where there is a
/// manifest, and nothing else is ever removed or replaced. While the parts are taken away it is called over.h5, so that
/// what a kill leaves then is no run and is known as ours. Symbolic links are not followed.
///
/// A save writes the draws that are new into a segment of their own and then, in one rename, the state that counts it.
/// Killed before that rename, the segment is an orphan, and the next save of the task writes it anew. So at every
/// instant the folder holds one consistent state of each task, and no save rewrites what is there.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "samplers/method.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

/// What a run must know before it goes on with the parts of another.
struct Manifest {
  std::string study;  ///< resolved, as TOML
  std::string version, git_commit;
  std::size_t tasks = std::numeric_limits<std::size_t>::max();  ///< how many there are, if that is known
  bool extends = false;              ///< it makes a complete result longer, which stays until the longer one is whole
  std::int64_t sweeps_per_draw = 0;  ///< that all tasks have, where the study leaves it open; 0: as it chooses
};

/// How far a task is.
struct Standing {
  bool done = false;
  double seconds = 0;  ///< at work on it so far, over all interruptions
};

struct TaskState {
  Snapshot snapshot;
  Trace trace;
  Standing standing;
};

class CheckpointFolder {
 public:
  /// The parts of the result `out`. Touches nothing yet.
  explicit CheckpointFolder(const std::filesystem::path& out);
  ~CheckpointFolder();
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;

  /// Whether an unfinished run is there.
  bool exist() const;
  /// What runs there, without taking hold of it; nothing if no run does. Throws std::runtime_error as resume().
  std::optional<Manifest> look() const;
  /// Takes away what runs of this result left behind that were killed as they ended. Never throws.
  void tidy() noexcept;

  /// Locks the parts and starts anew: what an older run left is dropped; after a disappearance, too.
  void begin(const Manifest& manifest);
  /// Locks the parts and goes on with them.
  Manifest resume();
  // Both throw std::runtime_error if another process is at work on the same result, or if the folder cannot be used:
  // it is a link, say, or holds files of ours by name that no manifest of ours tells of.

  /// Saves a task: the rows of its trace that are new, and its snapshot. The trace must continue what was saved before.
  /// Any thread may call it, for tasks of its own. Throws std::runtime_error as write_archive does; what was saved
  /// before then still stands.
  void save(std::size_t task, const Snapshot& snapshot, const Trace& trace, Standing standing);

  /// The latest state saved, or nothing. Where the state is gone, its copy counts; where both are, `note` says so.
  /// Throws std::runtime_error for a damaged part.
  std::optional<TaskState> load(std::size_t task, const std::function<void(const std::string&)>& note = {});

  /// Saves what came of a task that is done, in place of its state and draws.
  void save_result(std::size_t task, const Group& result);
  /// That, or nothing. Throws std::runtime_error for a damaged one.
  std::optional<Group> load_result(std::size_t task) const;

  /// Whether the folder was taken away from under us.
  bool gone() const;
  /// Drops the parts, once the result is in place; false if some of ours could not be removed. Never throws.
  bool remove() noexcept;

 private:
  /// The trace of a task as far as it is saved.
  struct Saved {
    std::size_t segments = 0, draws = 0, width = 0;
  };

  std::filesystem::path state_path(std::size_t task) const;
  std::filesystem::path copy_path(std::size_t task) const;
  std::filesystem::path segment_path(std::size_t task, std::size_t segment) const;
  std::filesystem::path result_path(std::size_t task) const;
  bool owns(const std::string& name, std::size_t tasks) const;
  void lock();
  void unlock() noexcept;
  bool drop_files(std::size_t tasks) noexcept;
  void drop_older_run();

  std::filesystem::path out_, folder_;
  int lock_ = -1;
  std::size_t tasks_ = Manifest().tasks;  // of the manifest
  std::mutex mutex_;                      // over saved_
  std::map<std::size_t, Saved> saved_;
};

}  // namespace gibbsite
