/// Progress that can be seen: one line on stderr, where stderr is a terminal, with rate and time left; and an event of
/// the log once a minute.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "samplers/method.hpp"
#include "studies/runs/run_log.hpp"

namespace gibbsite {

/// How far a run is.
struct Headway {
  double share = 0;          ///< of all work, from 0 to 1
  std::string phase = {};    ///< of the task that reports: "sampling"
  std::string task = {};     ///< which one of how many, "3/12"; empty where there is one
  std::string name = {};     ///< its point of the grid, "size=16 field=0.03"
  double rate = 0;           ///< unit updates in a second; 0: not known yet
  double seconds_left = -1;  ///< below 0: not known yet
};

/// What matters most comes first, and what the width (in columns) does not hold is left out.
std::string progress_line(const Headway& headway, std::size_t width);

class ProgressMeter {
 public:
  /// weight[task]: spins that one sweep of all replicas of the task updates; total[task]: its sweeps. Shows nothing if
  /// `quiet`.
  ProgressMeter(std::vector<double> weight, std::vector<double> total, bool quiet);
  ~ProgressMeter();
  ProgressMeter(const ProgressMeter&) = delete;
  ProgressMeter& operator=(const ProgressMeter&) = delete;

  /// Points of the grid, [task].
  void name_tasks(std::vector<std::string> names) { names_ = std::move(names); }
  /// Tells the log of it from now on. It must outlive this.
  void tell(RunLog& log);
  /// How many numbers the draws of a task are, [task], which takes time to estimate from and to write; and how many
  /// tasks are at work side by side.
  void expect_estimates(std::vector<double> numbers, double side_by_side);

  /// What a task has done before this run began counting: not part of the rate.
  void resume_at(std::size_t task, double done);
  /// From any thread; draws the line anew at most five times a second.
  void report(std::size_t task, const Progress& progress);
  /// What a task is at that is not sweeps ("estimating", "writing"), from any thread; the line is drawn at once, unless
  /// the task is small.
  void enter(std::size_t task, const std::string& phase);
  /// The same of the whole run.
  void enter(const std::string& phase);
  /// It has its estimates, which took so many seconds.
  void estimated(std::size_t task, double seconds);
  /// How far all is now.
  Headway headway(std::size_t task) const;
  /// Takes the line away.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void show(Clock::time_point now, std::size_t task, bool at_once);
  Headway headway(std::size_t task, Clock::time_point now) const;

  std::vector<double> weight_, total_, numbers_;
  std::vector<std::atomic<double>> done_;
  std::vector<std::string> names_, phase_;  // [task]
  std::string of_all_;                      // what the whole run is at
  std::vector<char> estimated_;             // [task]
  double before_ = 0, side_by_side_ = 1;
  double estimating_ = 0, estimated_numbers_ = 0;  // seconds that estimates took, of so many numbers
  bool shown_ = false, line_;
  RunLog* log_ = nullptr;
  Clock::time_point begin_, next_line_, next_event_;
  std::atomic<Clock::rep> next_;  // the earlier of them: before it nobody need wait for the others
};

/// About how long it takes to make estimates of so many numbers of draws, and to write them.
double seconds_after_sweeps(double numbers);

/// "1:02:03" or "0:07".
std::string clock_time(double seconds);

}  // namespace gibbsite
