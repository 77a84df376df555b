/// A finished run made longer: its result becomes the checkpoints of the longer one, which then goes on as any other.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "studies/files/record.hpp"
#include "studies/runs/task_run.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

/// The study of a complete result with more sweeps, as the keys of a command line ask for them. Throws RequestError
/// where anything else would change, where there are no more sweeps, or where it cannot be made longer.
Request longer_study(const std::string& path, const Group& root, const Settings& keys);

/// Reads a complete result task by task; makes of each the checkpoint of a run that is not yet done.
class ResultToExtend {
 public:
  /// Throws RequestError where its final states are not in it.
  explicit ResultToExtend(const std::filesystem::path& path);
  /// Sweeps that a draw stands for.
  std::int64_t sweeps_per_draw() const { return sweeps_per_draw_; }
  /// Draws that its study asked of a task.
  std::size_t draws_wanted(std::size_t k) const { return draws_wanted_.at(k); }
  /// The groups of a task, and its final state.
  Group task(std::size_t k) const;

 private:
  /// part: of its variables, "series/", or all.
  Group read_task(std::size_t k, const std::string& part) const;

  std::filesystem::path path_;
  std::vector<Group> arrays_;  // the tasks, where they are arrays
  bool in_groups_ = false;
  std::int64_t sweeps_per_draw_ = 1;
  std::vector<std::size_t> draws_wanted_;  // [task]
};

}  // namespace gibbsite
