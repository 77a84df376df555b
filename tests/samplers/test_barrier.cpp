#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "samplers/barrier.hpp"

using namespace gibbsite;

namespace {

/// Rounds in which some thread was seen that had not yet done what it does before it waits. More threads than cores:
/// some of them sleep.
template <class Wait>
int early_starts(std::size_t threads, int rounds, Wait wait) {
  std::vector<std::atomic<int>> done(threads);
  std::atomic<int> early{0};
  std::vector<std::thread> team;
  for (std::size_t t = 0; t < threads; ++t)
    team.emplace_back([&, t] {
      for (int round = 1; round <= rounds; ++round) {
        done[t].store(round, std::memory_order_relaxed);
        wait();
        for (const auto& other : done)
          if (other.load(std::memory_order_relaxed) < round) ++early;
        wait();
      }
    });
  for (std::thread& thread : team) thread.join();
  return early;
}

}  // namespace

TEST_CASE("nobody leaves a barrier before all have come") {
  for (const std::size_t threads : {1, 2, 5}) {
    Barrier barrier;
    CHECK(early_starts(threads, 2000, [&] { barrier.wait(threads); }) == 0);
  }
  CHECK(early_starts(5, 2000, [] { std::this_thread::yield(); }) > 0);  // no barrier
}
