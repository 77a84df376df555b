#include "physics/exact/complete.hpp"

#include <cmath>

namespace gibbsite {

std::vector<Level> complete_graph_levels(std::size_t n, double J, double h) {
  const auto sites = static_cast<long double>(n);
  std::vector<Level> levels(n + 1);
  long double log_binomial = 0;
  for (std::size_t k = 0; k <= n; ++k) {
    const long double M = 2 * static_cast<long double>(k) - sites;
    levels[k] = {log_binomial, -J / (2 * sites) * (M * M - sites) - h * M, k};
    log_binomial += std::log(static_cast<long double>(n - k) / static_cast<long double>(k + 1));
  }
  return levels;
}

}  // namespace gibbsite
