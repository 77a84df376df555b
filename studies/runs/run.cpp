#include "studies/runs/run.hpp"

#include <fmt/format.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <limits>
#include <optional>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/version.hpp"
#include "studies/results/print_result.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/runs/checkpoint.hpp"
#include "studies/runs/run_log.hpp"
#include "studies/runs/study_fingerprint.hpp"
#include "studies/runs/task_run.hpp"
#include "studies/runs/whole_result.hpp"
#include "studies/study/request.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int exit_done = 0, exit_stopped = 75;
constexpr double never_broken_off = 1;   // seconds of building: after them there is a checkpoint to go on from
constexpr double worth_a_save = 2;       // seconds of work that a kill while the result is made may cost,
constexpr double save_of_a_task = 0.02;  // or as many as saving all tasks may take

class Runner {
 public:
  Runner(const Request& request, std::string command)
      : request_(request),
        run_(request.tasks.front().study.run),
        command_(std::move(command)),
        log_(request.dry_run ? fs::path() : request.log, request.quiet || request.dry_run, request.json),
        parts_(request.out),
        begin_(Clock::now()) {}

  int run();

 private:
  int run_to_its_end();
  bool claim_output();
  void check_complete() const;
  bool outside() const;
  double side_by_side() const;
  void settle_sweeps_per_draw();
  void settle_sweeps_per_draw(std::int64_t every);
  void begin_meter();
  void work();
  void save_all_tasks(TaskRun::Kept what);
  void save_before_result();
  void tell_of_start();
  void tell_of_task(const TaskRun& task);
  void tell_of_checkpoint(double seconds);
  void tell_of_end(const std::string& state, std::vector<Told> more = {});
  std::string spent() const { return fmt::format("{:.2f}", seconds()); }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  bool out_of_time() const { return run_.max_time > 0 && seconds() > run_.max_time; }
  bool stopping() const { return stop_asked() || out_of_time(); }

  const Request& request_;
  const Study::Run& run_;
  std::string command_;
  RunLog log_;
  CheckpointFolder parts_;
  Manifest manifest_;
  std::vector<std::unique_ptr<TaskRun>> tasks_;
  std::optional<ProgressMeter> meter_;  // once there is work
  bool started_ = false;
  Clock::time_point begin_, saved_ = begin_;
};

void Runner::tell_of_start() {
  started_ = true;
  if (!log_.wanted()) return;
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  std::vector<Told> parts = {{"study", request_.arguments.empty() ? request_.out.string() : request_.arguments.front()},
                             {"file", request_.out.string()},
                             {"version", version()},
                             {"commit", git_commit()},
                             {"host", host},
                             {"process", static_cast<std::int64_t>(::getpid())},
                             {"threads", omp_get_max_threads()},
                             {"tasks", tasks_.size()}};
  if (request_.resume) {
    const double done = meter_->headway(0).share;
    parts.push_back({"resumed_from", done, fmt::format("{:.1f}%", 100 * done)});
  }
  log_.tell("start", parts);
}

void Runner::tell_of_task(const TaskRun& task) {
  if (!log_.wanted()) return;
  const std::size_t k = task.index();
  std::vector<Told> parts = {{"task", k + 1, fmt::format("{}/{}", k + 1, tasks_.size())}};
  if (!request_.grid.empty()) parts.push_back({"at", grid_point(request_.tasks[k])});
  parts.push_back({"draws", task.draws_made()});
  parts.push_back({"seconds", seconds(), spent()});
  log_.tell("task", parts);
}

void Runner::tell_of_checkpoint(double took) {
  if (!log_.wanted() || !meter_) return;
  const double done = meter_->headway(0).share;
  log_.tell("checkpoint",
            {{"done", done, fmt::format("{:.1f}%", 100 * done)}, {"took", took, fmt::format("{:.2f}", took)}});
}

void Runner::tell_of_end(const std::string& state, std::vector<Told> more) {
  std::vector<Told> parts = {{"state", state}, {"file", request_.out.string()}, {"seconds", seconds(), spent()}};
  parts.insert(parts.end(), more.begin(), more.end());
  log_.tell("end", parts);
}

