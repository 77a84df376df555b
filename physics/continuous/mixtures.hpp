/// Energies in the plane, or any dimension, with several modes far apart.
///
/// Rings:             E(x) = -ln sum_k exp(-(|x| - r_k)^2 / (2 w^2)), x in the plane.
/// Gaussian mixture:  E(x) = -ln sum_k w_k N(x; m_k, s_k^2 1): ln Z = 0 at lambda = 1.
/// Cost: one exponential per component and, for the mixture, its distance.
#pragma once

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

class Rings final : public ContinuousEnergy {
 public:
  /// radii: at least one, each above 0; width above 0. Throws std::invalid_argument.
  Rings(std::vector<double> radii, double width);
  std::span<const double> radii() const noexcept { return radii_; }
  double width() const noexcept { return width_; }

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  bool symmetric() const noexcept override { return true; }
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;

 protected:
  /// radius, radius_squared, ring_1, ring_2, ... (the share nearest to that radius).
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> x, std::span<double> out) const override;

 private:
  std::vector<double> radii_;
  double width_;
};

class GaussianMixture final : public ContinuousEnergy {
 public:
  /// means: [component][d], one behind the other; weights: one per component, above 0, scaled so that they add up to
  /// 1; deviations: one per component, or one for all. Throws std::invalid_argument for lengths or numbers that do not
  /// fit.
  GaussianMixture(std::vector<double> means, std::vector<double> weights, std::vector<double> deviations);

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;
  std::optional<double> known_log_z() const noexcept override { return 0.0; }
  std::span<const double> means() const noexcept { return means_; }
  std::span<const double> weights() const noexcept { return weights_; }
  std::span<const double> deviations() const noexcept { return deviations_; }

 protected:
  /// x_mean, x_squared, component_1, component_2, ... (the share nearest to that mean).
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> x, std::span<double> out) const override;

 private:
  std::vector<double> means_, weights_, deviations_;
  std::vector<double> log_norm_, precision_;  // ln of w_k over the norm of its exponential; 1 / s_k^2
};

}  // namespace gibbsite
