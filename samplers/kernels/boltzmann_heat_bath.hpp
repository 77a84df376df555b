/// Heat bath of a Boltzmann machine on the path from independent visible units (Ackley, Hinton & Sejnowski, Cognit.
/// Sci. 9, 147 (1985), eq. 5),
///   ln p_lambda(x) = (1 - lambda) a . x_visible - lambda E(x) + const:
/// unit after unit in order is drawn anew given all others, which act on it with g_i = (1 - lambda) a_i + lambda f_i,
///   binary   p(x_i = 1) = 1 / (1 + exp(-g_i)),      spin   p(x_i = +1) = 1 / (1 + exp(-2 g_i)).
/// In reverse order the same is the time reversal. Cost: N products of N numbers, fields from scratch so that nothing
/// drifts.
#pragma once

#include <cmath>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "physics/boltzmann.hpp"
#include "physics/chance.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

/// Immutable: a machine and the units it starts from.
class BoltzmannHeatBath {
 public:
  /// Throws std::invalid_argument where the reference does not fit the machine's visible units.
  BoltzmannHeatBath(std::shared_ptr<const BoltzmannMachine> machine, const IndependentUnits& visible)
      : machine_(std::move(machine)), reference_(visible.field) {
    if (reference_.size() != machine_->visible() || !visible.variance.empty())
      throw std::invalid_argument("the reference has " + std::to_string(reference_.size()) +
                                  " fields, but the machine has " + std::to_string(machine_->visible()) +
                                  " visible units; give one field for each of them");
    for (const double a : reference_)
      if (!std::isfinite(a)) throw std::invalid_argument("the reference has a field that is not finite");
    reference_.resize(machine_->units(), 0.0);
  }

  const BoltzmannMachine& machine() const noexcept { return *machine_; }
  /// a . x.
  double reference_weight(std::span<const double> x) const {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += reference_[i] * x[i];
    return sum;
  }
  std::span<const double> reference() const noexcept { return reference_; }

  /// Of unit i being 1 or up.
  double probability(double lambda, std::span<const double> x, std::size_t i) const {
    const double field = lambda == 0 ? 0 : lambda * machine_->local_field(x, i);
    const double g = (1 - lambda) * reference_[i] + field;
    return 1 / (1 + std::exp(machine_->kind() == UnitKind::spin ? -2 * g : -g));
  }
  template <DiscreteChance C>
  void draw(double lambda, std::span<double> x, std::size_t i, C& chance) const {
    x[i] = chance.coin(Coin(probability(lambda, x, i))) ? 1 : machine_->kind() == UnitKind::spin ? -1 : 0;
  }
  /// All units once; returns how many changed. At lambda = 0, an exact draw of the reference.
  template <DiscreteChance C>
  std::size_t sweep(double lambda, std::span<double> x, Direction order, C& chance) const {
    std::size_t changed = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::size_t i = order == Direction::forward ? k : x.size() - 1 - k;
      const double before = x[i];
      draw(lambda, x, i, chance);
      changed += x[i] != before;
    }
    return changed;
  }

 private:
  std::shared_ptr<const BoltzmannMachine> machine_;
  std::vector<double> reference_;  // [unit], 0 for hidden ones
};

}  // namespace gibbsite
