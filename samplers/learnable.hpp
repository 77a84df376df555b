/// What learning asks of replicas beside the seam: their system has parameters, which change while the replicas stay,
/// and replicas tell how ln p* of their states depends on them.
#pragma once

#include <memory>
#include <span>

#include "physics/parametric_machine.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

class Learnable : public Ensemble {
 public:
  /// The parameters at which replicas move and weigh from now on; states stay. theta: as many as the system has.
  virtual void set_parameters(std::span<const double> theta) = 0;
  /// Adds sum_r weight_r d ln p*(x_r)/dtheta at lambda = 1 to `out`, hidden units summed out; in a fixed order, so that
  /// bits do not depend on threads.
  virtual void add_gradient(std::span<const double> weight, std::span<double> out) const = 0;

 protected:
  explicit Learnable(Layout layout) : Ensemble(std::move(layout)) {}
};

/// Replicas of a machine in the plain layout, by block Gibbs (one visible unit after the other where there are bonds
/// among them); parameters begin at 0. Canonical states are visible ones: int8 (categorical: one-hot), float64 of
/// gaussian units. One observable: visible_free_energy. On the path the machine has the parameters
///   theta(lambda) = (1 - lambda) reference + lambda theta:
/// lambda is an inverse temperature where the reference is empty, or all 0. Throws std::invalid_argument for a
/// reference with bonds, or of another length.
std::unique_ptr<Learnable> make_learnable(std::shared_ptr<const ParametricMachine> machine, Key key, Slice slice,
                                          std::vector<double> reference = {});

}  // namespace gibbsite
