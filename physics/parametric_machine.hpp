/// Boltzmann machines with at most one hidden layer as functions of their parameters, for learning: restricted ones
/// (physics/network.hpp), fully visible ones and semi-restricted ones, with both kinds of bonds
/// (physics/boltzmann.hpp).
///
///   E(v, h) = -b . v - sum_{i<j} v_i L_ij v_j - c . h - v' W h,
///   -F(v) = ln sum_h exp(-E) = b . v + sum_{i<j} v_i L_ij v_j + sum_j ln sum_{h_j} exp(f_j h_j),  f = c + W' v,
///
/// gaussian visible units have sum_i (v_i - b_i)^2 / (2 s_i) in place of -b . v and v_i / s_i in place of v_i in bonds.
/// Parameters stand one behind the other in blocks: b [width], c [hidden], W row by row [width][hidden], L of pairs of
/// visible units, (0,1), (0,2), ..., (1,2), ..., and ln s [units] of gaussian units. Of categorical units L has q x q
/// numbers J_ij(a, b) a pair, row by row. Bonds may be given: then there are those alone, in order. A label (Larochelle
/// & Bengio, ICML 2008) is one categorical unit behind the others, of whatever kind those are.
///
/// Expectations of d(-F)/dtheta over data less those over the model are the gradient of the log-likelihood (Ackley,
/// Hinton & Sejnowski 1985). Cost of a gradient: two products of a batch with W. Batches are cut into tiles of fixed
/// length that are added in their order, so that bits do not depend on threads.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "physics/boltzmann.hpp"
#include "physics/chance.hpp"
#include "physics/network.hpp"
#include "physics/parameter_block.hpp"

namespace gibbsite {

/// Two bonded visible units, i < j.
struct UnitBond {
  std::uint32_t i = 0, j = 0;
  friend auto operator<=>(const UnitBond&, const UnitBond&) = default;
};

/// Immutable: what there is, not the parameters themselves.
class ParametricMachine {
 public:
  /// hidden.units = 0: none. The biases and variances of both are not looked at. Throws std::invalid_argument for a
  /// machine without bonds, hidden units that are neither binary nor spins, or bonds among gaussian units. lateral:
  /// bonds of every visible unit with every other.
  ParametricMachine(Layer visible, Layer hidden, bool lateral);
  /// Bonds among visible units that are given; those that come twice are one. Throws std::invalid_argument for units
  /// that are not there, or bonded to themselves, too.
  ParametricMachine(Layer visible, Layer hidden, std::vector<UnitBond> bonds);

  const Layer& visible() const noexcept { return visible_; }
  const Layer& hidden() const noexcept { return hidden_; }
  std::size_t width() const noexcept { return visible_.width(); }  ///< numbers of a visible state
  bool lateral() const noexcept { return lateral_; }
  std::span<const ParameterBlock> blocks() const noexcept { return blocks_; }
  /// Null where there is none of that name.
  const ParameterBlock* block(std::string_view name) const noexcept;
  std::size_t parameters() const noexcept { return parameters_; }
  std::span<const UnitBond> bonds() const noexcept { return bonds_; }
  /// Where L_ij of two bonded visible units, i < j, stands among the parameters, or J_ij(0, 0).
  std::size_t pair(std::size_t i, std::size_t j) const;
  /// Calls see(k, x, y) for every parameter k of `lateral_weights` with the two numbers of a state that it bonds.
  template <class See>
  void each_lateral(See see) const {
    if (bonds_.empty()) return;
    const std::size_t q = visible_.states;
    std::size_t k = lateral_offset_;
    for (const UnitBond& bond : bonds_)
      for (std::size_t a = 0; a < q; ++a)
        for (std::size_t b = 0; b < q; ++b) see(k++, bond.i * q + a, bond.j * q + b);
  }
  /// Adds sum_j L_ij v_j, or J_ij(a, v_j), to `field`, [width], of one sample.
  void add_lateral_field(std::span<const double> theta, std::span<const double> v, std::span<double> field) const;
  /// Adds the slopes of an objective whose derivatives with respect to those fields are `pull`, [width]: what the field
  /// is of every unit alone, others at v.
  void add_lateral_pull(std::span<const double> pull, std::span<const double> v, std::span<double> out) const;

