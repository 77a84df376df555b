#include "studies/runs/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "studies/text/say.hpp"

namespace gibbsite {

std::string clock_time(double seconds) {
  const auto s = static_cast<long long>(std::llround(std::max(0.0, seconds)));
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

ProgressMeter::ProgressMeter(std::vector<double> weight, std::vector<double> total, bool quiet)
    : weight_(std::move(weight)),
      total_(std::move(total)),
      done_(weight_.size()),
      active_(!quiet && isatty(STDERR_FILENO) != 0),
      begin_(std::chrono::steady_clock::now()),
      last_(begin_) {}

ProgressMeter::~ProgressMeter() { clear(); }

void ProgressMeter::resume_at(std::size_t task, double done) {
  done_[task] = done;
  before_ += done * weight_[task];
}

void ProgressMeter::report(std::size_t task, const Progress& progress) {
  done_[task].store(progress.done, std::memory_order_relaxed);
  if (!active_) return;
#pragma omp critical(gibbsite_meter)
  {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ > std::chrono::milliseconds(200)) {
      last_ = now;
      total_[task] = progress.total;
      double done = 0, total = 0;
      for (std::size_t k = 0; k < done_.size(); ++k) {
        done += weight_[k] * done_[k].load(std::memory_order_relaxed);
        total += weight_[k] * std::max(total_[k], done_[k].load(std::memory_order_relaxed));
      }
      const double seconds = std::chrono::duration<double>(now - begin_).count();
      const double rate = (done - before_) / seconds;
      const std::string which = done_.size() > 1 ? fmt::format("task {} of {}, ", task + 1, done_.size()) : "";
      const std::string left = rate > 0 ? fmt::format("{} left", clock_time((total - done) / rate)) : "";
      say_plainly(fmt::format("\r\033[K{:5.1f} %  {}{}  {:.1f} M spins/s  {}", 100 * done / total, which,
                              progress.phase, rate / 1e6, left));
      shown_ = true;
    }
  }
}

void ProgressMeter::clear() {
  if (shown_) say_plainly("\r\033[K");
  shown_ = false;
}

}  // namespace gibbsite
