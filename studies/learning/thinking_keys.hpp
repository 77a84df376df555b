/// Keys of `gibbsite train` for energy-based transformers (estimators/learning/energies/thinking.hpp).
#pragma once

#include <cstdint>

#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct ThinkingKeys {
  double rate = 1;         ///< of [model]: alpha
  std::int64_t steps = 3;  ///< of [training], as is the next
  bool every = false;      ///< cross entropy after all steps, not the last alone
  double start = 0;        ///< standard deviation of y_0
};

/// Whether what learns answers by going down an energy.
bool learns_to_think(const Study& study);
void add_thinking_keys(KeyTable& table);

}  // namespace gibbsite
