#include "samplers/kernels/sign_clusters.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "samplers/kernels/side_by_side.hpp"

namespace gibbsite {
namespace {

/// Joins two clusters by Rem's algorithm, with parent(i) <= i (samplers/ensembles/raster_clusters.hpp).
void join(std::vector<std::uint32_t>& parent, std::uint32_t i, std::uint32_t j) {
  while (parent[i] != parent[j]) {
    if (parent[i] < parent[j]) std::swap(i, j);
    if (parent[i] == i) {
      parent[i] = parent[j];
      return;
    }
    i = std::exchange(parent[i], parent[j]);
  }
}

}  // namespace

SignClusters::SignClusters(const Graph& graph, double pull) : graph_(&graph), pull_(pull) {
  const auto fields = graph.fields();
  fields_ = std::any_of(fields.begin(), fields.end(), [](double h) { return h != 0; });
}

void SignClusters::sweep(double lambda, std::span<double> x, Chance& chance, Workspace& w) const {
  const auto bonds = graph_->bonds();
  const auto fields = graph_->fields();
  const double pull = 2 * (1 - lambda) * pull_;
  const bool pulled = fields_ || pull != 0;
  w.wanted.resize(bonds.size() + (pulled ? x.size() : 0));
  draw_exponentials(w.wanted, chance);
  w.parent.resize(x.size());
  std::iota(w.parent.begin(), w.parent.end(), 0U);
  for (std::size_t b = 0; b < bonds.size(); ++b)
    if (2 * lambda * bonds[b].J * x[bonds[b].i] * x[bonds[b].j] > w.wanted[b]) join(w.parent, bonds[b].i, bonds[b].j);
  for (std::uint32_t i = 0; i < x.size(); ++i) w.parent[i] = w.parent[w.parent[i]];  // the first site of its cluster
  w.held.assign(x.size(), 0);
  if (pulled)
    for (std::size_t i = 0; i < x.size(); ++i)
      if ((2 * lambda * fields[i] + pull) * x[i] > w.wanted[bonds.size() + i]) w.held[w.parent[i]] = 1;
  const Coin half(0.5);
  w.turned.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (w.parent[i] == i) w.turned[i] = w.held[i] == 0 && chance.coin(half);
    if (w.turned[w.parent[i]] != 0) x[i] = -x[i];
  }
}

}  // namespace gibbsite
