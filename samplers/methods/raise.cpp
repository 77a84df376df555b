#include "samplers/methods/raise.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace gibbsite {

std::vector<double> raise_log_likelihood(Ensemble& ensemble, std::span<const double> schedule, std::uint64_t time,
                                         const std::function<void(std::size_t)>& progress) {
  if (schedule.size() < 2 || schedule.front() != 0 ||
      std::adjacent_find(schedule.begin(), schedule.end(), std::greater_equal<>{}) != schedule.end())
    throw std::invalid_argument("a schedule must ascend from 0");
  const std::size_t replicas = ensemble.layout().replicas;
  std::vector<double> log_w(replicas), lambda(replicas, schedule.back()), here(replicas);
  ensemble.log_weight(lambda, log_w);
  std::vector<Tally> tally(replicas);
  for (std::size_t k = schedule.size() - 1; k > 0; --k) {
    const std::vector<Setting> setting(replicas, Setting{schedule[k], 1});
    ensemble.sweep(setting, {.time = time++, .count = 1, .order = Direction::reversed}, tally);
    ensemble.log_weight(lambda, here);
    for (std::size_t r = 0; r < replicas; ++r) log_w[r] -= here[r];
    lambda.assign(replicas, schedule[k - 1]);
    ensemble.log_weight(lambda, here);
    for (std::size_t r = 0; r < replicas; ++r) log_w[r] += here[r];
    if (progress) progress(schedule.size() - k);
  }
  for (double& w : log_w) w -= ensemble.layout().log_z_reference;
  return log_w;
}

}  // namespace gibbsite
