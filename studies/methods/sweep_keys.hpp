/// The keys of sweeps that all methods share.
#pragma once

#include <cstdint>

#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct SweepKeys {
  std::int64_t thermalization = 1000;
  std::int64_t every = 1;
};

inline void add_thermalization_key(KeyTable& table) {
  Section<SweepKeys>(table, "method").integer("thermalization", &SweepKeys::thermalization, {0}, "sweeps thrown away");
}
inline void add_every_key(KeyTable& table) {
  Section<SweepKeys>(table, "method")
      .integer("every", &SweepKeys::every, {1, 1'000'000},
               "sweeps between two draws; annealing: at each temperature");
}

}  // namespace gibbsite
