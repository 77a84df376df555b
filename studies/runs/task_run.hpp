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
  /// Checks the task by building its system. Throws RequestError.
  TaskRun(const Task& task, std::size_t index);

  bool done() const noexcept { return done_; }
  bool started() const noexcept { return method_ != nullptr; }
  /// Unit updates of one sweep of all replicas; sweeps of the whole task, about.
  double work_per_sweep() const noexcept { return work_per_sweep_; }
  double sweeps() const noexcept { return sweeps_; }
  /// How many draws it will leave; 0 of annealing.
  double draws() const;
  /// What it would have a draw stand for, where the study leaves that open; and what that is settled to be.
  std::optional<SweepsPerDraw> sweeps_per_draw() const;
  void settle_sweeps_per_draw(std::int64_t every);
  std::string plan() const;
  /// What a trial of so many seconds shows, or of one step where that takes longer. Nothing of it is kept.
  struct Trial {
    std::string layout;
    std::size_t replicas = 0;
    double sweeps_per_second = 0;  ///< of all replicas
    double bytes_of_a_draw = 0;    ///< of its row in memory
  };
  Trial try_out(double seconds);
  std::string description() const { return system_->description(); }

  /// Takes up what a checkpoint holds of this task, if anything, and says what it lacks. Throws RequestError if it does
  /// not fit.
  void resume(CheckpointFolder& parts, ProgressMeter& meter);
  /// Advances until the task is done or pause() says so. Deterministic whatever pause() says.
  void advance(const std::function<bool()>& pause, ProgressMeter& meter);
  /// Saves what is new since the last time.
  void save(CheckpointFolder& parts);
  /// What was saved is gone: the next save is of everything.
  void forget_saved() noexcept { saved_done_ = false; }
  /// The groups of the result; nothing if there are no draws yet.
  std::optional<Group> result(const std::string& name) const;

 private:
  void start();
  bool target_reached();

  const Study& asked_;
  Study study_;  // with what was settled
  std::size_t index_;
  std::shared_ptr<const System> system_;
  std::unique_ptr<Ensemble> ensemble_;
  std::unique_ptr<Method> method_;
  bool done_ = false, saved_done_ = false;
  double work_per_sweep_ = 0, sweeps_ = 0;
  Target target_;
  std::size_t next_check_ = 256;  // draws at which the error is compared with that of the target
};

}  // namespace gibbsite
