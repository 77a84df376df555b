/// Cluster updates of models with Fortuin-Kasteleyn bonds, on any graph and any couplings.
///
/// A satisfied bond is active with probability 1 - exp(-2 beta J s s); sites joined by active bonds are a cluster, and
/// turning clusters over leaves p invariant (Fortuin & Kasteleyn 1972; Swendsen & Wang, PRL 58, 86 (1987), eqs. 2-4).
/// What turning over means is the model's affair (concept Bonds): of spins in the plane, a reflection makes Ising spins
/// (Wolff 1989), drawn anew for every sweep of Swendsen-Wang and every cluster of Wolff.
/// Fields are bonds with a ghost spin that stays +1 (Coniglio, de Liberto, Monroy & Peruggi, J. Phys. A 22, L837
/// (1989)): the cluster that holds the ghost stays as it is. Frustrated couplings are allowed and correct, but clusters
/// then percolate above the transition and decorrelate little.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "samplers/kernels/kernel.hpp"

namespace gibbsite {

/// Swendsen-Wang: all clusters, each turned over with probability 1/2. Cost: all bonds, union-find nearly linear.
class SwendsenWang {
 public:
  struct Workspace {
    std::vector<std::uint32_t> parent;
    std::vector<std::int8_t> fate;  // of a root: 0 not drawn yet, +1 stays, -1 turned over
  };
  static constexpr Stride stride = Stride::unused;

  template <Bonds M>
  auto prepare(const M& model, double lambda) const {
    return model.bonds(lambda);
  }
  /// Tally: spins, and spins turned over.
  template <Bonds M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<typename M::Unit> s, double, Direction, C& chance, Tally& tally,
             Workspace& scratch) const {
    const auto n = static_cast<std::uint32_t>(model.units());
    const auto first = model.graph().first();
    const auto neighbour = model.graph().neighbour();
    const bool fields = bonds.has_ghost();
    const auto turn = model.draw_turn(chance);
    auto& parent = scratch.parent;
    parent.resize(n + 1);  // the ghost is site n
    for (std::uint32_t i = 0; i <= n; ++i) parent[i] = i;
    for (std::uint32_t i = 0; i < n; ++i) {
      for (std::uint32_t e = first[i]; e < first[i + 1]; ++e)
        if (neighbour[e] > i && chance.coin(bonds.join(turn, s, i, e, true))) unite(parent, i, neighbour[e]);
      if (fields && chance.coin(bonds.ghost(turn, s, i))) unite(parent, i, n);
    }
    scratch.fate.assign(n + 1, 0);
    scratch.fate[root(parent, n)] = 1;
    const Coin half(0.5);
    std::size_t turned = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      std::int8_t& fate = scratch.fate[root(parent, i)];
      if (fate == 0) fate = chance.coin(half) ? -1 : 1;
      if (fate > 0) continue;
      model.apply(turn, s, i);
      ++turned;
    }
    tally.tried += n;
    tally.accepted += static_cast<double>(turned);
  }

  /// Spins that one cluster grown from a random site would turn over on average, in the clusters of the last sweep with
  /// this scratch memory: sum over clusters without the ghost of size^2 / N.
  static double mean_cluster(Workspace& scratch) {
    const auto n = static_cast<std::uint32_t>(scratch.parent.size() - 1);
    std::vector<std::uint32_t> size(n + 1, 0);
    for (std::uint32_t i = 0; i < n; ++i) ++size[root(scratch.parent, i)];
    size[root(scratch.parent, n)] = 0;
    double sum = 0;
    for (const double c : size) sum += c * c;
    return sum / n;
  }

 private:
  static std::uint32_t root(std::vector<std::uint32_t>& parent, std::uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  }
  static void unite(std::vector<std::uint32_t>& parent, std::uint32_t i, std::uint32_t j) {
    const std::uint32_t a = root(parent, i), b = root(parent, j);
    if (a < b)
      parent[b] = a;
    else
      parent[a] = b;
  }
};

/// Wolff (PRL 62, 361 (1989)): one cluster at a time, grown from a random site and always turned over, unless it holds
/// the ghost. A sweep is a fixed number of clusters (stride, rounded): a sweep that stopped after N spins would be
/// biased. Cost per cluster: its sites and their bonds.
///
/// stride = 0 is a survey: a Swendsen-Wang sweep, whose tally holds the spins that a single cluster would turn over, so
/// that a method can choose the number of clusters. Growing clusters one by one would not do: while a large hot system
/// orders, clusters grow from a few spins to all of them within one sweep, and a number chosen for small ones then
/// never ends.
class Wolff {
 public:
  struct Workspace {
    std::vector<std::uint32_t> cluster;
    std::vector<std::uint8_t> inside;
    SwendsenWang::Workspace survey;
  };
  static constexpr Stride stride = Stride::clusters;

  template <Bonds M>
  auto prepare(const M& model, double lambda) const {
    return model.bonds(lambda);
  }
  /// Tally: spins of the system, and spins turned over.
  template <Bonds M, class P, class C>
  void sweep(const M& model, const P& bonds, std::span<typename M::Unit> s, double clusters, Direction order, C& chance,
             Tally& tally, Workspace& scratch) const {
    const std::size_t n = model.units();
    if (clusters == 0) {
      Tally unused;
      SwendsenWang().sweep(model, bonds, s, 0, order, chance, unused, scratch.survey);
      tally.tried += static_cast<double>(n);
      tally.accepted += SwendsenWang::mean_cluster(scratch.survey);
      return;
    }
    const auto first = model.graph().first();
    const auto neighbour = model.graph().neighbour();
    auto& cluster = scratch.cluster;
    auto& inside = scratch.inside;
    cluster.resize(n + 1);  // one more, because a candidate is written before it is known to belong
    inside.assign(n, 0);
    const bool fields = bonds.has_ghost();
    const auto count = std::max<long long>(1, std::llround(clusters));
    std::size_t turned = 0;
    for (long long k = 0; k < count; ++k) {
      const auto turn = model.draw_turn(chance);
      cluster[0] = static_cast<std::uint32_t>(chance.pick(n));
      inside[cluster[0]] = 1;
      std::size_t size = 1;
      bool held = false;  // by the ghost
      for (std::size_t at = 0; at < size && !held; ++at) {
        const std::uint32_t i = cluster[at];
        if (fields) held = chance.coin(bonds.ghost(turn, s, i));
        for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) {  // no branch depends on the outcome of a coin
          const std::uint32_t j = neighbour[e];
          const bool joins = chance.coin(bonds.join(turn, s, i, e, inside[j] == 0));
          cluster[size] = j;
          inside[j] = static_cast<std::uint8_t>(inside[j] | joins);
          size += joins;
        }
      }
      for (std::size_t at = 0; at < size; ++at) {
        inside[cluster[at]] = 0;
        if (!held) model.apply(turn, s, cluster[at]);
      }
      if (!held) turned += size;
    }
    tally.tried += static_cast<double>(n);
    tally.accepted += static_cast<double>(turned);
  }
};

}  // namespace gibbsite
