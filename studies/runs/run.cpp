#include "studies/runs/run.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <exception>
#include <limits>

#include "studies/files/archive.hpp"
#include "studies/files/threads.hpp"
#include "studies/results/print_result.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/runs/runner.hpp"
#include "studies/runs/whole_result.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

constexpr int exit_done = 0, exit_stopped = 75;
constexpr double never_broken_off = 1;   // seconds of building: after them there is a checkpoint to go on from
constexpr double worth_a_save = 2;       // seconds of work that a kill while the result is made may cost,
constexpr double save_of_a_task = 0.02;  // or as many as saving all tasks may take

/// Whether there is a warning, or exact answers are missed.
bool doubted(const Group& root) {
  const Doubts doubts = doubts_of(root, estimates_of(root), free_energies_of(root));
  return !doubts.warnings.empty() || doubts.off.exceeds;
}

}  // namespace

/// How many tasks are at work at once.
double Runner::side_by_side() const {
  return outside() ? std::min<double>(omp_get_max_threads(), static_cast<double>(tasks_.size())) : 1;
}

/// Whether to spread tasks over threads (many or small ones) instead of the replicas of one task after the other.
bool Runner::outside() const {
  constexpr double large = 1 << 14;  // spins in all replicas of a task
  double most = 0;
  for (const auto& task : tasks_) most = std::max(most, task->work_per_sweep());
  return tasks_.size() > 1 && (most < large || tasks_.size() >= static_cast<std::size_t>(omp_get_max_threads()));
}

/// Where the study leaves open how many sweeps a draw stands for: what the most hasty task needs and all can bear, one
/// number, so that the draws of a grid are arrays.
std::optional<std::int64_t> Runner::chosen_sweeps_per_draw() const {
  std::int64_t wanted = 1, most = std::numeric_limits<std::int64_t>::max();
  bool any = false;
  for (const auto& task : tasks_)
    if (const auto open = task->sweeps_per_draw()) {
      any = true;
      wanted = std::max(wanted, open->wanted);
      most = std::min(most, open->most);
    }
  return any ? std::optional(std::min(wanted, most)) : std::nullopt;
}
void Runner::settle_sweeps_per_draw(std::int64_t every) {
  for (const auto& task : tasks_) task->settle_sweeps_per_draw(every);
}

void Runner::work() {
  const auto unfinished = [&] {
    std::vector<TaskRun*> list;
    for (const auto& task : tasks_)
      if (!task->finished()) list.push_back(task.get());
    return list;
  };
  for (auto list = unfinished(); !list.empty() && !stopping(); list = unfinished()) {
    const auto checkpoint = Clock::now() + std::chrono::duration<double>(run_.checkpoint);
    const auto pause = [&] { return stopping() || Clock::now() > checkpoint; };
    std::exception_ptr failure;
    const auto advance = [&](TaskRun& task) {
      try {
        if (pause()) return;
        if (!task.done()) {
          task.advance(pause, *meter_);
          if (task.done()) tell_of_task(task);
        }
        if (task.done() && !stopping()) task.finish(parts_, *meter_, held());
      } catch (...) {
#pragma omp critical(gibbsite_failure)
        failure = std::current_exception();
      }
    };
    if (outside()) {
#pragma omp parallel for schedule(dynamic, 1)
      for (std::size_t k = 0; k < list.size(); ++k) advance(*list[k]);
    } else {  // outside any parallel region, even one of one thread: within, threads would be made anew for every sweep
      for (TaskRun* task : list) advance(*task);
    }
    if (failure) {
      save_all_tasks(TaskRun::Kept::results);
      std::rethrow_exception(failure);
    }
    // Results of finished tasks take long to write, and their states are there; but who stops does not want them made
    // again.
    if (stopping())
      save_all_tasks(TaskRun::Kept::results);
    else if (Clock::now() > checkpoint)
      save_all_tasks(TaskRun::Kept::states);
  }
}

void Runner::save_all_tasks(TaskRun::Kept what) {
  const auto begin = Clock::now();
  try {
    for (const auto& task : tasks_) task->save(parts_, what);
  } catch (const std::runtime_error&) {
    if (!parts_.gone()) throw;
    log_.note(request_.out.string() + ".parts was taken away; all checkpoints are written anew");
    parts_.begin(manifest_);
    for (const auto& task : tasks_) {
      task->forget_saved();
      task->save(parts_, what);
    }
  }
  saved_ = Clock::now();
  tell_of_checkpoint(std::chrono::duration<double>(saved_ - begin).count());
}

