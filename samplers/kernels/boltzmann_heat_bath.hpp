/// Heat bath of a Boltzmann machine on the path from independent visible units (Ackley, Hinton & Sejnowski, Cognit.
/// Sci. 9, 147 (1985), eq. 5),
///   ln p_lambda(x) = (1 - lambda) a . x_visible - lambda E(x) + const:
/// unit after unit in order is drawn anew given all others, which act on it with g_i = (1 - lambda) a_i + lambda f_i,
///   binary   p(x_i = 1) = 1 / (1 + exp(-g_i)),      spin   p(x_i = +1) = 1 / (1 + exp(-2 g_i)),
///   categorical   p(state a) ~ exp(g_ia), drawn state after state by coins.
/// In reverse order the same is the time reversal. Cost: N products of N numbers (categorical: N q), fields from
/// scratch so that nothing drifts.
#pragma once

#include <algorithm>
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
    if (reference_.size() != machine_->visible_width() || !visible.variance.empty())
      throw std::invalid_argument("the reference has " + std::to_string(reference_.size()) +
                                  " fields, but the machine has " + std::to_string(machine_->visible_width()) +
                                  " visible units; give one field for each of them");
    for (const double a : reference_)
      if (!std::isfinite(a)) throw std::invalid_argument("the reference has a field that is not finite");
    reference_.resize(machine_->width(), 0.0);
    if (machine_->kind() == UnitKind::categorical) one_hot_ = machine_->visible();
  }

  const BoltzmannMachine& machine() const noexcept { return *machine_; }
  /// a . x.
  double reference_weight(std::span<const double> x) const {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += reference_[i] * x[i];
    return sum;
  }
  std::span<const double> reference() const noexcept { return reference_; }

  /// Of two-state number i being 1 or up.
  double probability(double lambda, std::span<const double> x, std::size_t i) const {
    const double field = lambda == 0 ? 0 : lambda * machine_->local_field(x, i);
    const double g = (1 - lambda) * reference_[i] + field;
    return 1 / (1 + std::exp(machine_->hidden_kind() == UnitKind::spin ? -2 * g : -g));
  }
  template <DiscreteChance C>
  void draw(double lambda, std::span<double> x, std::size_t i, C& chance) const {
    x[i] = chance.coin(Coin(probability(lambda, x, i))) ? 1 : machine_->hidden_kind() == UnitKind::spin ? -1 : 0;
  }
  /// p(state a) ~ p[a] of categorical unit i, [states].
  void weigh_states(double lambda, std::span<const double> x, std::size_t i, std::span<double> p) const {
    const std::size_t q = machine_->states(), begin = i * q;
    for (std::size_t a = 0; a < q; ++a) p[a] = lambda * machine_->bias()[begin + a];
    if (lambda != 0)
      for (std::size_t k = 0; k < x.size(); ++k)
        if (x[k] != 0)
          for (std::size_t a = 0; a < q; ++a) p[a] += lambda * x[k] * machine_->weights()(begin + a, k);
    for (std::size_t a = 0; a < q; ++a) p[a] += (1 - lambda) * reference_[begin + a];
    const double most = *std::max_element(p.begin(), p.end());
    for (double& g : p) g = std::exp(g - most);
  }
  /// Returns whether it changed.
  template <DiscreteChance C>
  bool draw_state(double lambda, std::span<double> x, std::size_t i, std::span<double> p, C& chance) const {
    const std::size_t q = p.size();
    const auto unit = x.subspan(i * q, q);
    weigh_states(lambda, x, i, p);
    double rest = 0;
    for (std::size_t a = q; a-- > 0;) {  // p[a]: its share of those that are left
      rest += p[a];
      p[a] /= rest;
    }
    std::size_t chosen = 0;
    while (chosen + 1 < q && !chance.coin(Coin(p[chosen]))) ++chosen;
    if (unit[chosen] == 1) return false;
    std::fill(unit.begin(), unit.end(), 0.0);
    unit[chosen] = 1;
    return true;
  }
  /// All units once; returns how many changed. At lambda = 0, an exact draw of the reference.
  template <DiscreteChance C>
  std::size_t sweep(double lambda, std::span<double> x, Direction order, C& chance) const {
    std::size_t changed = 0;
    const std::size_t units = machine_->units(), below = one_hot_ * (machine_->states() - 1);
    std::vector<double> p(one_hot_ > 0 ? machine_->states() : 0);
    for (std::size_t k = 0; k < units; ++k) {
      const std::size_t i = order == Direction::forward ? k : units - 1 - k;
      if (i < one_hot_) {
        changed += draw_state(lambda, x, i, p, chance);
        continue;
      }
      const double before = x[i + below];
      draw(lambda, x, i + below, chance);
      changed += x[i + below] != before;
    }
    return changed;
  }

 private:
  std::shared_ptr<const BoltzmannMachine> machine_;
  std::vector<double> reference_;  // of every number, 0 for hidden ones
  std::size_t one_hot_ = 0;        // categorical units, which come first
};

}  // namespace gibbsite
