#include "samplers/methods/resampling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gibbsite {
namespace {

/// Weights relative to the largest.
std::vector<double> relative_weights(std::span<const double> log_w) {
  const double top = *std::max_element(log_w.begin(), log_w.end());
  std::vector<double> w;
  for (const double l : log_w) w.push_back(std::exp(l - top));
  return w;
}

}  // namespace

double log_mean_weight(std::span<const double> log_w) {
  const std::vector<double> w = relative_weights(log_w);
  return *std::max_element(log_w.begin(), log_w.end()) +
         std::log(std::accumulate(w.begin(), w.end(), 0.0) / static_cast<double>(w.size()));
}

double effective_share(std::span<const double> log_w) {
  const double top = *std::max_element(log_w.begin(), log_w.end());
  double sum = 0, squares = 0;
  for (const double l : log_w) {
    const double w = std::exp(l - top);
    sum += w;
    squares += w * w;
  }
  return sum * sum / (squares * static_cast<double>(log_w.size()));
}

std::vector<std::size_t> systematic_resample(std::span<const double> log_w, double u) {
  const std::vector<double> w = relative_weights(log_w);
  const double sum = std::accumulate(w.begin(), w.end(), 0.0), n = static_cast<double>(w.size());
  std::vector<std::size_t> parent(w.size());
  double reached = w[0] / sum * n;
  for (std::size_t r = 0, p = 0; r < w.size(); ++r) {
    while (reached < static_cast<double>(r) + u && p + 1 < w.size()) reached += w[++p] / sum * n;
    parent[r] = p;
  }
  return parent;
}

std::size_t resampling_groups(std::size_t particles) {
  constexpr std::size_t fewest = 64, most = 128;
  if (particles < 2 * fewest) return std::max<std::size_t>(1, particles / 2);
  for (std::size_t groups = fewest; groups <= most; ++groups)
    if (particles % groups == 0 && particles >= 2 * groups) return groups;
  return fewest;
}

}  // namespace gibbsite
