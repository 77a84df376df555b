/// The keys of tempering besides those of chains.
#pragma once

#include <cstdint>
#include <string>

#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct TemperingKeys {
  std::string ladder = "";  ///< fixed | adaptive; empty: fixed, but on a trajectory adaptive
};

struct TrajectoryKeys {
  std::int64_t rungs = 0;  ///< 0: as many as there are snapshots
};

void add_ladder_key(KeyTable& table);

}  // namespace gibbsite
