/// A Swendsen-Wang sweep of the signs of real fields (Brower & Tamayo, PRL 62, 1087 (1989)). Where the part of -ln p
/// that is not even in every coordinate is
///   U(x) = -sum_<ij> K_ij x_i x_j - sum_i b_i x_i,   K = lambda J,  b = lambda h + (1 - lambda) pull.
/// signs at given moduli are Ising spins with couplings K_ij |x_i x_j|. A bond is active with probability 1 - exp(-2
/// K_ij x_i x_j), that is where an exponential number of its own lies below 2 K_ij x_i x_j: those are made many at a
/// time. Clusters that no active bond ties to the fields b turn over by a fair coin. Cost: one visit of every bond.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/chance.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

class SignClusters {
 public:
  /// Scratch memory, which carries nothing from one sweep to the next.
  struct Workspace {
    std::vector<double> wanted;  // exponential numbers, of bonds and then of fields
    std::vector<std::uint32_t> parent;
    std::vector<std::uint8_t> turned, held;
  };

  /// pull: of a reference that is not even. The graph, with J and h, must outlive this.
  explicit SignClusters(const Graph& graph, double pull = 0);

  void sweep(double lambda, std::span<double> x, Chance& chance, Workspace& w) const;

 private:
  const Graph* graph_;
  double pull_;
  bool fields_ = false;  // whether any h is not 0
};

}  // namespace gibbsite
