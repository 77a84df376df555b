/// The keys of `gibbsite loglik`: how ln Z is found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "studies/study/command.hpp"
#include "studies/systems/system_size.hpp"

namespace gibbsite {

struct AisKeys {
  std::int64_t particles = 100;
  static constexpr std::int64_t temperatures_of_energies = 1000;  ///< of real numbers, where nobody asks
  std::int64_t temperatures = 14500;
  std::string schedule = "salakhutdinov";  ///< salakhutdinov | adaptive | linear
  bool temperatures_given = false, schedule_given = false;
  std::string reference = "base-rate";  ///< base-rate | uniform
  bool reverse = true;
  std::int64_t thermalization = 1000;  ///< sweeps at the target before the way back
};

struct LadderKeys {
  std::int64_t rungs = 24;  ///< below 2: no tempering
  std::int64_t ladders = 4;
  std::int64_t thermalization = 1000, sweeps = 4000;
};

/// Along the snapshots of the model's training, with the ladders and sweeps of LadderKeys.
struct TrajectoryRouteKeys {
  std::int64_t rungs = 24;  ///< below 2: not
};

struct RaiseKeys {
  std::int64_t samples = 100;  ///< of the data; 0: none
  std::int64_t temperatures = 1000;
  std::int64_t draws = 1;  ///< annealings per sample
};

/// They and those of [data] and [run].
const Schema& likelihood_schema();
/// The keys of a command line, for a model file. Throws RequestError.
Request read_likelihood(const std::string& model, const Settings& keys);
/// What a model of that size takes.
std::vector<MemoryNeed> needs_of_likelihood(const Study& study, const SystemSize& size);

}  // namespace gibbsite
