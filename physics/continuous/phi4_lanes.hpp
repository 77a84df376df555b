/// The loops of phi^4 over sites, eight states side by side, compiled for each instruction set:
///   -dE/dphi_i = sum_j J_ij phi_j - (k_i + 4 g phi_i^2) phi_i + h_i,   k_i = m2 + sum_j J_ij.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/continuous/leapfrog.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

/// What they need to know of the model; all but numbers made when the model is.
struct Phi4Sites {
  std::size_t degree = 0;  ///< of all sites, where it is the same and all couplings are; else 0
  double coupling = 0;     ///< of all bonds, with `degree`
  bool fields = false;     ///< whether any site has one
  double mass_squared = 0, quartic = 0;
  std::vector<double> stiffness;  ///< k_i
  const Graph* graph = nullptr;
};
Phi4Sites phi4_sites(const Graph& graph, double mass_squared, double quartic);

/// Leapfrog::fly() without the energy.
void phi4_fly(const Phi4Sites& sites, const Flight& flight);
/// E of eight states x, [d], and dE/dx where gradient is not empty.
void phi4_weigh(const Phi4Sites& sites, std::span<const Lanes> x, Lanes& energy, std::span<Lanes> gradient);

}  // namespace gibbsite
