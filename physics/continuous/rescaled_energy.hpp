/// An energy in units of its own coordinates: of y_i = (x_i - m_i) / s_i,
///   E'(y) = E(m + s y) - sum_i ln s_i,   dE'/dy_i = s_i dE/dx_i,
/// so that Z stays what it is. With a unit Gaussian reference this is E with a Gaussian of a mean and a deviation for
/// each coordinate, fitted to data say, and its moves have step sizes to match. Cost: that of E, and a product each.
#pragma once

#include <memory>
#include <vector>

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

class RescaledEnergy final : public ContinuousEnergy {
 public:
  /// mean, scale: [d], scales above 0. Throws std::invalid_argument.
  RescaledEnergy(std::shared_ptr<const ContinuousEnergy> model, std::vector<double> mean, std::vector<double> scale);

  void evaluate(std::span<const double> y, std::span<double> energy, std::span<double> gradient) const override;
  std::size_t batch() const noexcept override { return model_->batch(); }
  void set_ordered(std::span<double> y) const override;

 protected:
  /// Of x, as the model measures them.
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> y, std::span<double> out) const override;

 private:
  std::vector<double> in_units_of_the_model(std::span<const double> y) const;

  std::shared_ptr<const ContinuousEnergy> model_;
  std::vector<double> mean_, scale_;
  double logs_ = 0;  // sum of ln s_i
};

}  // namespace gibbsite
