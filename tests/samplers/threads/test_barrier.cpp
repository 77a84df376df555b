#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "samplers/threads/barrier.hpp"

using namespace gibbsite;

namespace {

enum class Start { together, one_after_the_other };

/// Rounds in which some thread was seen that had not yet done what it does before it waits. More threads than cores:
/// some of them sleep.
template <class Wait>
int early_starts(std::size_t threads, int rounds, Start start, Wait wait) {
  std::vector<std::atomic<int>> done(threads);
  std::atomic<int> early{0};
  std::vector<std::thread> team;
  for (std::size_t t = 0; t < threads; ++t) {
    team.emplace_back([&, t] {
      for (int round = 1; round <= rounds; ++round) {
        done[t].store(round, std::memory_order_relaxed);
        wait();
        for (const auto& other : done)
          if (other.load(std::memory_order_relaxed) < round) ++early;
        wait();
      }
    });
    if (start == Start::one_after_the_other) team.back().join();
  }
  for (std::thread& thread : team)
    if (thread.joinable()) thread.join();
  return early;
}

}  // namespace

TEST_CASE("nobody leaves a barrier before all have come") {
  for (const std::size_t threads : {1, 2, 5}) {
    Barrier barrier;
    CHECK(early_starts(threads, 2000, Start::together, [&] { barrier.wait(threads); }) == 0);
  }
  CHECK(early_starts(5, 1, Start::one_after_the_other, [] {}) > 0);  // no barrier: the first one waits for nobody
}
