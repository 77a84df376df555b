#include "samplers/simd/couplings/dyadic_graph.hpp"

#include <algorithm>
#include <cmath>

namespace gibbsite::simd {

DyadicGraph::DyadicGraph(const Graph& graph)
    : first(graph.first().begin(), graph.first().end()), neighbour(graph.neighbour().begin(), graph.neighbour().end()) {
  double largest = 0;
  for (std::size_t i = 0; i < graph.sites(); ++i) {
    double sum = std::abs(graph.fields()[i]);
    for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) sum += std::abs(graph.coupling()[e]);
    largest = std::max(largest, sum);
  }
  const double most = 0x1p31 - 2 - static_cast<double>(graph.max_degree() + 1) / 2;
  if (largest > 0) {
    int exponent = std::ilogb(largest) - 31;
    while (std::ldexp(largest, -exponent) > most) ++exponent;
    grid = std::ldexp(1.0, exponent);
  }
  bonds_.reserve(graph.bond_count());
  coupling_.reserve(graph.coupling().size());
  twice.reserve(graph.coupling().size());
  for (const Bond& bond : graph.bonds()) bonds_.push_back({bond.i, bond.j, grid * std::nearbyint(bond.J / grid)});
  const auto whole = [this](double x) { return std::llrint(x / grid); };
  for (const double field : graph.fields()) h.push_back(static_cast<std::int32_t>(whole(field)));
  for (const double J : graph.coupling()) {
    coupling_.push_back(whole(J));
    twice.push_back(static_cast<std::int32_t>(2 * static_cast<std::uint64_t>(coupling_.back()) & 0xFFFFFFFFU));
  }
}

Graph DyadicGraph::rounded() const {
  std::vector<double> fields;
  for (const std::int32_t field : h) fields.push_back(grid * field);
  return Graph(bonds_, std::move(fields));
}

}  // namespace gibbsite::simd
