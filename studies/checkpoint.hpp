/// The parts of an unfinished run, in a folder beside the result. Nothing in it is ever changed in place:
///
///     OUT.h5.parts/manifest.h5            what runs: the resolved study and the program
///                 /task-3.h5              the latest state of task 3, and how many segments of its trace count
///                 /task-3-segment-0.h5    draws of task 3, written once
///                 /lock                   held by the process at work
///
/// A save writes the draws that are new into a segment of their own and then, in one rename, the state that counts it.
/// Killed before that rename, the segment is an orphan, and the next save of the task writes it anew. So at every
/// instant the folder holds one consistent state of each task, and no save rewrites what is there.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "samplers/method.hpp"

namespace gibbsite {

/// What a run must know before it goes on with the parts of another.
struct Manifest {
  std::string study;  ///< resolved, as TOML
  std::string version, git_commit;
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

class Parts {
 public:
  /// The parts of the result `out`. Touches nothing yet.
  explicit Parts(const std::filesystem::path& out);
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  /// Whether an unfinished run is there.
  bool exist() const;

  /// Locks the parts and starts anew: what an older run left is dropped.
  void begin(const Manifest& manifest);
  /// Locks the parts and goes on with them.
  Manifest resume();
  // Both throw std::runtime_error if another process is at work on the same result, or if the folder cannot be used.

  /// Saves a task: the rows of its trace that are new, and its snapshot. The trace must continue what was saved before.
  /// Any thread may call it, for tasks of its own. Throws std::runtime_error as write_archive does; what was saved
  /// before then still stands.
  void save(std::size_t task, const Snapshot& snapshot, const Trace& trace, Standing standing);

  /// The latest state saved, or nothing. Throws std::runtime_error for a damaged part.
  std::optional<TaskState> load(std::size_t task);

  /// Drops the parts, once the result is in place.
  void remove();

 private:
  /// The trace of a task as far as it is saved.
  struct Saved {
    std::size_t segments = 0, draws = 0, width = 0;
  };

  std::filesystem::path state_path(std::size_t task) const;
  std::filesystem::path segment_path(std::size_t task, std::size_t segment) const;
  void lock();
  void drop_files();

  std::filesystem::path out_, folder_;
  int lock_ = -1;
  std::mutex mutex_;  // over saved_
  std::map<std::size_t, Saved> saved_;
};

}  // namespace gibbsite
