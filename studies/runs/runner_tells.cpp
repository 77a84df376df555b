// What a run tells of itself.
#include <fmt/format.h>
#include <omp.h>
#include <unistd.h>

#include "studies/files/version.hpp"
#include "studies/runs/runner.hpp"

namespace gibbsite {

std::string Runner::spent() const { return fmt::format("{:.2f}", seconds()); }

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

}  // namespace gibbsite
