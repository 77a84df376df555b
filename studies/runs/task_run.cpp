#include "studies/runs/task_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <stdexcept>

#include "studies/catalogue/check_study.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/memory.hpp"
#include "studies/methods/report.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/runs/final_state.hpp"
#include "studies/study/request.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

/// What grows with the draws of a task, and nothing else needs than its file.
bool is_large(const Group& group) { return group.name == "series" || group.name == "final_state"; }

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
  const auto every = state->snapshot.counts.find("sweeps_per_draw");
  if (every != state->snapshot.counts.end() && every->second.size() == 1)
    settle_sweeps_per_draw(static_cast<std::int64_t>(every->second[0]));
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

double TaskRun::bytes_of_replicas() {
  const double before = memory_used_now();
  start();
  const double bytes = memory_used_now() - before;
  release();
  return std::max(0.0, bytes);
}

/// What the checkpoints hold of the result need not be held here, too.
void TaskRun::leave_in(CheckpointFolder& parts) {
  for (Group& group : result_->groups)
    if (is_large(group))
      group = {.name = group.name, .elsewhere = [&parts, name = group.name, k = index_](const auto& use) {
                 const std::optional<Group> there = parts.load_result(k);
                 const Group* found = there ? there->child(name) : nullptr;
                 if (found == nullptr)
                   throw std::runtime_error(fmt::format("task {}: its result is no longer among the checkpoints", k));
                 use(*found);
               }};
  left_in_parts_ = true;
}

void TaskRun::resume(CheckpointFolder& parts, ProgressMeter& meter, Held held) {
  if ((result_ = parts.load_result(index_))) {
    done_ = saved_result_ = true;
    if (held == Held::in_parts) leave_in(parts);
    meter.resume_at(index_, sweeps_);
    meter.estimated(index_, 0);
    return;
  }
  load(parts);
  if (method_ == nullptr) return;
  meter.resume_at(index_, method_->progress().done);
  if (done_) release();
}

void TaskRun::extend(const Group& result, std::size_t draws_before, CheckpointFolder& parts) {
  const auto refuse = [&](const std::string& why) { throw RequestError(fmt::format("task {}: {}", index_, why)); };
  const Group now = system_->record();
  for (const Variable& v : now.variables)
    if (const Variable* then = result.child("model") == nullptr ? nullptr : result.child("model")->find(v.name);
        then != nullptr && then->data != v.data)
      refuse(fmt::format("its system is no longer that of the result: {} differs; was a file it is read from changed?",
                         v.name));
  std::optional<Snapshot> kept = final_state_in(result.child("final_state"), 0);
  if (!kept) refuse("its final state is not in the result");
  start();
  try {
    auto [snapshot, trace] = method_entry(study_).longer(study_, *method_, result, std::move(*kept));
    if (target_.error > 0 && trace.draws() < draws_before)
      refuse(
          fmt::format("method.target_error was reached after {} draws, and would be again; more sweeps change nothing",
                      trace.draws()));
    method_->load(snapshot, std::move(trace));
  } catch (const std::invalid_argument& e) {
    refuse(fmt::format("its final state does not fit: {}", e.what()));
  }
  parts.save(index_, method_->save(), method_->trace(), {.done = false});
  release();
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

void TaskRun::finish(CheckpointFolder& parts, ProgressMeter& meter, Held held) {
  constexpr double worth_a_save = 2;  // seconds of work that a kill while estimates are made may cost
  take_up(parts);
  try {
    if (seconds_ > worth_a_save) save(parts, Kept::states);
  } catch (const std::runtime_error& error) {  // a result is worth more than its checkpoints
    say(fmt::format("{}; task {} goes on without", error.what(), index_));
  }
  meter.enter(index_, "estimating");
  const auto begin = Clock::now();
  const MethodEntry& entry = method_entry(study_);
  result_ = report("", entry, study_, *system_, *ensemble_, *method_);
  if (study_.run.keep_states && entry.final_state != nullptr) {
    const Snapshot kept = entry.final_state(*method_);
    release();
    result_->groups.push_back(final_state_group(kept));
  }
  release();
  meter.estimated(index_, std::chrono::duration<double>(Clock::now() - begin).count());
  if (held == Held::here) return;
  save(parts, Kept::results);
  leave_in(parts);
}

TaskRun::Trial TaskRun::try_out(double seconds) {
  const double used = memory_used_now();
  start();
  const double bytes_of_replicas = std::max(0.0, memory_used_now() - used);
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
  Trial trial{ensemble_->layout().name, ensemble_->layout().replicas, made / since(begin), bytes_of_replicas};
  const MethodEntry& entry = method_entry(study_);
  constexpr std::size_t enough_to_tell = 256;  // draws
  if (method_->trace().draws() >= enough_to_tell && !study_.keys<StoreKeys>().none()) {
    Group root;
    root.groups.push_back(entry.series(study_, *method_));
    trial.share_packed =
        static_cast<double>(archive_size(root)) / (8 * static_cast<double>(method_->trace().rows.size()));
  }
  if (entry.final_state != nullptr) {
    Snapshot kept = entry.final_state(*method_);
    std::erase_if(kept.numbers, [](const auto& named) { return named.first.starts_with("draws of "); });
    trial.final_state = static_cast<double>(packed(kept).size());
  }
  method_.reset();
  ensemble_.reset();
  return trial;
}

void TaskRun::save(CheckpointFolder& parts, Kept what) {
  if (finished()) {
    if (saved_result_ || (saved_done_ && what == Kept::states)) return;
    if (left_in_parts_)
      throw std::runtime_error(
          fmt::format("the result of task {} was in the folder of checkpoints, which was taken away", index_));
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

std::optional<Group> TaskRun::outline(const std::string& name) const {
  if (!finished()) return result(name);
  Group outline{.name = name, .attributes = result_->attributes};
  for (const Group& group : result_->groups) {
    const bool states = group.name == "configurations";  // their numbers are told, too
    if ((!is_large(group) && !states) || group.elsewhere) {
      outline.groups.push_back(group);
      continue;
    }
    Group& there = outline.groups.emplace_back();
    there.name = group.name;
    there.elsewhere = [&group](const auto& use) { use(group); };
    for (const Variable& variable : group.variables)
      if (states && variable.dims.empty()) there.variables.push_back(variable);
  }
  return outline;
}

}  // namespace gibbsite
