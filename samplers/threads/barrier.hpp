/// Where the threads of one loop wait for each other, thousands of times a second.
///
/// Whoever arrives last lets the others go. They spin for as long as a short loop may differ between cores, some tens
/// of microseconds, and then sleep: on a busy machine the core is free for the one they wait for. (OpenMP's own barrier
/// takes as long between two idle cores, a quarter of a microsecond, but spins for milliseconds.)
#pragma once

#include <hwy/cache_control.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gibbsite {

class Barrier {
 public:
  /// Returns when all `threads` have called it as often as this one.
  void wait(std::size_t threads) noexcept {
    const std::uint32_t round = round_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1);  // in order before notify_all() looks whether anyone sleeps
      round_.notify_all();
      return;
    }
    constexpr int looks = 1000;
    for (int k = 0; k < looks; ++k) {
      if (round_.load(std::memory_order_acquire) != round) return;
      hwy::Pause();
    }
    round_.wait(round, std::memory_order_acquire);
  }

 private:
  alignas(64) std::atomic<std::uint32_t> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> round_{0};
};

}  // namespace gibbsite
