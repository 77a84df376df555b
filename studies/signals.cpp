#include "studies/signals.hpp"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "studies/say.hpp"

namespace gibbsite {
namespace {

constexpr int exit_stopped = 75;
/// Stops that follow the first one this soon are the same one: `timeout` sends SIGTERM to the program and, a moment
/// later, to its whole group; a finger on Ctrl-C is no faster.
constexpr long long same_one = 500'000'000;  // ns

// All that the handler touches is atomic and needs no lock.
std::atomic<Stop> means = Stop::nothing_written;
std::atomic<int> asked = 0;
std::atomic<long long> asked_at = 0;
static_assert(std::atomic<long long>::is_always_lock_free && std::atomic<Stop>::is_always_lock_free);

constexpr std::string_view name_of(int signal) {
  return signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : signal == SIGUSR1 ? "SIGUSR1" : "";
}

long long now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

[[noreturn]] void leave(int signal, std::string_view where) {
  char text[256];
  std::size_t length = 0;
  for (const std::string_view part : {std::string_view("stopped by "), name_of(signal), where}) {
    std::memcpy(text + length, part.data(), part.size());
    length += part.size();
  }
  say({text, length});
  ::_exit(exit_stopped);
}

void on_signal(int signal) {
  const int error = errno;
  const Stop meaning = means;
  if (meaning == Stop::nothing_written) leave(signal, " before anything was written");
  if (meaning == Stop::all_saved)
    leave(signal, " at a checkpoint, before the result was written; the same command with --resume continues it");
  const long long moment = now();
  long long first = 0;
  if (asked_at.compare_exchange_strong(first, moment))
    asked = signal;
  else if (moment - first > same_one && meaning == Stop::at_checkpoint)
    leave(signal,
          ", a second time: at once, where the last checkpoint stands; the same command with --resume goes on there");
  else if (moment - first > same_one)
    leave(signal, ", a second time: at once");
  errno = error;
}

}  // namespace

void listen_for_stop() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write, not the end of the program
}

void stops_mean(Stop meaning) noexcept { means = meaning; }

bool stop_asked() noexcept { return asked != 0; }

std::string stop_reason() { return std::string(name_of(asked)); }

}  // namespace gibbsite
