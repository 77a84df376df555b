/// The keys of `gibbsite sample`: how states are drawn.
#pragma once

#include <cstdint>
#include <string>

#include "studies/study/command.hpp"

namespace gibbsite {

struct SampleKeys {
  std::int64_t number = 1000;          ///< of states
  std::int64_t chains = 0;             ///< independent ones; 0: as many as states, from 16 to 1000
  std::int64_t annealing = 1000;       ///< sweeps from the reference to the target
  std::int64_t thermalization = 1000;  ///< sweeps there before the first state
  std::int64_t every = 100;            ///< sweeps between two states of a chain
  bool hidden = false;                 ///< hidden units too
};

/// They, and those of studies but for how a method gathers draws.
const Schema& sample_schema();
/// A study with the keys of a command line, or a model file: the model itself, beta = 1. Throws RequestError.
Request read_sample(const std::string& study_or_model, const Settings& keys);

}  // namespace gibbsite
