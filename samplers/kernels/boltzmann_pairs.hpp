/// What acts on ln p of a Boltzmann machine of two-state units at one place on its path, for locally balanced moves
/// (samplers/kernels/locally_balanced.hpp): d ln p / d x_i = g_i = (1 - lambda) a_i + lambda f_i. Cost: N for a flip.
#pragma once

#include "samplers/kernels/boltzmann_heat_bath.hpp"

namespace gibbsite {

/// Points to the kernel, which must outlive it.
class BoltzmannPairs {
 public:
  /// machine().kind() is not categorical.
  BoltzmannPairs(const BoltzmannHeatBath& path, double lambda)
      : path_(&path), lambda_(lambda), spins_(path.machine().kind() == UnitKind::spin) {}

  void make_fields(std::span<const double> x, std::span<double> fields) const {
    for (std::size_t i = 0; i < fields.size(); ++i)
      fields[i] = (1 - lambda_) * path_->reference()[i] + lambda_ * path_->machine().local_field(x, i);
  }
  double step(std::span<const double> x, std::size_t i) const noexcept { return spins_ ? -2 * x[i] : 1 - 2 * x[i]; }
  void flip(std::span<double> x, std::size_t i) const noexcept { x[i] += step(x, i); }
  template <class Visit>
  void for_neighbours(std::size_t i, Visit visit) const {
    const std::span<const double> weights = path_->machine().weights().column(i);
    for (std::size_t j = 0; j < weights.size(); ++j)
      if (weights[j] != 0) visit(j, lambda_ * weights[j]);
  }

 private:
  const BoltzmannHeatBath* path_;
  double lambda_;
  bool spins_;
};

}  // namespace gibbsite
