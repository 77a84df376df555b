#include "estimators/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {

namespace {

/// Which bin each value lies in, edges.size() - 1 for none.
std::vector<std::size_t> bins_of(std::span<const double> values, std::span<const double> edges) {
  const std::size_t bins = edges.size() - 1;
  std::vector<std::size_t> bin(values.size());
  std::transform(values.begin(), values.end(), bin.begin(), [&](double v) {
    if (v == edges.back()) return bins - 1;
    const auto above = std::upper_bound(edges.begin(), edges.end(), v);
    return above == edges.begin() ? bins : static_cast<std::size_t>(above - edges.begin()) - 1;
  });
  return bin;
}

}  // namespace

std::vector<Estimate> histogram(const ChainSeries& q, std::span<const double> edges, const Beyond& beyond,
                                Symmetry symmetry, std::size_t together) {
  require_valid(q, "histogram");
  if (edges.size() < 2 ||
      std::adjacent_find(edges.begin(), edges.end(), [](double a, double b) { return !(a < b); }) != edges.end())
    throw std::invalid_argument("histogram: bin edges must ascend, two at least");
  const std::size_t bins = edges.size() - 1;
  for (std::size_t b = 0; symmetry == Symmetry::even && b <= bins; ++b)
    if (std::abs(edges[b] + edges[bins - b]) > 1e-9 * (edges.back() - edges.front()))
      throw std::invalid_argument("histogram: a distribution that is even needs bins that are");
  const std::vector<std::size_t> bin = bins_of(q.values, edges), other = bins_of(beyond.hotter, edges);
  std::vector<Estimate> density;
  const std::size_t draws = q.draws(), left = draws / together;
  std::vector<double> inside(q.chains * left), elsewhere(other.size()), share;
  if (together > 1) share.resize(inside.size());
  for (std::size_t b = 0; b < bins; ++b) {
    const double height = 1 / (edges[b + 1] - edges[b]);
    const auto indicator = [&](std::size_t k) {
      if (symmetry == Symmetry::none) return k == b ? height : 0.0;
      return ((k == b ? 0.5 : 0.0) + (k == bins - 1 - b ? 0.5 : 0.0)) * height;
    };
    for (std::size_t c = 0; c < q.chains; ++c)
      for (std::size_t t = 0; t < left; ++t) {
        const std::size_t* first = bin.data() + c * draws + t * together;
        inside[c * left + t] = indicator(first[together - 1]);
        if (together == 1) continue;
        double sum = 0;
        for (std::size_t k = 0; k < together; ++k) sum += indicator(first[k]);
        share[c * left + t] = sum / static_cast<double>(together);
      }
    std::transform(other.begin(), other.end(), elsewhere.begin(), indicator);
    Beyond of_bin = beyond;
    of_bin.hotter = elsewhere;
    of_bin.moments = {.mean = share};
    of_bin.unseen = {0, symmetry == Symmetry::even && 2 * b + 1 != bins ? height / 2 : height};
    Estimate& e = density.emplace_back(estimate(mean_response(0), {inside, q.chains, q.memory}, of_bin).estimate);
    if (std::isnan(e.error) && beyond.tau > 0)  // never or always seen
      e.error = of_bin.unseen[1] * std::max(1.0, 2 * beyond.tau) / static_cast<double>(inside.size());
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
