/// When a training is judged, and how well, where ln Z has to be annealed: so that judging costs at most about half of
/// what learning does, and one thorough annealing at the end.
///
/// Work is counted, not timed, in products of one state with the weights: an update takes two for each sample and
/// 2 k + 2 for each chain; an annealing there and back four for each particle and temperature; and every sample of the
/// data one more.
#pragma once

#include <cstdint>

#include "studies/learning/training_keys.hpp"

namespace gibbsite {

struct JudgingSchedule {
  std::uint64_t every = 1;        ///< updates between two likelihoods
  std::int64_t temperatures = 0;  ///< of annealing along the way; at the end training.temperatures
};

/// samples: those that are learned and those that are not. summed: ln Z costs no annealing. Of the keys, `evaluate`
/// says how often, if it is not 0, and then every annealing is thorough.
JudgingSchedule judging_schedule(const TrainingKeys& keys, std::uint64_t updates, std::uint64_t batches,
                                 std::size_t samples, bool summed);

}  // namespace gibbsite
