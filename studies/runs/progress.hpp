/// Progress that can be seen: one line on stderr, where stderr is a terminal, with rate and time left.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "samplers/method.hpp"

namespace gibbsite {

class ProgressMeter {
 public:
  /// weight[task]: spins that one sweep of all replicas of the task updates; total[task]: its sweeps. Shows nothing if
  /// `quiet`.
  ProgressMeter(std::vector<double> weight, std::vector<double> total, bool quiet);
  ~ProgressMeter();
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

  /// What a task has done before this run began counting: not part of the rate.
  void resume_at(std::size_t task, double done);
  /// From any thread; draws the line anew at most five times a second.
  void report(std::size_t task, const Progress& progress);
  /// Takes the line away.
  void clear();

 private:
  std::vector<double> weight_, total_;
  std::vector<std::atomic<double>> done_;
  double before_ = 0;
  bool shown_ = false, active_;
  std::chrono::steady_clock::time_point begin_, last_;
};

/// "1:02:03" or "0:07".
std::string clock_time(double seconds);

}  // namespace gibbsite
