/// A neural energy as a system that is sampled and whose ln Z is found: single precision inside, double outside.
#pragma once

#include <memory>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/neural/neural_energy.hpp"

namespace gibbsite {

/// E beyond what single precision can hold is infinite.
class NeuralModel final : public ContinuousEnergy {
 public:
  explicit NeuralModel(std::shared_ptr<const NeuralEnergy<float>> energy);

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  std::size_t batch() const noexcept override { return NeuralEnergy<float>::tile; }
  /// Where what confines it is least.
  void set_ordered(std::span<double> x) const override;
  /// Of what confines it alone: mean and root of the mean variance; 1 / sqrt(kappa); or 0 and 1.
  Extent extent() const noexcept override;
  const NeuralEnergy<float>& neural() const noexcept { return *energy_; }

 private:
  std::shared_ptr<const NeuralEnergy<float>> energy_;
};

}  // namespace gibbsite
