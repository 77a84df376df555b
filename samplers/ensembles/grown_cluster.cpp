#include "samplers/ensembles/grown_cluster.hpp"

#include <algorithm>
#include <cassert>

namespace gibbsite {

SignedBonds::SignedBonds(const Graph& graph, double grid)
    : unit(grid == 0 ? graph.common_strength().value() : grid),
      first(graph.first().begin(), graph.first().end()),
      neighbour(graph.neighbour().begin(), graph.neighbour().end()) {
  constexpr std::uint32_t sign = std::uint32_t{1} << 31;
  assert(graph.sites() < sign);
  const auto coupling = graph.coupling();
  for (std::size_t e = 0; e < neighbour.size(); ++e) {
    if (coupling[e] < 0) neighbour[e] |= sign;
    if (grid != 0) whole.push_back(static_cast<std::uint32_t>(std::llrint(std::abs(coupling[e]) / grid)));
  }
}

std::vector<std::uint32_t> SignedBonds::thresholds(double beta) const {
  std::vector<std::uint32_t> high;
  high.reserve(whole.size());
  for (std::size_t e = 0; e < whole.size(); ++e)
    high.push_back(static_cast<std::uint32_t>(Coin(-std::expm1(-2 * beta * strength(e))).threshold >> 32));
  return high;
}

}  // namespace gibbsite
