/// The visible units of a gaussian restricted Boltzmann machine, its hidden units summed out (Welling, Rosen-Zvi &
/// Hinton, NIPS 17 (2004); in the convention of Cho, Ilin & Raiko, ICANN 2011, eq. 3):
///   E(v) = sum_i (v_i - b_i)^2 / (2 s_i) - sum_j f(c_j + sum_i W_ij v_i / s_i),
/// s the variances, f(y) = ln(1 + e^y) of binary hidden units and ln(2 cosh y) of spins. E is the machine's visible
/// free energy (Network::free_energy). Given the hidden units v is gaussian, so that ln Z is a sum over their states
/// alone. Cost: two products with W for a state.
#pragma once

#include "physics/continuous/continuous_energy.hpp"
#include "physics/lazy.hpp"
#include "physics/network.hpp"

namespace gibbsite {

class VisibleRbm final : public ContinuousEnergy {
 public:
  /// Throws std::invalid_argument where the network is not of two layers with gaussian visible units alone.
  explicit VisibleRbm(Network network);

  const Network& network() const noexcept { return network_; }

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  /// By the states of the hidden units, where there are at most 2^20 of them; made when it is first asked for.
  std::optional<double> known_log_z() const noexcept override;
  /// The mean without hidden units.
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;

 private:
  Network network_;
  Lazy<double> log_z_;
};

}  // namespace gibbsite
