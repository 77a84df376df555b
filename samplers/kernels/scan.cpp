#include "samplers/kernels/scan.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace gibbsite {
namespace {

/// For each site, the first colour that none of its neighbours before it has.
std::vector<std::uint32_t> greedy_colouring(const Graph& graph) {
  std::vector<std::uint32_t> colour(graph.sites()), taken_by(1, 0);  // [colour]: 1 + the last site that may not have it
  for (std::uint32_t i = 0; i < graph.sites(); ++i) {
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e)
      if (graph.neighbour()[e] < i) taken_by[colour[graph.neighbour()[e]]] = i + 1;
    while (taken_by[colour[i]] == i + 1)
      if (++colour[i] == taken_by.size()) taken_by.push_back(0);
  }
  return colour;
}

template <class Colours>
std::vector<std::uint32_t> by_colour(const Colours& colour) {
  std::vector<std::uint32_t> sites(colour.size());
  std::iota(sites.begin(), sites.end(), 0U);
  std::stable_sort(sites.begin(), sites.end(), [&](std::uint32_t a, std::uint32_t b) { return colour[a] < colour[b]; });
  return sites;
}

}  // namespace

Scan::Scan(ScanOrder order, const Graph& graph) : order_(order), sites_(graph.sites()) {
  if (order == ScanOrder::colours) visits_ = by_colour(greedy_colouring(graph));
  if (order != ScanOrder::checkerboard) return;
  const auto colour = graph.two_colouring();
  if (!colour)
    throw std::invalid_argument(
        "a checkerboard needs a bipartite graph, and this one has a cycle of odd length: use a sequential or random "
        "scan");
  visits_ = by_colour(*colour);
}

}  // namespace gibbsite
