#include "studies/text/say.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <span>

namespace gibbsite {
namespace {

/// All of it, as far as it can be written, in one piece if it can be.
void write_pieces(std::span<iovec> pieces) noexcept {
  while (!pieces.empty()) {
    const ssize_t count = ::writev(STDERR_FILENO, pieces.data(), static_cast<int>(pieces.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    auto written = static_cast<std::size_t>(count);
    while (!pieces.empty() && written >= pieces.front().iov_len) {
      written -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
    if (pieces.empty()) return;
    pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + written;
    pieces.front().iov_len -= written;
  }
}

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

/// SIGPIPE held back, and taken away if the writing raised one.
class NoPipeSignal {
 public:
  NoPipeSignal() noexcept {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    const timespec at_once{};
    if (!was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

}  // namespace

void say(std::string_view text) noexcept {
  const NoPipeSignal quiet;
  // Where a line of progress stands, it is taken away.
  std::array pieces = {piece(::isatty(STDERR_FILENO) != 0 ? "\r\033[K" : ""), piece("gibbsite: "), piece(text),
                       piece("\n")};
  write_pieces(pieces);
}

void say_plainly(std::string_view text) noexcept {
  const NoPipeSignal quiet;
  std::array pieces = {piece(text)};
  write_pieces(pieces);
}

void keep_standard_files() noexcept {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(file, F_GETFD) < 0 && errno == EBADF)  // opened in this order, each gets the lowest number that is free
      (void)::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace gibbsite
