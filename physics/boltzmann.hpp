/// Boltzmann machine: every unit may be bonded to every other (Ackley, Hinton & Sejnowski, Cognit. Sci. 9, 147 (1985)).
///
///   E(x) = -sum_{i<j} W_ij x_i x_j - sum_i b_i x_i,   x_i in {0, 1} or {-1, +1}.
///
/// The first `visible` units are the visible ones; the rest, perhaps none, are hidden. Binary or spin units, all alike;
/// or categorical visible units (a pairwise Potts machine, E = -sum_{i<j} J_ij(s_i, s_j) - sum_i h_i(s_i); Weigt et
/// al., PNAS 106, 67 (2009)), one-hot: W and b are then of numbers, q per unit, and W is 0 between the states of one
/// unit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/concepts.hpp"
#include "physics/matrices/matrix.hpp"
#include "physics/units.hpp"

namespace gibbsite {

/// Immutable. A state is one number per unit, q per categorical one.
class BoltzmannMachine {
 public:
  /// weights: W, [unit][unit], symmetric with a zero diagonal; bias: [unit]. patterns: [pattern][unit], +-1 each, may
  /// be empty; overlaps with them are observables (Hopfield networks). Throws std::invalid_argument where shapes do not
  /// fit, weights are not symmetric (to 1e-12 of the largest; they are then made so exactly), a diagonal is not zero,
  /// numbers are not finite, or patterns come with units that are not spins.
  BoltzmannMachine(UnitKind kind, std::size_t visible, Matrix weights, std::vector<double> bias,
                   std::vector<std::vector<std::int8_t>> patterns = {});
  /// Categorical visible units of `states` states, and binary or spin hidden ones: as many as there are biases beyond
  /// visible * states. Throws as above, and where W is not 0 between two states of one unit.
  BoltzmannMachine(std::size_t visible, std::size_t states, UnitKind hidden, Matrix weights, std::vector<double> bias);

  UnitKind kind() const noexcept { return kind_; }  ///< of the visible units
  UnitKind hidden_kind() const noexcept { return hidden_kind_; }
  std::size_t states() const noexcept { return states_; }  ///< of categorical units, else 1
  std::size_t units() const noexcept { return visible_ + hidden(); }
  std::size_t visible() const noexcept { return visible_; }
  std::size_t hidden() const noexcept { return width() - visible_width(); }
  std::size_t width() const noexcept { return bias_.size(); }  ///< numbers of a state
  std::size_t visible_width() const noexcept { return visible_ * states_; }
  const Matrix& weights() const noexcept { return weights_; }
  std::span<const double> bias() const noexcept { return bias_; }
  std::span<const std::vector<std::int8_t>> patterns() const noexcept { return patterns_; }
  /// The layers alone, for base rates (physics/network.hpp) and files; the hidden one may have no units.
  Layer visible_layer() const;
  Layer hidden_layer() const;

  double energy(std::span<const double> x) const;
  /// f_i = b_i + sum_j W_ij x_j of number i.
  double local_field(std::span<const double> x, std::size_t i) const;
  /// energy, energy_density, visible_magnetization (of categorical units the Potts order parameter,
  /// potts_order()), hidden_magnetization (where there are hidden units); with patterns
  /// pattern_overlap (with the first one, m_1 = sum_i xi_i x_i / N) and largest_overlap (max over patterns of |m|).
  std::vector<Observable> observables() const;
  void observe(std::span<const double> x, std::span<double> out) const { observe(x, energy(x), out); }
  /// Where the energy is known.
  void observe(std::span<const double> x, double energy, std::span<double> out) const;
  /// The first pattern; without patterns every unit by its bias, as Network does.
  void set_ordered(std::span<double> x) const;

 private:
  void symmetrize();

  UnitKind kind_, hidden_kind_;
  std::size_t visible_, states_ = 1;
  Matrix weights_;
  std::vector<double> bias_;
  std::vector<std::vector<std::int8_t>> patterns_;
};

/// How a Hopfield network stores its patterns. hebbian: W_ij = (1/N) sum_mu xi_i xi_j (Hopfield, PNAS 79, 2554 (1982));
/// retrieval up to P/N = 0.138 at T = 0 (Amit, Gutfreund & Sompolinsky, PRL 55, 1530 (1985)). pseudo_inverse: W the
/// projection onto the patterns' span, W = Xi' (Xi Xi')^+ Xi (Personnaz, Guyon & Dreyfus, J. Phys. Lett. 46, L359
/// (1985); Kanter & Sompolinsky, PRA 35, 380 (1987)), for P < N. storkey: one pattern after the other, each with the
/// fields that those before make, W_ij += (xi_i xi_j - xi_i h_ji - h_ij xi_j) / N, h_ij = sum_{k != i, j} W_ik xi_k
/// (Storkey, ICANN 1997, eq. 3), local as the first and holding more. Diagonals are set to zero.
enum class PatternRule { hebbian, pseudo_inverse, storkey };

/// A Hopfield network: spins, no biases, all visible. patterns: [pattern][unit], +-1. Throws std::invalid_argument for
/// no patterns, patterns of different lengths, other numbers, or (pseudo_inverse) as many independent patterns as
/// units.
BoltzmannMachine hopfield(std::vector<std::vector<std::int8_t>> patterns, PatternRule rule);
/// Share of `patterns`, [pattern][unit], that stay as they are: every unit of them stands with its field, and none is
/// without one.
double share_of_fixed_points(const BoltzmannMachine& machine, std::span<const std::vector<std::int8_t>> patterns);
/// Independent patterns of fair coins, a pure function of the seed.
std::vector<std::vector<std::int8_t>> random_patterns(std::size_t patterns, std::size_t units, std::uint64_t seed);

}  // namespace gibbsite
