/// The instruction sets of this processor, asked for once: within a virtual machine each question takes microseconds.
#pragma once

#include <hwy/targets.h>

#include <atomic>
#include <cstdint>

namespace gibbsite::simd {

namespace targets {
inline std::atomic<std::int64_t> pretended{0};  // by a test; 0: none are
}

inline std::int64_t supported_targets() {
  static const std::int64_t all = hwy::SupportedTargets();
  const std::int64_t others = targets::pretended;
  return others != 0 ? others : all;
}
/// For tests: as if there were only these; 0: those that there are.
inline void pretend_targets(std::int64_t these) { targets::pretended = these; }

}  // namespace gibbsite::simd
