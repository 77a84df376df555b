/// One task of a study on its way: built when its turn comes, advanced in slices, saved and loaded at any of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/record.hpp"
#include "studies/runs/checkpoint.hpp"
#include "studies/runs/progress.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

class TaskRun {
 public:
  /// Where the large groups of a finished task's result are: here, or in the checkpoints alone.
  enum class Held { here, in_parts };

  /// Checks the task by building its system. Throws RequestError.
  TaskRun(const Task& task, std::size_t index);

  /// Whether all its draws are made; and whether its result is, too.
  bool done() const noexcept { return done_; }
  bool finished() const noexcept { return result_.has_value(); }
  /// Unit updates of one sweep of all replicas; sweeps of the whole task, about.
  double work_per_sweep() const noexcept { return work_per_sweep_; }
  double sweeps() const noexcept { return sweeps_; }
  std::size_t index() const noexcept { return index_; }
  std::size_t draws_made() const noexcept { return draws_made_; }
  /// Numbers in its draws, while it is not finished.
  std::size_t numbers_made() const { return method_ == nullptr ? 0 : method_->trace().rows.size(); }
  DrawsToCome draws_to_come() const { return method_entry(study_).draws(study_, *system_); }
  /// What it would have a draw stand for, where the study leaves that open; and what that is settled to be.
  std::optional<SweepsPerDraw> sweeps_per_draw() const;
  void settle_sweeps_per_draw(std::int64_t every);
  std::string plan() const;
  /// What a trial of so many seconds shows, or of one step where that takes longer. Nothing of it is kept.
  struct Trial {
    std::string layout;
    std::size_t replicas = 0;
    double sweeps_per_second = 0;  ///< of all replicas
    double bytes_of_replicas = 0;
    double share_packed = 0;  ///< of the bytes of its draws, as the file packs them; 0: it made too few to tell
    double final_state = 0;   ///< bytes
  };
  Trial try_out(double seconds);
  std::string description() const { return system_->description(); }

  /// Takes up what a checkpoint holds of this task, if anything, and says what it lacks. Of a task that is done, only
  /// that: what it needs to be finished is read when its turn comes. Throws RequestError if it does not fit.
  void resume(CheckpointFolder& parts, ProgressMeter& meter, Held held = Held::here);
  /// Makes the checkpoint of the longer task from its complete result. Throws RequestError where that cannot be.
  /// draws_before: that its study asked for.
  void extend(const Group& result, std::size_t draws_before, CheckpointFolder& parts);
  /// Advances until the task is done or pause() says so. Deterministic whatever pause() says.
  void advance(const std::function<bool()>& pause, ProgressMeter& meter);
  /// Of a task that is done: makes its result and drops all else. Its state is saved before, if it took long.
  void finish(CheckpointFolder& parts, ProgressMeter& meter, Held held = Held::here);
  /// Reads what resume() left, for a result before its turn has come.
  void take_up(CheckpointFolder& parts);
  /// Saves what is new since the last time; of a finished task, its result: the state of it that may be saved already
  /// is enough where `what` says so.
  enum class Kept { results, states };
  void save(CheckpointFolder& parts, Kept what);
  /// What was saved is gone: the next save is of everything.
  void forget_saved() noexcept { saved_done_ = saved_result_ = false; }
  /// The groups of the result; nothing if there are no draws yet. That of a finished task is copied.
  std::optional<Group> result(const std::string& name) const;
  /// The same, but that large groups of a finished task are looked up when they are written (Group::elsewhere), for as
  /// long as this stands.
  std::optional<Group> outline(const std::string& name) const;
  /// Bytes that its replicas take: they are made for a moment.
  double bytes_of_replicas();

 private:
  void start();
  void load(CheckpointFolder& parts);
  void release();
  void leave_in(CheckpointFolder& parts);
  bool target_reached();

  const Study& asked_;
  Study study_;  // with what was settled
  std::size_t index_;
  std::shared_ptr<const System> system_;
  std::unique_ptr<Ensemble> ensemble_;
  std::unique_ptr<Method> method_;
  std::optional<Group> result_;
  std::size_t draws_made_ = 0;
  bool done_ = false, saved_done_ = false, saved_result_ = false;
  bool left_in_parts_ = false;
  double seconds_ = 0;  // at work on it here
  double work_per_sweep_ = 0, sweeps_ = 0;
  Target target_;
  std::size_t next_check_ = 256;  // draws at which the error is compared with that of the target
};

}  // namespace gibbsite
