#include <algorithm>
#include <cmath>

#include "samplers/methods/annealing.hpp"

namespace gibbsite {

std::vector<double> equal_length_schedule(std::span<const double> grid, std::span<const double> length,
                                          std::span<const double> report, std::size_t temperatures) {
  std::vector<double> sum(grid.size(), 0.0);  // length from 0
  for (std::size_t k = 0; k + 1 < grid.size(); ++k) sum[k + 1] = sum[k] + std::max(length[k], 1e-12);
  const auto length_at = [&](double lambda) {
    std::size_t k = 1;
    while (k + 1 < grid.size() && grid[k] < lambda) ++k;
    return sum[k - 1] + (sum[k] - sum[k - 1]) * (lambda - grid[k - 1]) / (grid[k] - grid[k - 1]);
  };
  const auto lambda_at = [&](double wanted) {
    std::size_t k = 1;
    while (k + 1 < sum.size() && sum[k] < wanted) ++k;
    return grid[k - 1] + (grid[k] - grid[k - 1]) * (wanted - sum[k - 1]) / (sum[k] - sum[k - 1]);
  };
  std::vector<double> schedule = {0};
  const double total = length_at(report.back());
  for (const double end : report) {
    const double begin = schedule.back();
    if (end <= begin) continue;
    const double from = length_at(begin), part = length_at(end) - from;
    const auto steps = std::max<long long>(1, std::llround(static_cast<double>(temperatures) * part / total));
    for (long long s = 1; s < steps; ++s) {
      const double lambda = lambda_at(from + part * static_cast<double>(s) / static_cast<double>(steps));
      if (lambda > schedule.back() && lambda < end) schedule.push_back(lambda);
    }
    schedule.push_back(end);
  }
  return schedule;
}

std::vector<double> linear_schedule(std::span<const double> report, std::size_t temperatures) {
  const double grid[] = {0, report.back()}, length[] = {1};
  return equal_length_schedule(grid, length, report, temperatures);
}

std::vector<double> salakhutdinov_schedule(std::size_t temperatures) {
  const std::size_t first = std::max<std::size_t>(temperatures / 29, 1),
                    second = std::max<std::size_t>(temperatures * 8 / 29, 1), third = temperatures - first - second;
  std::vector<double> schedule = {0.0};
  for (const auto& [end, steps] : {std::pair(0.5, first), std::pair(0.9, second), std::pair(1.0, third)}) {
    const double begin = schedule.back();
    for (std::size_t k = 1; k < steps; ++k)
      schedule.push_back(begin + (end - begin) * static_cast<double>(k) / static_cast<double>(steps));
    schedule.push_back(end);
  }
  return schedule;
}

}  // namespace gibbsite
