/// How large a system will be, known before it is built, and what replicas of it take.
#pragma once

#include <string>

#include "studies/files/memory.hpp"

namespace gibbsite {

struct SystemSize {
  double sites = 0;       ///< 0: only its file knows
  MemoryNeed need = {};   ///< what stands in memory once, whatever moves on it
  std::string keys = {};  ///< that say how large it is: "model.size"
};

/// What replicas take in the densest layouts. `keys`: that say how many.
MemoryNeed need_of_replicas(double replicas, const SystemSize& size, const std::string& keys);
/// What a schedule of so many temperatures takes.
MemoryNeed need_of_schedule(double temperatures, const std::string& key);

}  // namespace gibbsite
