/// Whether a loop over replicas is faster with all threads or with one: tried, not guessed.
///
/// A parallel loop ends when its slowest thread arrives. On an idle machine that costs microseconds; on a busy one a
/// thread can wait milliseconds for its core, and short loops become a hundred times slower. Results do not depend on
/// threads, so the choice is free: both ways are timed, one thread first; the faster one is taken, and the other is
/// tried again now and then - the more rarely, the more often it lost.
#pragma once

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace gibbsite {

class Team {
 public:
  /// Runs loop(parallel) for `work` units of work, and remembers how long they took.
  template <class Loop>
  void run(double work, Loop&& loop) {
    constexpr double worth_a_thread = 4096;
    if (omp_in_parallel() || omp_get_max_threads() == 1 || work < worth_a_thread) return loop(false);
    const bool trial = ++since_trial_ >= patience_;
    const bool parallel = parallel_ != trial;
    const auto begin = std::chrono::steady_clock::now();
    loop(parallel);
    const double cost = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / work;
    if (!trial) {
      usual_ = usual_ == 0 ? cost : 0.9 * usual_ + 0.1 * cost;
      return;
    }
    since_trial_ = 0;
    if (cost < usual_) {  // it won: from now on the usual way
      parallel_ = parallel;
      usual_ = cost;
      patience_ = after_a_win;
    } else {
      patience_ = std::min(2 * patience_, most_patience);
    }
  }

 private:
  static constexpr std::uint32_t after_a_win = 8, most_patience = 1024;
  bool parallel_ = false;
  double usual_ = 0;  // seconds per unit of work, the way it is usually done
  std::uint32_t since_trial_ = 0, patience_ = 2;
};

}  // namespace gibbsite
