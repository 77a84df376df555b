#include "studies/files/signals.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "studies/text/say.hpp"

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

[[noreturn]] void leave(std::string_view why, std::string_view where) {
  char text[256];
  std::size_t length = 0;
  for (const std::string_view part : {std::string_view("stopped by "), why, where}) {
    std::memcpy(text + length, part.data(), part.size());
    length += part.size();
  }
  say({text, length});
  ::_exit(exit_stopped);
}

void on_timer(int) {
  if (means == Stop::nothing_written) leave("run.max_time", " while systems were built, before anything was written");
}

void on_signal(int signal) {
  const int error = errno;
  const Stop meaning = means;
  if (meaning == Stop::nothing_written) leave(name_of(signal), " before anything was written");
  if (meaning == Stop::all_saved)
    leave(name_of(signal),
          " at a checkpoint, before the result was written; the same command with --resume continues it");
  const long long moment = now();
  long long first = 0;
  if (asked_at.compare_exchange_strong(first, moment)) {
    asked = signal;
    // Who pressed Ctrl-C waits for an answer; elsewhere the end tells.
    if (::isatty(STDERR_FILENO) != 0) say("stopping at the next checkpoint; again: now");
  } else if (moment - first > same_one && meaning == Stop::at_checkpoint)
    leave(name_of(signal),
          ", a second time: at once, where the last checkpoint stands; the same command with --resume goes on there");
  else if (moment - first > same_one)
    leave(name_of(signal), ", a second time: at once");
  errno = error;
}

/// Handlers run on a stack of their own: libraries of products in single precision point the stack register elsewhere
/// while they work, and what a handler wrote there would be memory of others. The system gives a signal to the main
/// thread, whose stack this is, while that has none to answer yet.
void give_handlers_a_stack() {
  static std::array<std::byte, std::size_t{1} << 18> room;  // a frame with all vector registers takes 4 to 12 KB
  stack_t stack = {};
  stack.ss_sp = room.data();
  stack.ss_size = room.size();
  ::sigaltstack(&stack, nullptr);
}

}  // namespace

void listen_for_stop() {
  give_handlers_a_stack();
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write, not the end of the program
}

void stops_mean(Stop meaning) noexcept { means = meaning; }

void stop_building_after(double seconds) noexcept {
  constexpr double longest = 1e9;  // 30 years
  struct sigaction action = {};
  action.sa_handler = on_timer;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  // A signal of its own: SIGALRM may be that of whoever started the program.
  sigaction(SIGRTMIN, &action, nullptr);
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGRTMIN;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return;  // then time is counted from the first sweep on
  seconds = std::min(seconds, longest);
  itimerspec when = {};
  when.it_value.tv_sec = static_cast<time_t>(seconds);
  when.it_value.tv_nsec = static_cast<long>(1e9 * (seconds - static_cast<double>(when.it_value.tv_sec)));
  timer_settime(timer, 0, &when, nullptr);
}

bool stop_asked() noexcept { return asked != 0; }

std::string stop_reason() { return std::string(name_of(asked)); }

}  // namespace gibbsite
