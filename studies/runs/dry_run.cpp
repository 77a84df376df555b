/// `gibbsite run --dry-run`: what a study will take, found out in a second or two.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "studies/files/memory.hpp"
#include "studies/runs/needs.hpp"
#include "studies/runs/run.hpp"
#include "studies/runs/task_run.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

/// A trial of a task, by its work.
struct Tried {
  double work;
  TaskRun::Trial trial;
};

/// That of the task most like one of so much work.
const Tried& nearest(const std::vector<Tried>& tried, double work) {
  return *std::min_element(tried.begin(), tried.end(), [&](const Tried& a, const Tried& b) {
    return std::abs(std::log(a.work / work)) < std::abs(std::log(b.work / work));
  });
}

}  // namespace

int dry_run(const Request& request, const std::vector<std::unique_ptr<TaskRun>>& tasks, bool tasks_side_by_side) {
  constexpr double all_seconds = 1.5;
  const int threads = omp_get_max_threads();
  const double used = memory_used_now();
  std::vector<TaskRun*> by_work;
  for (const auto& task : tasks) by_work.push_back(task.get());
  std::stable_sort(by_work.begin(), by_work.end(),
                   [](const TaskRun* a, const TaskRun* b) { return a->work_per_sweep() < b->work_per_sweep(); });
  std::vector<TaskRun*> some = {by_work.back()};
  if (by_work.front()->work_per_sweep() < by_work.back()->work_per_sweep())
    some = {by_work.front(), by_work[by_work.size() / 2], by_work.back()};
  if (tasks_side_by_side) omp_set_num_threads(1);
  std::vector<Tried> tried;
  for (TaskRun* task : some)
    tried.push_back({task->work_per_sweep(), task->try_out(all_seconds / static_cast<double>(some.size()))});
  omp_set_num_threads(threads);

  double seconds = 0;
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    const TaskRun& task = *tasks[k];
    const Tried& like = nearest(tried, task.work_per_sweep());
    const double updates = like.trial.sweeps_per_second * like.work;  // in a second
    seconds += task.sweeps() * task.work_per_sweep() / updates;
  }
  double after_sweeps = 0;
  for (const auto& task : tasks)
    after_sweeps += seconds_after_sweeps(task->draws_to_come().draws * task->draws_to_come().numbers);
  const double side_by_side = tasks_side_by_side ? std::min<double>(threads, static_cast<double>(tasks.size())) : 1;
  seconds = (seconds + after_sweeps) / side_by_side;
  const Tried& largest = tried.back();
  const auto line = [](const char* name, const std::string& text) {
    fmt::print("  {:<9} {}\n", name, wrapped(text, 12));
  };
  fmt::print("{}\n", request.arguments.empty() ? request.out.string() : request.arguments.front());
  line("system", by_work.back()->description() + (tasks.size() > 1 ? " (the largest task)" : ""));
  line("plan", by_work.back()->plan());
  if (tasks.size() > 1) line("tasks", fmt::format("{}", tasks.size()));
  line("replicas", fmt::format("{}{}", largest.trial.replicas, tasks.size() > 1 ? " in each task" : ""));
  line("layout", largest.trial.layout);
  line("rate", fmt::format("{:.3g} sweeps of all replicas in a second, {:.3g} updates in a ns",
                           largest.trial.sweeps_per_second, 1e-9 * largest.trial.sweeps_per_second * largest.work));
  line("time", fmt::format("{} with {} thread{}, {} of it for estimates and writing", clock_time(seconds), threads,
                           threads == 1 ? "" : "s", clock_time(after_sweeps / side_by_side)));
  const RunNeeds needs = needs_of(request, tasks, side_by_side, largest.trial.bytes_of_replicas);
  line("memory", fmt::format("{} at most, {} of draws; {} are free", bytes_text(used + needs.memory),
                             bytes_text(needs.draws), bytes_text(memory_free_now())));
  line("disk", fmt::format("{} at most for the result and its checkpoints; {} are free", bytes_text(needs.disk),
                           bytes_text(disk_free(request.out))));
  line("file",
       fmt::format("{} at most{} in {}", bytes_text(needs.file),
                   largest.trial.share_packed > 0 ? fmt::format(", about {} as the trial's draws pack,",
                                                                bytes_text(largest.trial.share_packed * needs.file))
                                                  : "",
                   request.out.string()));
  if (largest.trial.final_state > 0 && request.tasks.front().study.run.keep_states)
    line("states", fmt::format("{} of the file, packed, by which it can be made longer (run.keep_states = false leaves "
                               "them out)",
                               bytes_text(largest.trial.final_state * static_cast<double>(tasks.size()))));
  check_needs(needs, request, memory_free_now(), disk_free(request.out));
  return 0;
}

}  // namespace gibbsite
