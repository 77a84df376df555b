/// A Gaussian with correlations: E(x) = (x - m)' L (x - m) / 2, ln Z = (d ln 2 pi - ln det L) / 2. Cost: a product with
/// L a state.
#pragma once

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

class Gaussian final : public ContinuousEnergy {
 public:
  /// m: [d]; precision: L, [d][d], symmetric. Throws std::invalid_argument for other lengths, numbers that are not
  /// finite, and where L is not symmetric or not positive definite.
  Gaussian(std::vector<double> mean, std::vector<double> precision);

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  bool symmetric() const noexcept override;
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;
  std::span<const double> mean() const noexcept { return mean_; }
  std::span<const double> precision() const noexcept { return precision_; }
  std::optional<double> known_log_z() const noexcept override { return log_z_; }

 private:
  std::vector<double> mean_, precision_;
  double log_z_ = 0, variance_ = 1;  // the mean of the variances of all coordinates
};

}  // namespace gibbsite
