#include "studies/runs/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "studies/text/say.hpp"
#include "studies/text/terminal.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

constexpr std::chrono::milliseconds between_lines{200};
constexpr std::chrono::seconds between_events{60};
/// Seconds to estimate from a number of a draw, and to write it, where no task of this run has shown it.
constexpr double to_estimate = 150e-9, to_write = 40e-9;

std::string rate_text(double rate) {
  return rate < 1e6   ? fmt::format("{:.1f} k spins/s", 1e-3 * rate)
         : rate < 1e9 ? fmt::format("{:.1f} M spins/s", 1e-6 * rate)
                      : fmt::format("{:.1f} G spins/s", 1e-9 * rate);
}

}  // namespace

double seconds_after_sweeps(double numbers) { return numbers * (to_estimate + to_write); }

std::string clock_time(double seconds) {
  const auto s = static_cast<long long>(std::llround(std::max(0.0, seconds)));
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string progress_line(const Headway& h, std::size_t width) {
  std::string line = fmt::format("{:5.1f} %  {}", 100 * h.share, h.phase);
  if (!h.task.empty()) line += ' ' + h.task;
  if (h.seconds_left >= 0) line += fmt::format("  {} left", clock_time(h.seconds_left));
  if (!h.name.empty()) line += "  " + printable(h.name);
  if (h.rate > 0) line += "  " + rate_text(h.rate);
  return cut_to_width(line, width);
}

ProgressMeter::ProgressMeter(std::vector<double> weight, std::vector<double> total, bool quiet)
    : weight_(std::move(weight)),
      total_(std::move(total)),
      numbers_(weight_.size()),
      done_(weight_.size()),
      names_(weight_.size()),
      phase_(weight_.size()),
      estimated_(weight_.size()),
      line_(!quiet && isatty(STDERR_FILENO) != 0),
      begin_(Clock::now()),
      next_line_(begin_ + between_lines),
      next_event_(begin_ + between_events),
      next_(line_ ? next_line_.time_since_epoch().count() : Clock::time_point::max().time_since_epoch().count()) {}

ProgressMeter::~ProgressMeter() { clear(); }

void ProgressMeter::tell(RunLog& log) {
  if (!log.wanted()) return;
  log_ = &log;
  next_ = std::min<Clock::rep>(next_, next_event_.time_since_epoch().count());
}

void ProgressMeter::expect_estimates(std::vector<double> numbers, double side_by_side) {
  numbers_ = std::move(numbers);
  side_by_side_ = std::max(1.0, side_by_side);
}

void ProgressMeter::resume_at(std::size_t task, double done) {
  done_[task] = done;
  before_ += done * weight_[task];
}

void ProgressMeter::report(std::size_t task, const Progress& progress) {
  done_[task].store(progress.done, std::memory_order_relaxed);
  if (!line_ && log_ == nullptr) return;
  const auto now = Clock::now();
  if (now.time_since_epoch().count() < next_.load(std::memory_order_relaxed)) return;
#pragma omp critical(gibbsite_meter)
  {
    total_[task] = progress.total;
    phase_[task] = progress.phase;
    show(now, task, false);
  }
}

void ProgressMeter::enter(std::size_t task, const std::string& phase) {
  if (!line_ && log_ == nullptr) return;
#pragma omp critical(gibbsite_meter)
  {
    constexpr double worth_a_line = 0.05;  // seconds; thousands of small tasks would flicker
    phase_[task] = phase;
    show(Clock::now(), task, numbers_[task] * to_estimate > worth_a_line);
  }
}

void ProgressMeter::enter(const std::string& phase) {
  if (!line_ && log_ == nullptr) return;
  of_all_ = phase;
  show(Clock::now(), 0, true);
}

void ProgressMeter::estimated(std::size_t task, double seconds) {
#pragma omp critical(gibbsite_meter)
  {
    estimated_[task] = 1;
    estimating_ += seconds;
    estimated_numbers_ += numbers_[task];
  }
}

Headway ProgressMeter::headway(std::size_t task) const { return headway(task, Clock::now()); }

Headway ProgressMeter::headway(std::size_t task, Clock::time_point now) const {
  double done = 0, total = 0, behind = 0, all = 0;  // unit updates; numbers that have estimates, all numbers
  for (std::size_t k = 0; k < done_.size(); ++k) {
    const double sweeps = done_[k].load(std::memory_order_relaxed);
    done += weight_[k] * sweeps;
    total += weight_[k] * std::max(total_[k], sweeps);
    behind += estimated_[k] != 0 ? numbers_[k] : 0;
    all += numbers_[k];
  }
  Headway h{.phase = of_all_.empty() ? phase_[task] : of_all_};
  if (of_all_.empty()) h.name = names_[task];
  if (of_all_.empty() && done_.size() > 1) h.task = fmt::format("{}/{}", task + 1, done_.size());
  const double seconds = std::chrono::duration<double>(now - begin_).count() - estimating_ / side_by_side_;
  h.rate = seconds > 0 ? (done - before_) / seconds : 0;
  if (!(h.rate > 0)) {
    h.share = total > 0 ? done / total : 0;
    return h;
  }
  const double each = estimated_numbers_ > 0 ? estimating_ / estimated_numbers_ : to_estimate;
  const double estimates = each / side_by_side_, left = (total - done) / h.rate + (all - behind) * estimates;
  h.seconds_left = left + all * to_write;
  h.share = 1 - h.seconds_left / (h.seconds_left + done / h.rate + behind * estimates);
  return h;
}

void ProgressMeter::show(Clock::time_point now, std::size_t task, bool at_once) {
  const bool event = log_ != nullptr && now >= next_event_;
  if (line_ && (at_once || now >= next_line_)) {
    next_line_ = now + between_lines;
    const std::size_t width = terminal_width(STDERR_FILENO);  // one column is the cursor's
    say_plainly("\r\033[K" + progress_line(headway(task, now), width - std::min<std::size_t>(1, width)));
    shown_ = true;
  }
  if (event) {
    next_event_ = now + between_events;
    const Headway h = headway(task, now);
    std::vector<Told> parts = {{"done", h.share, fmt::format("{:.1f}%", 100 * h.share)}, {"phase", h.phase}};
    if (!h.task.empty()) parts.push_back({"task", task + 1, h.task});
    if (!h.name.empty()) parts.push_back({"at", h.name});
    if (h.rate > 0) parts.push_back({"rate", h.rate, fmt::format("{:.3g}", h.rate)});
    if (h.seconds_left >= 0) parts.push_back({"left", h.seconds_left, clock_time(h.seconds_left)});
    log_->tell("progress", parts);
  }
  const auto never = Clock::time_point::max();
  next_ = std::min(line_ ? next_line_ : never, log_ != nullptr ? next_event_ : never).time_since_epoch().count();
}

void ProgressMeter::clear() {
  if (shown_) say_plainly("\r\033[K");
  shown_ = false;
}

}  // namespace gibbsite
