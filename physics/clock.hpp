/// The clock model (planar Potts, Z_q) on any graph:
///   E(s) = -sum_<ij> J_ij cos(2 pi (s_i - s_j) / q) - sum_i h_i cos(2 pi s_i / q),  s_i = 0 ... q-1,  J = k_B = 1.
///
/// q = 2 is the Ising model; q = 3 the Potts model of three states, beta_Potts = 3 beta / 2; q = 4 two Ising models at
/// half of beta; q >= 5 has a phase of quasi-long-range order between two others on planar lattices, and for large q is
/// the XY model (Jose, Kadanoff, Kirkpatrick & Nelson, PRB 16, 1217 (1977)).
///
/// Heat bath: with the local field f_i = sum_j J_ij e_j + h_i e_0 in the plane, e_k = (cos, sin)(2 pi k / q),
///   P(s_i = k | rest) ~ exp(beta f_i . e_k).
/// Metropolis: one of the q - 1 other states, each as likely, accepted with min(1, exp(beta f_i . (e_new - e_old)));
/// where q = 2 there is nothing to choose, and 1/2 where that costs nothing (samplers/kernels/metropolis.hpp says why,
/// and its proof holds for any q: every state leads to the likeliest one of its site). Clusters (Wolff, PRL 62, 361
/// (1989)): a reflection s -> r - s leaves the energy of a bond as it is where both sites do it. With the component
/// n_i = sin(2 pi (s_i - r/2) / q) that it turns round, one site alone costs 2 J_ij n_i n_j: Ising spins of varying
/// length, whose bonds are active with probability 1 - exp(-2 beta J_ij n_i n_j) where that is positive. A field is a
/// bond with a ghost that stays in state 0. Cost per visit: heat bath q exponentials, Metropolis one; clusters one per
/// bond that may join.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "physics/concepts.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

class Clock {
 public:
  using Unit = std::int8_t;  ///< a state, 0 ... q-1
  using State = std::span<Unit>;
  using ConstState = std::span<const Unit>;
  static constexpr int most_states = 127;

  /// Throws std::invalid_argument where q is not in 2 ... most_states.
  Clock(Graph graph, int q);

  const Graph& graph() const noexcept { return graph_; }
  int q() const noexcept { return q_; }
  std::size_t units() const noexcept { return graph_.sites(); }
  double log_states() const noexcept { return static_cast<double>(units()) * std::log(q_); }
  std::size_t states(std::size_t) const noexcept { return static_cast<std::size_t>(q_); }
  void set_state(State s, std::size_t i, std::size_t k) const noexcept { s[i] = static_cast<Unit>(k); }

  double energy(ConstState s) const noexcept;
  /// energy, energy_density, magnetization_x, magnetization_y, abs_magnetization_density,
  /// magnetization_density_squared, with m = sum_i e_{s_i} / N.
  std::vector<Observable> observables() const;
  void observe(ConstState s, double energy, std::span<double> out) const noexcept;
  /// sum_i cos(2 pi (a_i - b_i) / q) / N.
  double overlap(ConstState a, ConstState b) const noexcept;
  /// All in one state, along the sum of the fields, or each along its own field: what has the lower energy.
  void set_ordered(State s) const noexcept;

  template <class C>
  void draw_uniform(State s, C& chance) const {
    for (Unit& unit : s) unit = static_cast<Unit>(chance.pick(states(0)));
  }

  /// The same units in more fields, and units without bonds in these alone.
  Clock with_fields(std::span<const double> fields) const;
  Clock free_units(std::span<const double> fields) const { return {Graph({}, {fields.begin(), fields.end()}), q_}; }

  /// Half a revolution of all units; there is none where q is odd.
  bool in_field() const noexcept;
  double turning_energy(ConstState s) const noexcept;  ///< 2 sum_i h_i cos(2 pi s_i / q)
  void turn(State s) const noexcept {
    for (Unit& unit : s) unit = static_cast<Unit>((unit + q_ / 2) % q_);
  }

  /// Rotations of all units by k steps, k = 0 ... q - 1; out[k]: what that adds to the energy of s.
  std::size_t rotations() const noexcept { return states(0); }
  void rotation_energies(ConstState s, std::span<double> out) const noexcept;
  void rotate(State s, std::size_t k) const noexcept {
    for (Unit& unit : s) unit = static_cast<Unit>((static_cast<std::size_t>(unit) + k) % states(0));
  }

  struct Vector {
    double x = 0, y = 0;
  };
  /// f_i; unit i in state k has the energy -f_i . e_k.
  Vector local_field(ConstState s, std::size_t i) const noexcept {
    Vector f{field_[i], 0};
    for (std::uint32_t e = first_[i]; e < first_[i + 1]; ++e) {
      const Vector& n = direction_[static_cast<std::size_t>(s[neighbour_[e]])];
      f.x += coupling_[e] * n.x;
      f.y += coupling_[e] * n.y;
    }
    return f;
  }

