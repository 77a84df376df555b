#include "estimators/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"

namespace gibbsite {

std::vector<Estimate> histogram(const Chains& q, std::span<const double> edges) {
  require_valid(q, "histogram");
  if (edges.size() < 2 ||
      std::adjacent_find(edges.begin(), edges.end(), [](double a, double b) { return !(a < b); }) != edges.end())
    throw std::invalid_argument("histogram: bin edges must ascend, two at least");
  const std::size_t bins = edges.size() - 1;
  std::vector<std::size_t> bin(q.values.size());
  std::transform(q.values.begin(), q.values.end(), bin.begin(), [&](double v) {
    if (v == edges.back()) return bins - 1;
    const auto above = std::upper_bound(edges.begin(), edges.end(), v);
    return above == edges.begin() ? bins : static_cast<std::size_t>(above - edges.begin()) - 1;
  });
  std::vector<Estimate> density;
  std::vector<double> inside(q.values.size());
  for (std::size_t b = 0; b < bins; ++b) {
    const double width = edges[b + 1] - edges[b];
    std::transform(bin.begin(), bin.end(), inside.begin(), [&](std::size_t k) { return k == b ? 1 / width : 0.0; });
    density.push_back(estimate_mean({inside, q.chains, q.memory}));
  }
  return density;
}

std::vector<double> uniform_edges(double low, double high, std::size_t bins) {
  if (!(low < high) || bins == 0)
    throw std::invalid_argument("uniform_edges: low must lie below high, with one bin at least");
  std::vector<double> edges(bins + 1);
  for (std::size_t b = 0; b <= bins; ++b)
    edges[b] = std::lerp(low, high, static_cast<double>(b) / static_cast<double>(bins));
  return edges;
}

}  // namespace gibbsite
