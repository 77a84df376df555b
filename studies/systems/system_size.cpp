#include "studies/systems/system_size.hpp"

#include <fmt/format.h>

namespace gibbsite {

MemoryNeed need_of_replicas(double replicas, const SystemSize& size, const std::string& keys) {
  constexpr double bits = 8;  // to a byte: units in the densest layouts
  return {replicas * size.sites / bits, fmt::format("{:.3g} replicas of {:.3g} sites", replicas, size.sites),
          size.keys.empty() ? keys : keys + " or " + size.keys};
}

MemoryNeed need_of_schedule(double temperatures, const std::string& key) {
  return {8 * temperatures, fmt::format("{:.3g} temperatures", temperatures), key};
}

}  // namespace gibbsite