  /// Heat bath at one beta.
  class Conditional {
   public:
    Conditional(const Clock& model, double beta) : model_(&model), beta_(beta) {}
    template <class C>
    void resample(State s, std::size_t i, C& chance) const {
      const Vector f = model_->local_field(s, i);
      const std::size_t q = model_->states(i);
      std::array<double, most_states> weight, rest;  // of a state; of it and all behind it
      for (std::size_t k = 0; k < q; ++k) weight[k] = beta_ * dot(f, model_->direction_[k]);
      const double most = *std::max_element(weight.begin(), weight.begin() + static_cast<std::ptrdiff_t>(q));
      double sum = 0;
      for (std::size_t k = q; k-- > 0;) rest[k] = sum += weight[k] = std::exp(weight[k] - most);
      std::size_t k = 0;
      while (k + 1 < q && !chance.coin(Coin(weight[k] / rest[k]))) ++k;
      s[i] = static_cast<Unit>(k);
    }

   private:
    const Clock* model_;
    double beta_;
  };
  Conditional conditionals(double beta) const { return {*this, beta}; }

  /// Metropolis moves at one beta.
  class Steps {
   public:
    Steps(const Clock& model, double beta) : model_(&model), beta_(beta) {}
    template <class C>
    bool attempt(State s, std::size_t i, C& chance) const {
      const auto before = static_cast<std::size_t>(s[i]);
      std::size_t after = chance.pick(model_->states(i) - 1);
      after += after >= before;
      const Vector f = model_->local_field(s, i), &old = model_->direction_[before], &now = model_->direction_[after];
      const double gain = dot(f, {now.x - old.x, now.y - old.y});
      const bool free = model_->q_ == 2 && std::abs(gain) <= model_->free_[i];
      if (!chance.coin(Coin(free ? 0.5 : std::exp(std::min(0.0, beta_ * gain))))) return false;
      s[i] = static_cast<Unit>(after);
      return true;
    }

   private:
    const Clock* model_;
    double beta_;
  };
  Steps local_moves(double beta) const { return {*this, beta}; }

  /// s -> r - s, what turns a cluster over.
  struct Reflection {
    int r = 0;
  };
  /// Any reflection; of the two at q = 2, the one that moves something.
  template <class C>
  Reflection draw_turn(C& chance) const {
    return {q_ == 2 ? 1 : static_cast<int>(chance.pick(states(0)))};
  }
  void apply(Reflection turn, State s, std::size_t i) const noexcept {
    const int k = turn.r - s[i];
    s[i] = static_cast<Unit>(k < 0 ? k + q_ : k);
  }

  /// Bonds of the embedded Ising spins at one beta.
  class Clusters {
   public:
    Clusters(const Clock& model, double beta);
    Coin join(Reflection turn, ConstState s, std::size_t i, std::size_t e, bool wanted) const noexcept {
      if (!wanted) return {};
      return bond(model_->coupling_[e] * model_->normal(turn, s[i]) * model_->normal(turn, s[model_->neighbour_[e]]));
    }
    bool has_ghost() const noexcept { return ghost_; }
    Coin ghost(Reflection turn, ConstState s, std::size_t i) const noexcept {
      return bond(model_->field_[i] * model_->normal(turn, s[i]) * model_->normal(turn, 0));
    }

   private:
    Coin bond(double satisfied) const noexcept {
      return satisfied > 0 ? Coin(-std::expm1(-2 * beta_ * satisfied)) : Coin();
    }
    const Clock* model_;
    double beta_;
    bool ghost_ = false;
  };
  Clusters bonds(double beta) const { return {*this, beta}; }

 private:
  static double dot(const Vector& a, const Vector& b) noexcept { return a.x * b.x + a.y * b.y; }
  double cosine(int difference) const noexcept {
    return direction_[static_cast<std::size_t>(difference < 0 ? difference + q_ : difference)].x;
  }
  /// The component of a unit in state k that the reflection turns round.
  double normal(Reflection turn, int k) const noexcept {
    const int at = 2 * k - turn.r;
    return normal_[static_cast<std::size_t>(at < 0 ? at + 2 * q_ : at)];
  }

  Graph graph_;
  const std::uint32_t* first_;  // of the graph's lists, which copies share
  const std::uint32_t* neighbour_;
  const double* coupling_;
  const double* field_;
  int q_;
  std::vector<Vector> direction_;  // e_k
  std::vector<double> normal_;     // sin(pi k / q), k = 0 ... 2q-1
  std::vector<double> free_;       // of each site: a change of energy that is zero but for rounding
};

static_assert(Conditionals<Clock> && LocalMoves<Clock> && Bonds<Clock> && Turnable<Clock> && InFields<Clock>);

}  // namespace gibbsite
