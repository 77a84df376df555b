/// What a model can do, in small layers. A model is an immutable value; states are spans of its `Unit`.
///
/// "Prepared" objects (Conditionals, LocalMoves) hold what depends on lambda alone, such as tables of probabilities;
/// they are made once per sweep and replica, and point to the model, which must outlive them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "physics/chance.hpp"

namespace gibbsite {

/// What an observable is to the system. energy: the total energy; order_parameter: what tells phases apart, from whose
/// moments susceptibilities and the Binder cumulant follow; of_order_parameter: a function of it; of_pairs: likeness of
/// two replicas.
enum class Role { other, energy, energy_density, order_parameter, of_order_parameter, of_pairs };

/// Whether an observable changes its sign under the symmetry that a system may have, x -> -x.
enum class Parity { even, odd };

/// How an observable follows from another one of the same configuration, beside which it need not be kept.
enum class Follows { not_at_all, per_unit, as_absolute, as_square };

/// A number measured on one configuration.
struct Observable {
  static constexpr double unbounded = std::numeric_limits<double>::infinity();
  std::string name;     ///< as in files: "energy_density"
  std::string units;    ///< "1" where there is none
  std::string meaning;  ///< one line
  Role role = Role::other;
  Parity parity = Parity::even;
  double lowest = -unbounded, highest = unbounded;  ///< what it can be
  Follows follows = Follows::not_at_all;
  std::string from = {};  ///< the observable it follows from

  bool measured() const noexcept { return follows == Follows::not_at_all; }
};
/// The density of an energy that is measured, `meaning`: "energy per site".
inline Observable density_of_energy(std::string units, std::string meaning) {
  return {"energy_density",      std::move(units),  std::move(meaning),
          Role::energy_density,  Parity::even,      -Observable::unbounded,
          Observable::unbounded, Follows::per_unit, "energy"};
}

/// The truth about a model: its configurations, their energy from scratch, and what to measure on them.
template <class M>
concept EnergyModel = requires(const M& model, std::span<typename M::Unit> x, std::span<const typename M::Unit> cx,
                               std::span<double> out, Chance& chance) {
  { model.units() } -> std::convertible_to<std::size_t>;  // length of a state
  { model.log_states() } -> std::convertible_to<double>;  // ln of the number (or volume) of all states
  { model.energy(cx) } -> std::convertible_to<double>;    // from scratch
  { model.observables() } -> std::convertible_to<std::vector<Observable>>;
  model.observe(cx, double{}, out);                          // (state, its energy) -> one number per observable
  { model.overlap(cx, cx) } -> std::convertible_to<double>;  // likeness of two states, 1 for a state with itself
  model.draw_uniform(x, chance);                             // an exact draw of p(x) = const
  model.set_ordered(x);                                      // the cold start
};

/// One unit given all others, at inverse temperature beta: heat bath.
template <class M>
concept Conditionals = EnergyModel<M> && requires(const M& model, std::span<typename M::Unit> x, Chance& chance) {
  model.conditionals(double{}).resample(x, std::size_t{}, chance);
};

/// Propose a change of one unit, accept it by Metropolis' rule; returns whether it was accepted.
template <class M>
concept LocalMoves = EnergyModel<M> && requires(const M& model, std::span<typename M::Unit> x, Chance& chance) {
  { model.local_moves(double{}).attempt(x, std::size_t{}, chance) } -> std::same_as<bool>;
};

/// All units turned over at once, x -> -x: a state of the same system, and where in_field() of another energy.
template <class M>
concept Turnable = EnergyModel<M> &&
    requires(const M& model, std::span<typename M::Unit> x, std::span<const typename M::Unit> cx) {
  { model.in_field() } -> std::convertible_to<bool>;
  { model.turning_energy(cx) } -> std::convertible_to<double>;  // E(-x) - E(x)
  model.turn(x);
};

/// Clusters that are moved as one, by a move of the model's own: draw_turn() draws one (Ising spins: always x -> -x;
/// angles: some reflection), which all bonds are asked about and which is its own inverse. join(turn, x, i, e, wanted)
/// is the coin that bond entry e of site i belongs to the cluster (never unless `wanted`; probability 0 where the bond
/// is not satisfied); ghost(turn, x, i) the same for the bond of site i with the field.
template <class M>
concept Bonds = EnergyModel<M> &&
    requires(const M& model, std::span<typename M::Unit> x, std::size_t i, Chance& chance) {
  model.apply(model.draw_turn(chance), x, i);
  { model.bonds(double{}).join(model.draw_turn(chance), x, i, i, bool{}) } -> std::convertible_to<Coin>;
  { model.bonds(double{}).has_ghost() } -> std::convertible_to<bool>;
  { model.bonds(double{}).ghost(model.draw_turn(chance), x, i) } -> std::convertible_to<Coin>;
  { model.graph().first() } -> std::convertible_to<std::span<const std::uint32_t>>;
  { model.graph().neighbour() } -> std::convertible_to<std::span<const std::uint32_t>>;
};

/// Energies and gradients dE/dx of many states of real numbers at once: energy [states], x and gradient [states][units]
/// one behind the other; gradient may be empty. For Langevin, Hamiltonian Monte Carlo and score matching.
template <class M>
concept Gradient = requires(const M& model, std::span<const double> x, std::span<double> energy,
                            std::span<double> gradient) {
  { model.units() } -> std::convertible_to<std::size_t>;
  model.evaluate(x, energy, gradient);
};

/// All states can be listed: unit i has states 0 ... states(i) - 1, whatever numbers stand for them. For exact answers
/// and tests.
template <class M>
concept Enumerable = EnergyModel<M> && requires(const M& model, std::span<typename M::Unit> x, std::size_t i) {
  { model.states(i) } -> std::convertible_to<std::size_t>;
  model.set_state(x, i, i);  // unit i becomes its state k
};

/// Fields can be put on units, each in the model's own sense of a field: for references that are no model of their own.
template <class M>
concept InFields = Enumerable<M> && Conditionals<M> && requires(const M& model, std::span<const double> fields) {
  { model.with_fields(fields) } -> std::same_as<M>;  // the same model in h + these
  { model.free_units(fields) } -> std::same_as<M>;   // as many units as fields, without bonds, in these alone
};

}  // namespace gibbsite
