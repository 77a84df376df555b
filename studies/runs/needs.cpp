#include "studies/runs/needs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>

#include "studies/files/memory.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

double bytes_of_draws(const TaskRun& task) {
  const DrawsToCome to_come = task.draws_to_come();
  return 8 * to_come.draws * to_come.numbers;
}

/// What a task that is at work holds at its peak, but for its replicas.
double peak_of(const TaskRun& task) { return 4 * bytes_of_draws(task) + 2 * task.draws_to_come().more; }

/// What to change, for whoever has asked for too much.
std::string cures(const RunNeeds& needs, const Request& request, bool of_memory) {
  const Study& study = request.tasks.front().study;
  const std::int64_t every = study.keys<SweepKeys>().every;
  if (method_entry(study).annealed) return "lower method.particles, or give fewer values of method.beta";
  std::string text = "make fewer draws: raise method.every";
  if (every != SweepKeys::automatic) text += fmt::format(" (it is {})", every);
  text += ", or lower method.sweeps or method.chains";
  if (!of_memory && study.keys<StoreKeys>().all()) text += "; leave series out of the file by method.store";
  if (of_memory && needs.arrays)
    text += fmt::format("; or raise run.tasks_in_file to {}, with which tasks are written one by one",
                        request.tasks.size());
  return text;
}

}  // namespace

RunNeeds needs_of(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, double side_by_side,
                  double replicas) {
  const Study& study = request.tasks.front().study;
  RunNeeds needs;
  std::vector<double> peaks;
  double more = 0;
  for (const auto& task : tasks) {
    needs.draws += bytes_of_draws(*task);
    more += task->draws_to_come().more;
    peaks.push_back(peak_of(*task));
  }
  const auto few = static_cast<std::size_t>(study.run.tasks_in_file);
  needs.arrays = !request.grid.empty() && tasks.size() > few;
  needs.spills = !needs.arrays && tasks.size() > 1 && needs.draws > spill_above;
  const double stored = study.keys<StoreKeys>().none() ? 0 : needs.draws;
  const auto at_once = std::min(static_cast<std::size_t>(std::max(1.0, side_by_side)), peaks.size());
  std::partial_sort(peaks.begin(), peaks.begin() + static_cast<std::ptrdiff_t>(at_once), peaks.end(), std::greater<>());
  double working = 0;
  for (std::size_t k = 0; k < at_once; ++k) working += peaks[k];
  const double held = more + (needs.spills || tasks.size() == 1 ? 0 : stored);
  const double made = needs.arrays ? 3 * stored : 0;
  constexpr double program = 32e6;  // threads, HDF5, the groups of a result
  needs.memory = program + static_cast<double>(at_once) * replicas + std::max(working + held, made);
  needs.file = 1e6 + stored + more;
  needs.disk = needs.file + needs.draws + more;
  return needs;
}

void check_needs(const RunNeeds& needs, const Request& request, double memory, double disk) {
  for (const Task& task : request.tasks)
    if (method_entry(task.study).target(task.study).error > 0) return;
  const std::string what = fmt::format("{} of draws", bytes_text(needs.draws));
  if (needs.memory > memory)
    throw RequestError(fmt::format("this run would take up to {} of memory ({}), and there are {} free here; {}",
                                   bytes_text(needs.memory), what, bytes_text(memory), cures(needs, request, true)));
  if (needs.disk > disk)
    throw RequestError(fmt::format(
        "this run would take up to {} of disk for {} and its checkpoints ({}), and there are {} free there; {}",
        bytes_text(needs.disk), request.out.string(), what, bytes_text(disk), cures(needs, request, false)));
}

double disk_free(const std::filesystem::path& file) {
  std::error_code error;
  const auto space =
      std::filesystem::space(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."), error);
  return error ? std::numeric_limits<double>::infinity() : static_cast<double>(space.available);
}

RunNeeds check_room(const Request& request, std::span<const std::unique_ptr<TaskRun>> tasks, double side_by_side) {
  constexpr double of_a_site = 16;  // in the widest layout
  const auto& largest = *std::ranges::max_element(tasks, {}, [](const auto& task) { return task->work_per_sweep(); });
  const double memory = memory_free_now(), disk = disk_free(request.out);
  RunNeeds needs = needs_of(request, tasks, side_by_side, of_a_site * largest->work_per_sweep());
  if (needs.memory > memory) needs = needs_of(request, tasks, side_by_side, largest->bytes_of_replicas());
  check_needs(needs, request, memory, disk);
  return needs;
}

}  // namespace gibbsite
