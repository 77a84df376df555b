#include "samplers/kernels/scan.hpp"

#include <stdexcept>

namespace gibbsite {

Scan::Scan(ScanOrder order, const Graph& graph) : order_(order), sites_(graph.sites()) {
  if (order != ScanOrder::checkerboard) return;
  const auto colour = graph.two_colouring();
  if (!colour)
    throw std::invalid_argument(
        "a checkerboard needs a bipartite graph, and this one has a cycle of odd length: use a sequential or random "
        "scan");
  for (const std::uint8_t wanted : {0, 1})
    for (std::uint32_t i = 0; i < sites_; ++i)
      if ((*colour)[i] == wanted) visits_.push_back(i);
}

}  // namespace gibbsite
