/// A neural energy as a system that is sampled and whose ln Z is found: double outside, inside the precision of the
/// energy. Moves treat the rounding of single precision (about 1e-6 of E) as part of E.
#pragma once

#include <memory>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/neural/neural_energy.hpp"

namespace gibbsite {

/// E beyond what the precision can hold is infinite. For float and double.
template <class Real>
class NeuralModel final : public ContinuousEnergy {
 public:
  explicit NeuralModel(std::shared_ptr<const NeuralEnergy<Real>> energy);

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  std::size_t batch() const noexcept override { return NeuralEnergy<Real>::tile; }
  /// Where what confines it is least.
  void set_ordered(std::span<double> x) const override;
  /// Of what confines it alone: mean and root of the mean variance; 1 / sqrt(kappa); or 0 and 1.
  Extent extent() const noexcept override;
  const NeuralEnergy<Real>& neural() const noexcept { return *energy_; }

 private:
  std::shared_ptr<const NeuralEnergy<Real>> energy_;
};

/// Whether a net is small enough for double precision to be no slower than single precision is worth.
bool in_double_precision(const NeuralNet& net) noexcept;
/// At these parameters, as many as the net has: in double precision where there are few of them, else in single. Throws
/// std::invalid_argument for another number, and for a net that nothing confines, which has no Z; std::runtime_error
/// without oneDNN, where it is needed.
std::shared_ptr<const ContinuousEnergy> make_neural_model(const NeuralNet& net, std::span<const double> theta);

}  // namespace gibbsite
