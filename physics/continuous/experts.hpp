/// Products of experts (Hinton, Neural Comput. 14, 1771 (2002)): one-dimensional energies of projections,
///   E(x) = sum_j e_j(w_j . x) + kappa |x|^2 / 2,
/// with Student-t experts e_j(y) = a_j ln(1 + y^2 / 2) (Welling, Hinton & Osindero, NIPS 15 (2003)), or unigauss ones,
/// e_j(y) = -ln(1 + exp(y + c_j)), with kappa > 0. Cost: two products with w for a batch.
#pragma once

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

class Experts final : public ContinuousEnergy {
 public:
  enum class Kind { student, unigauss };
  /// w: [expert][d], one behind the other; numbers: a_j > 0, or c_j. Throws std::invalid_argument for lengths that do
  /// not fit, and where exp(-E) has no integral: kappa < 0, kappa = 0 with unigauss experts; with Student-t experts and
  /// kappa = 0, where some subspace V has 2 sum of a_j of the experts with w_j not orthogonal to it no larger than dim
  /// V.
  Experts(Kind kind, std::vector<double> w, std::vector<double> numbers, double kappa);

  Kind kind() const noexcept { return kind_; }
  double kappa() const noexcept { return kappa_; }
  std::size_t count() const noexcept { return numbers_.size(); }
  std::span<const double> directions() const noexcept { return w_; }
  std::span<const double> numbers() const noexcept { return numbers_; }

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  bool symmetric() const noexcept override { return kind_ == Kind::student; }
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;

 private:
  Kind kind_;
  std::vector<double> w_, numbers_;
  double kappa_;
};

}  // namespace gibbsite