/// Refuses to take what stands at the output for the complete result of this study unless it is.
void Runner::check_complete() const {
  const std::string out = request_.out.string();
  Group root;
  try {
    root = read_archive(request_.out);
  } catch (const std::runtime_error& e) {
    throw RequestError(e.what());
  }
  if (text_attribute(root, "program") != "gibbsite")
    throw RequestError(fmt::format("{} is no result of gibbsite; choose another name with -o", out));
  note_format(root, out);
  const std::string before = fingerprint(text_attribute(root, "study")), now = fingerprint(request_.resolved);
  if (before != now && !begun_by_version_1(before, now))
    throw RequestError(
        fmt::format("{} holds another study: {}; choose another name with -o, or replace it with --force", out,
                    difference(before, now)));
  if (text_attribute(root, "state") != "complete")
    throw RequestError(fmt::format(
        "{0} holds a run that was stopped, but its checkpoints in {0}.parts are gone; start anew with --force", out));
}

/// Whether there is anything to do. Never touches what is there without --force or --resume.
bool Runner::claim_output() {
  const fs::path& out = request_.out;
  if (fs::is_directory(out))
    throw RequestError(fmt::format("{} is a folder; give the result a file name with -o", out.string()));
  parts_.tidy();
  const Manifest& manifest = manifest_ = {fingerprint(request_.resolved) + checksums_of_files(request_), version(),
                                          git_commit(), tasks_.size()};
  if (request_.resume && parts_.exist()) {
    const Manifest before = parts_.resume();
    const bool older = begun_by_version_1(before.study, manifest.study);
    if (older) settle_sweeps_per_draw(1);
    if (before.study != manifest.study && !older)
      throw RequestError(fmt::format("{} was begun by another study: {}; undo the change, or start anew with --force",
                                     out.string(), difference(before.study, manifest.study)));
    if (before.git_commit != manifest.git_commit || before.version != manifest.version)
      log_.note(
          fmt::format("note: this run was begun by version {} ({}); the same bits are promised only within one version",
                      before.version, before.git_commit));
    return true;
  }
  if (request_.resume) {
    if (!fs::exists(out))
      throw RequestError(
          fmt::format("{}: there is no unfinished run to continue; start it without --resume", out.string()));
    check_complete();
    log_.note(out.string() + " is complete; there is nothing to resume");
    return false;
  }
  if (!request_.force && parts_.exist())
    throw RequestError(fmt::format(
        "an unfinished run stands in {}.parts; continue it with --resume, or start anew with --force", out.string()));
  if (!request_.force && fs::exists(out))
    throw RequestError(fmt::format("{} exists; choose another name with -o, or replace it with --force", out.string()));
  parts_.begin(manifest);
  return true;
}

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
void Runner::settle_sweeps_per_draw() {
  std::int64_t wanted = 1, most = std::numeric_limits<std::int64_t>::max();
  for (const auto& task : tasks_)
    if (const auto open = task->sweeps_per_draw()) {
      wanted = std::max(wanted, open->wanted);
      most = std::min(most, open->most);
    }
  settle_sweeps_per_draw(std::min(wanted, most));
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
        if (task.done() && !stopping()) task.finish(parts_, *meter_);
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

/// Whether there is a warning, or exact answers are missed.
bool doubted(const Group& root) {
  const Doubts doubts = doubts_of(root, estimates_of(root), free_energies_of(root));
  return !doubts.warnings.empty() || doubts.off.exceeds;
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
  settle_sweeps_per_draw();
  if (request_.dry_run) return dry_run(request_, tasks_, outside());
  stops_mean(Stop::at_checkpoint);
  if (!claim_output()) {
    tell_of_end("complete");
    return exit_done;
  }
  begin_meter();
  if (request_.resume)
    for (const auto& task : tasks_) task->resume(parts_, *meter_);
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
  stops_mean(Stop::all_saved);
  Group root;
  meter_->enter("writing");
  try {
    for (const auto& task : tasks_) task->take_up(parts_);
    root = whole_result(request_, tasks_, command_, seconds());
    write_archive(request_.out, root);
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
  const std::string why = stop_asked() ? stop_reason() : fmt::format("run.max_time = {} s", run_.max_time);
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

}  // namespace

int run_study(const Request& request, const std::string& command) { return Runner(request, command).run(); }

}  // namespace gibbsite
