#include "studies/runs/task_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <stdexcept>

#include "studies/catalogue/check_study.hpp"
#include "studies/methods/report.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/study/request.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

using Clock = std::chrono::steady_clock;

/// Draws at which a target error is looked at: 256, 384, 576, ...; the same for any interruption.
std::size_t after(std::size_t check) { return check + check / 2; }

}  // namespace

TaskRun::TaskRun(const Task& task, std::size_t index) : asked_(task.study), study_(task.study), index_(index) {
  const Study& study = study_;
  const MethodEntry& method = method_entry(study);
  system_ = make_system(study);
  check_memory_of_replicas(study, *system_);
  work_per_sweep_ = static_cast<double>(method.replicas(study)) * system_->sites();
  sweeps_ = method.sweeps(study);
  target_ = method.target(study);
  system_->check(study);
  method.check_system(study, *system_);
}

std::optional<SweepsPerDraw> TaskRun::sweeps_per_draw() const {
  const MethodEntry& method = method_entry(asked_);
  return method.sweeps_per_draw == nullptr ? std::nullopt : method.sweeps_per_draw(asked_, *system_);
}

void TaskRun::settle_sweeps_per_draw(std::int64_t every) {
  if (sweeps_per_draw()) study_.keys<SweepKeys>().every = every;
}

std::string TaskRun::plan() const { return gibbsite::plan(study_); }

void TaskRun::start() {
  const Key key(study_.run.seed, index_);
  ensemble_ = make_ensemble(study_, *system_, key);
  method_ = make_method(study_, *system_, *ensemble_, key);
}

void TaskRun::load(CheckpointFolder& parts) {
  std::optional<TaskState> state = parts.load(index_, say);
  if (!state) return;
  start();
  try {
    method_->load(state->snapshot, std::move(state->trace));
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("task {}: {}; start anew with --force", index_, e.what()));
  }
  while (next_check_ <= method_->trace().draws()) next_check_ = after(next_check_);
  done_ = saved_done_ = method_->done();
  draws_made_ = method_->trace().draws();
}

void TaskRun::release() {
  method_.reset();
  ensemble_.reset();
}

void TaskRun::resume(CheckpointFolder& parts, ProgressMeter& meter) {
  if ((result_ = parts.load_result(index_))) {
    done_ = saved_result_ = true;
    meter.resume_at(index_, sweeps_);
    meter.estimated(index_, 0);
    return;
  }
  load(parts);
  if (method_ == nullptr) return;
  meter.resume_at(index_, method_->progress().done);
  if (done_) release();
}

bool TaskRun::target_reached() {
  if (target_.error <= 0 || method_->trace().draws() < next_check_) return false;
  next_check_ = after(next_check_);
  return largest_error(target_, method_entry(study_), study_, *system_, *ensemble_, *method_) <= target_.error;
}

void TaskRun::advance(const std::function<bool()>& pause, ProgressMeter& meter) {
  if (method_ == nullptr) start();
  const auto begin = Clock::now();
  while (!method_->done() && !pause()) {
    method_->advance();
    if (target_reached()) method_->finish();
    meter.report(index_, method_->progress());
  }
  done_ = method_->done();
  draws_made_ = method_->trace().draws();
  seconds_ += std::chrono::duration<double>(Clock::now() - begin).count();
}

void TaskRun::take_up(CheckpointFolder& parts) {
  if (done_ && !finished() && method_ == nullptr) load(parts);
}

void TaskRun::finish(CheckpointFolder& parts, ProgressMeter& meter) {
  constexpr double worth_a_save = 2;  // seconds of work that a kill while estimates are made may cost
  take_up(parts);
  try {
    if (seconds_ > worth_a_save) save(parts, Kept::states);
  } catch (const std::runtime_error& error) {  // a result is worth more than its checkpoints
    say(fmt::format("{}; task {} goes on without", error.what(), index_));
  }
  meter.enter(index_, "estimating");
  const auto begin = Clock::now();
  result_ = report("", method_entry(study_), study_, *system_, *ensemble_, *method_);
  release();
  meter.estimated(index_, std::chrono::duration<double>(Clock::now() - begin).count());
}

TaskRun::Trial TaskRun::try_out(double seconds) {
  start();
  const auto since = [](Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  auto begin = Clock::now();
  double before = 0;
  method_->advance();
  if (!method_->done()) {  // the first step finds memory and threads
    begin = Clock::now();
    before = method_->progress().done;
  }
  while (!method_->done() && since(begin) < seconds) method_->advance();
  const double made = method_->progress().done - before;
  Trial trial{ensemble_->layout().name, ensemble_->layout().replicas, made / since(begin),
              8 * static_cast<double>(method_->trace().width)};
  method_.reset();
  ensemble_.reset();
  return trial;
}

void TaskRun::save(CheckpointFolder& parts, Kept what) {
  if (finished()) {
    if (saved_result_ || (saved_done_ && what == Kept::states)) return;
    parts.save_result(index_, *result_);
    saved_result_ = true;
    return;
  }
  if (method_ == nullptr || saved_done_) return;
  parts.save(index_, method_->save(), method_->trace(), {.done = done_});
  saved_done_ = done_;
}

std::optional<Group> TaskRun::result(const std::string& name) const {
  if (finished()) {
    std::optional<Group> copy = result_;
    copy->name = name;
    return copy;
  }
  if (method_ == nullptr) return std::nullopt;
  return report(name, method_entry(study_), study_, *system_, *ensemble_, *method_);
}

}  // namespace gibbsite
