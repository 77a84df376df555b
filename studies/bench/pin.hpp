/// Timing on one core.
#pragma once

#include <sched.h>

#include <algorithm>

namespace gibbsite {

/// Keeps the calling thread on the core it is on, until destroyed.
class Pin {
 public:
  Pin() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(std::max(sched_getcpu(), 0)), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~Pin() { sched_setaffinity(0, sizeof before_, &before_); }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace gibbsite
