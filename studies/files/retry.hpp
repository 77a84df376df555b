/// Calls of the operating system that a signal may break off before they have done anything.
#pragma once

#include <unistd.h>

#include <cerrno>

namespace gibbsite {

/// Calls again for as long as a signal came in between.
template <class Call>
auto again(Call call) {
  for (;;)
    if (const auto result = call(); result >= 0 || errno != EINTR) return result;
}

/// Closes a file once: broken off by a signal, it is closed all the same, and a second try might hit another file.
inline int close_once(int file) { return ::close(file) != 0 && errno != EINTR ? -1 : 0; }

}  // namespace gibbsite
