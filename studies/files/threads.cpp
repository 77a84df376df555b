#include "studies/files/threads.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

/// How many of so many threads run beside each other, this one among them; why there are no more.
int startable(int wanted, std::string& why) {
  std::atomic<bool> over = false;
  std::vector<std::thread> others;
  try {
    others.reserve(static_cast<std::size_t>(wanted));
    while (static_cast<int>(others.size()) + 1 < wanted) others.emplace_back([&over] { over.wait(false); });
  } catch (const std::system_error& error) {
    why = error.code().message();
  } catch (const std::bad_alloc&) {
    why = "not enough memory";
  }
  over = true;
  over.notify_all();
  for (std::thread& other : others) other.join();
  return static_cast<int>(others.size()) + 1;
}

}  // namespace

void use_threads(std::int64_t asked) {
  const int wanted = asked > 0 ? static_cast<int>(asked) : omp_get_max_threads();
  std::string why;
  const int started = startable(wanted, why);
  const int granted =
      started < wanted ? std::max(1, started / 2) : wanted;  // the rest is left to memory, and to others
  if (granted < wanted)
    say(fmt::format("note: only {} of {} threads could be started ({}); it goes on with {}, to the same results",
                    started, wanted, why, granted));
  if (granted < wanted || asked > 0) omp_set_num_threads(granted);
}

}  // namespace gibbsite
