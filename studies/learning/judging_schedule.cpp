#include "studies/learning/judging_schedule.hpp"

#include <algorithm>

namespace gibbsite {

JudgingSchedule judging_schedule(const TrainingKeys& keys, std::uint64_t updates, std::uint64_t batches,
                                 std::size_t samples, bool summed) {
  constexpr std::uint64_t most = 20;       // likelihoods of a training
  constexpr std::int64_t least_part = 10;  // of the temperatures, below which there are fewer likelihoods instead
  constexpr double share_of_learning = 0.5;
  if (keys.evaluate > 0) return {static_cast<std::uint64_t>(keys.evaluate) * batches, keys.temperatures};
  const auto apart = [&](std::uint64_t count) { return std::max<std::uint64_t>(updates / count, 1); };
  if (summed) return {apart(most), keys.temperatures};
  const double batch = static_cast<double>(std::min<std::uint64_t>(static_cast<std::uint64_t>(keys.batch), samples));
  const double chains = keys.method == "pcd" || keys.method == "jarzynski" ? static_cast<double>(keys.chains) : batch;
  const double budget = share_of_learning * static_cast<double>(updates) *
                        (2 * batch + chains * (2 * static_cast<double>(std::max<std::int64_t>(keys.steps, 1)) + 2));
  const double a_temperature = 4 * static_cast<double>(keys.particles), data = static_cast<double>(samples);
  const std::int64_t least = std::max<std::int64_t>(keys.temperatures / least_part, 3);
  const double affordable = std::max((budget / static_cast<double>(most) - data) / a_temperature, 0.0);
  const std::int64_t temperatures = std::clamp(static_cast<std::int64_t>(std::min(affordable, 1e9)),
                                               std::min(least, keys.temperatures), keys.temperatures);
  const double count = budget / (data + a_temperature * static_cast<double>(temperatures));
  return {apart(static_cast<std::uint64_t>(std::clamp(count, 1.0, static_cast<double>(most)))), temperatures};
}

}  // namespace gibbsite
