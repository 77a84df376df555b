/// Lattice field theory of one real component on any graph, J = k_B = 1:
///   E(phi) = sum_<ij> J_ij (phi_i - phi_j)^2 / 2 + sum_i [m2 phi_i^2 / 2 + g phi_i^4 - h_i phi_i],   g > 0,
/// or g = 0 with m2 > 0, where it is Gaussian (Creutz & Freedman, Ann. Phys. 132, 427 (1981)). With m2 < 0 it has the
/// transition of the Ising model. Cost: one visit of every bond, for eight states at once
/// (physics/continuous/phi4_lanes.hpp).
#pragma once

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/leapfrog.hpp"
#include "physics/continuous/phi4_lanes.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

class Phi4 final : public ContinuousEnergy, private Leapfrog {
 public:
  /// Throws std::invalid_argument where E has no lower bound: g < 0, or g = 0 with m2 <= 0, or g = 0 with some J < 0.
  Phi4(Graph graph, double mass_squared, double quartic);

  const Graph& graph() const noexcept { return graph_; }
  double mass_squared() const noexcept { return mass_squared_; }
  double quartic() const noexcept { return quartic_; }

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  const Leapfrog* leapfrog() const noexcept override { return this; }
  bool symmetric() const noexcept override { return graph_.common_field() == 0.0; }
  const Graph* signs() const noexcept override { return &graph_; }
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;

 protected:
  /// magnetization_density, its absolute value and square, phi_squared.
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> x, std::span<double> out) const override;

 private:
  void fly(const Flight& flight, Lanes& energy) const override;

  Graph graph_;
  double mass_squared_, quartic_;
  Phi4Sites sites_;
};

}  // namespace gibbsite