/// Before a result is made, which can take as long as it can fail. A result is worth more than its checkpoints.
void Runner::save_before_result() try {
  save_all_tasks(TaskRun::Kept::states);
} catch (const std::runtime_error& error) {
  log_.note(std::string(error.what()) + "; the result is made without a last checkpoint");
}

int Runner::run() try { return run_to_its_end(); } catch (const std::exception& error) {
  if (started_) log_.tell("end", {{"state", "failed"}, {"error", error.what()}, {"seconds", seconds(), spent()}});
  throw;
}

int Runner::run_to_its_end() {
  use_threads(run_.threads);
  if (run_.max_time > 0) stop_building_after(std::max(run_.max_time, never_broken_off));
  for (std::size_t k = 0; k < request_.tasks.size(); ++k)
    tasks_.push_back(std::make_unique<TaskRun>(request_.tasks[k], k));
  if (const auto every = chosen_sweeps_per_draw()) settle_sweeps_per_draw(*every);
  if (request_.dry_run) return dry_run(request_, tasks_, outside());
  needs_ = check_room(request_, tasks_, side_by_side());
  stops_mean(Stop::at_checkpoint);
  if (!claim_output()) {
    tell_of_end("complete");
    return exit_done;
  }
  begin_meter();
  if (request_.resume)
    for (const auto& task : tasks_) task->resume(parts_, *meter_, held());
  tell_of_start();
  try {
    work();
  } catch (const RequestError&) {  // found out late, before anything was worth keeping
    if (!request_.resume) parts_.remove();
    throw;
  }
  bool complete = true;
  for (const auto& task : tasks_) complete = complete && task->finished();
  const double worth = std::max(worth_a_save, save_of_a_task * static_cast<double>(tasks_.size()));
  if (complete && Clock::now() - saved_ > std::chrono::duration<double>(worth)) save_before_result();
  if (!complete && manifest_.extends) return stopped();
  stops_mean(Stop::all_saved);
  Group root;
  meter_->enter("writing");
  try {
    for (const auto& task : tasks_) task->take_up(parts_);
    root = whole_result(request_, tasks_, command_, seconds());
    if (!complete)  // though all draws may be there
      for (auto& [name, value] : root.attributes)
        if (name == "state") value = std::string("partial");
    write_archive(request_.out, root, Packing::compressed,
                  needs_.draws > spill_above ? Made::on_disk : Made::in_memory);
  } catch (...) {
    stops_mean(Stop::at_checkpoint);
    save_all_tasks(TaskRun::Kept::results);
    throw;
  }
  stops_mean(Stop::soon_done);
  meter_->clear();
  if (complete && !parts_.remove())
    log_.note(
        fmt::format("the result is in place, but {}.parts could not be removed; delete it", request_.out.string()));
  if (!request_.quiet && !request_.json) print_result(root, request_.out.string());
  if (complete) {
    tell_of_end("complete");
    return request_.strict && doubted(root) ? exit_doubted : exit_done;
  }
  return stopped();
}

int Runner::stopped() {
  meter_->clear();
  const std::string why = stop_asked() ? stop_reason() : fmt::format("run.max_time = {} s", run_.max_time);
  if (manifest_.extends)
    say(fmt::format(
        "stopped by {0} at a checkpoint; {1} stays as it was until it is longer: `gibbsite resume {1}` goes on", why,
        request_.out.string()));
  else
    say(fmt::format("stopped by {} at a checkpoint; the same command with --resume continues it", why));
  tell_of_end("stopped", {{"by", why}});
  return exit_stopped;
}

void Runner::begin_meter() {
  std::vector<double> weight, total, numbers;
  std::vector<std::string> names;
  for (const auto& task : tasks_) {
    weight.push_back(task->work_per_sweep());
    total.push_back(task->sweeps());
    numbers.push_back(task->draws_to_come().draws * task->draws_to_come().numbers);
  }
  for (const Task& task : request_.tasks) names.push_back(grid_point(task));
  meter_.emplace(weight, total, request_.quiet);
  meter_->name_tasks(std::move(names));
  meter_->expect_estimates(std::move(numbers), side_by_side());
  meter_->tell(log_);
}

int run_study(const Request& request, const std::string& command) { return Runner(request, command).run(); }

}  // namespace gibbsite
