/// Whether a loop over replicas is faster with all threads or with one: tried, not guessed.
///
/// A parallel loop ends when its slowest thread arrives. On an idle machine that costs microseconds; on a busy one a
/// thread can wait milliseconds for its core, and short loops become a hundred times slower. Results do not depend on
/// threads, so the choice is free: both ways are timed, one thread first; the faster one is taken, and the other is
/// tried again now and then - the more rarely, the more often it lost, but so often that a machine which has become
/// idle is found out within a minute's run.
#pragma once

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace gibbsite {

class AdaptiveThreads {
 public:
  /// Runs loop(parallel) for `work` units of work, and remembers how long they took.
  template <class Loop>
  void run(double work, Loop&& loop) {
    constexpr double worth_a_thread = 4096;
    if (omp_in_parallel() || omp_get_max_threads() == 1 || work < worth_a_thread) return loop(false);
    const bool long_call = usual_ * work > 1e-3;  // seconds
    if (trial_ == 0 && ++since_trial_ >= patience_) {
      trial_ = counted_ = long_call ? 1 : calls_of_trial;
      if (!long_call) --counted_;  // the first one wakes the threads up
      trial_cost_ = 0;
    }
    const bool parallel = parallel_ != (trial_ > 0);
    const auto begin = std::chrono::steady_clock::now();
    loop(parallel);
    const double cost = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / work;
    if (trial_ == 0) {
      usual_ = usual_ == 0 ? cost : 0.9 * usual_ + 0.1 * cost;
      return;
    }
    if (trial_ <= counted_) trial_cost_ += cost / counted_;
    if (--trial_ > 0) return;
    since_trial_ = 0;
    if (trial_cost_ < usual_) {  // it won: from now on the usual way
      parallel_ = parallel;
      usual_ = trial_cost_;
      patience_ = after_a_win;
    } else {
      patience_ = std::min(2 * patience_, long_call ? most_patience_of_long : most_patience);
    }
  }

 private:
  static constexpr std::uint32_t calls_of_trial = 4, after_a_win = 32, most_patience = 4096, most_patience_of_long = 64;
  bool parallel_ = false;
  double usual_ = 0, trial_cost_ = 0;      // seconds per unit of work, the way it is usually done, and the other
  std::uint32_t trial_ = 0, counted_ = 1;  // calls that are left of a trial; how many of them, at its end, are timed
  std::uint32_t since_trial_ = 0, patience_ = 2;
};

}  // namespace gibbsite
