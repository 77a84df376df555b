#include "studies/signals.hpp"

#include <csignal>

namespace gibbsite {
namespace {

volatile std::sig_atomic_t asked = 0;

void on_signal(int signal) {
  asked = signal;
  if (signal == SIGINT) std::signal(SIGINT, SIG_DFL);  // the second one is for real
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

bool stop_asked() noexcept { return asked != 0; }

std::string stop_reason() {
  switch (asked) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return "";
  }
}

}  // namespace gibbsite