  /// -F(v) of every sample: [width][sample] -> [sample].
  std::vector<double> log_weight(std::span<const double> theta, const Matrix& v) const;
  /// f of every sample, [hidden][sample].
  Matrix hidden_field(std::span<const double> theta, const Matrix& v) const;
  /// <h> given f, in place.
  void hidden_mean(Matrix& field) const;
  /// Adds sum_n weight_n d(-F(v_n))/dtheta to `out`, [parameters].
  void add_gradient(std::span<const double> theta, const Matrix& v, std::span<const double> weight,
                    std::span<double> out) const;

  /// Adds `scale` times the same mean over units that are independent and uniform: what pseudocounts add to data. Of
  /// machines without hidden units; throws std::invalid_argument for others.
  void add_uniform(double scale, std::span<double> out) const;

  /// Into how many samples at a time batches are cut: `usual`, or more of machines of so many parameters that their
  /// gradients would fill the memory.
  std::size_t samples_a_tile(std::size_t samples, std::size_t usual) const noexcept;

  /// ln Z, and adds -scale * d ln Z/dtheta to `out`, by visiting all states of the hidden layer or of the visible one,
  /// whichever has fewer; out empty: ln Z alone. Throws std::invalid_argument beyond 2^22 states.
  double log_z(std::span<const double> theta, double scale = 0, std::span<double> out = {}) const;
  /// log2 of the number of states that log_z() visits.
  double log2_states() const noexcept;

  /// Moves each column of v, [width][chain], by one sweep of heat bath with its own chance: hidden units given the
  /// visible ones, then those; with bonds among them one unit after the other. A column's bits do not depend on who
  /// stands beside it, where as many do.
  void sweep(std::span<const double> theta, Matrix& v, std::span<Chance> chance) const;

  /// Categorical units and labels: shifts W and b to the zero-sum gauge, in which no probability changes.
  void fix_gauge(std::span<double> theta) const;

  /// The machine as models of the house; the first for those without bonds among visible units.
  Network network(std::span<const double> theta) const;
  BoltzmannMachine boltzmann(std::span<const double> theta) const;

 private:
  void add_tile(std::span<const double> theta, const Matrix& v, std::span<const double> weight, std::size_t begin,
                std::size_t end, std::span<double> out) const;
  double visit_visible(std::span<const double> theta, double scale, std::span<double> out) const;
  double visit_hidden(std::span<const double> theta, double scale, std::span<double> out) const;
  bool lists_visible() const noexcept;
  void sweep_lateral(std::span<const double> theta, std::span<const double> field, std::span<double> v,
                     Chance& chance) const;
  void sweep_states(std::span<const double> theta, std::span<const double> field, std::span<double> v,
                    Chance& chance) const;
  void add_second_moments(const Matrix& x, std::span<const double> weight, std::span<double> out) const;
  void lay_out();

  /// A bond seen from one of its units.
  struct Neighbour {
    std::uint32_t unit, bond;
  };
  std::span<const Neighbour> neighbours(std::size_t i) const {
    return std::span(neighbours_).subspan(first_neighbour_[i], first_neighbour_[i + 1] - first_neighbour_[i]);
  }

  Layer visible_, hidden_;
  bool lateral_, complete_ = false;
  std::vector<UnitBond> bonds_;
  std::vector<std::size_t> first_neighbour_;  // [unit + 1]
  std::vector<Neighbour> neighbours_;         // of each unit, in the order of the others
  std::size_t lateral_offset_ = 0;
  std::vector<ParameterBlock> blocks_;
  std::size_t parameters_ = 0;
};

}  // namespace gibbsite
