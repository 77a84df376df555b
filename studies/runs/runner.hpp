/// A run at work: its tasks, its checkpoints, its log. The commands of run.hpp are made of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "studies/files/signals.hpp"
#include "studies/runs/checkpoint.hpp"
#include "studies/runs/needs.hpp"
#include "studies/runs/progress.hpp"
#include "studies/runs/run_log.hpp"
#include "studies/runs/task_run.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

class Runner {
 public:
  Runner(const Request& request, std::string command)
      : request_(request),
        run_(request.tasks.front().study.run),
        command_(std::move(command)),
        log_(request.dry_run ? std::filesystem::path() : request.log, request.quiet || request.dry_run, request.json),
        parts_(request.out),
        begin_(Clock::now()) {}

  int run();

 private:
  using Clock = std::chrono::steady_clock;

  int run_to_its_end();
  int stopped();
  bool claim_output();
  void check_complete() const;
  bool outside() const;
  double side_by_side() const;
  void extend();
  std::optional<std::int64_t> chosen_sweeps_per_draw() const;
  void settle_sweeps_per_draw(std::int64_t every);
  void begin_meter();
  void work();
  void save_all_tasks(TaskRun::Kept what);
  void save_before_result();
  void tell_of_start();
  void tell_of_task(const TaskRun& task);
  void tell_of_checkpoint(double seconds);
  void tell_of_end(const std::string& state, std::vector<Told> more = {});
  std::string spent() const;
  TaskRun::Held held() const { return needs_.spills ? TaskRun::Held::in_parts : TaskRun::Held::here; }
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
  RunNeeds needs_;
  std::optional<ProgressMeter> meter_;  // once there is work
  bool started_ = false;
  Clock::time_point begin_, saved_ = begin_;
};

}  // namespace gibbsite
