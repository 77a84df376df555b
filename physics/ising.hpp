/// The Ising model on any graph:  E(s) = -sum_<ij> J_ij s_i s_j - sum_i h_i s_i,  s_i = +-1,  J = k_B = 1.
///
/// Heat bath (Glauber, J. Math. Phys. 4, 294 (1963)): with the local field f_i = sum_j J_ij s_j + h_i,
///   P(s_i = +1 | rest) = 1 / (1 + exp(-2 beta f_i)).
/// Metropolis et al., J. Chem. Phys. 21, 1087 (1953), eq. (1) ff.: s_i -> -s_i with probability min(1, exp(-2 beta f_i
/// s_i)), but 1/2 where f_i = 0 (samplers/kernels/metropolis.hpp says why). Clusters (Fortuin & Kasteleyn, Physica 57,
/// 536 (1972); Swendsen & Wang, PRL 58, 86 (1987)): a bond with J_ij s_i s_j > 0 is active with probability 1 - exp(-2
/// beta J_ij s_i s_j), any sign of J_ij; a field is a bond of strength h_i with a ghost spin fixed at +1. Cost per
/// sweep: one pass over the adjacency, and per spin one table look-up where |J_ij| and h_i are the same everywhere (few
/// local fields are possible), else one exponential.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

#include "physics/concepts.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

class Ising {
  /// The adjacency, and what follows from it; made when first asked for.
  struct Rows {
    const std::uint32_t* first;
    const std::uint32_t* neighbour;
    const double* coupling;
    const double* field;
    std::vector<std::int8_t> sign;  // of each adjacency entry: -1, 0, 1
    std::vector<double> free;       // of each site: a local field that is zero but for rounding; without a table
  };

 public:
  using Unit = std::int8_t;  ///< a spin, +1 or -1
  using State = std::span<Unit>;
  using ConstState = std::span<const Unit>;

  explicit Ising(Graph graph);
  Ising(Ising&&) = default;
  Ising(const Ising&) = delete;

  const Graph& graph() const noexcept { return graph_; }
  std::size_t units() const noexcept { return graph_.sites(); }
  double log_states() const noexcept { return static_cast<double>(units()) * std::numbers::ln2; }

  /// Total energy from scratch, in units of J. Exact, in any order of summation, where couplings are multiples of one
  /// power of 2.
  double energy(ConstState s) const;
  /// f_i = sum_j J_ij s_j + h_i; flipping spin i costs 2 f_i s_i.
  double local_field(ConstState s, std::size_t i) const { return local_field(rows(), s, i); }

  /// energy, energy_density, magnetization_density, abs_magnetization_density, magnetization_density_squared.
  std::vector<Observable> observables() const;
  void observe(ConstState s, double energy, std::span<double> out) const noexcept;
  /// The same, of a state whose spins add up to `total`.
  void observe_sum(std::int64_t total, double energy, std::span<double> out) const noexcept;
  /// q = sum_i a_i b_i / N.
  double overlap(ConstState a, ConstState b) const noexcept;
  /// All spins alike, along the sum of the fields, or each along its own field: what has the lower energy.
  void set_ordered(State s) const;
  void flip(State s, std::size_t i) const noexcept { s[i] = static_cast<Unit>(-s[i]); }
  std::size_t states(std::size_t) const noexcept { return 2; }
  void set_state(State s, std::size_t i, std::size_t k) const noexcept { s[i] = k == 0 ? -1 : 1; }
  /// The same spins in more fields, and spins without bonds in these alone.
  Ising with_fields(std::span<const double> fields) const;
  Ising free_units(std::span<const double> fields) const { return Ising(Graph({}, {fields.begin(), fields.end()})); }
  /// Whether any site has a field.
  bool in_field() const noexcept;
  /// E(-s) - E(s) = 2 sum_i h_i s_i.
  double turning_energy(ConstState s) const noexcept;
  void turn(State s) const noexcept {
    for (Unit& spin : s) spin = static_cast<Unit>(-spin);
  }

  template <class C>
  void draw_uniform(State s, C& chance) const {
    const Coin half(0.5);
    for (Unit& spin : s) spin = chance.coin(half) ? 1 : -1;
  }

  /// Heat bath at one beta.
  class Conditional {
   public:
    Conditional(const Ising& model, double beta);
    template <class C>
    void resample(State s, std::size_t i, C& chance) const {
      s[i] = chance.coin(up(s, i)) ? 1 : -1;
    }

   private:
    Coin up(ConstState s, std::size_t i) const noexcept {
      if (!table_.empty()) return table_[model_->level(*rows_, s, i)];
      return Coin(1 / (1 + std::exp(-2 * beta_ * local_field(*rows_, s, i))));
    }
    const Ising* model_;
    const Rows* rows_;
    double beta_;
    std::vector<Coin> table_;  // by level
  };
  Conditional conditionals(double beta) const { return {*this, beta}; }

  /// Metropolis flips at one beta.
  class Flips {
   public:
    Flips(const Ising& model, double beta);
    template <class C>
    bool attempt(State s, std::size_t i, C& chance) const {
      if (!chance.coin(acceptance(s, i))) return false;
      model_->flip(s, i);
      return true;
    }

   private:
    Coin acceptance(ConstState s, std::size_t i) const noexcept {
      if (!table_.empty()) return table_[2 * model_->level(*rows_, s, i) + (s[i] > 0)];
      const double f = local_field(*rows_, s, i);
      if (std::abs(f) <= rows_->free[i]) return half_;
      return Coin(std::exp(std::min(0.0, -2 * beta_ * f * s[i])));
    }
    const Ising* model_;
    const Rows* rows_;
    double beta_;
    std::vector<Coin> table_;  // by level and spin
    Coin half_{0.5};
  };
  Flips local_moves(double beta) const { return {*this, beta}; }

  /// What acts on ln p at one beta (samplers/kernels/locally_balanced.hpp): beta f_i.
  class PairFields {
   public:
    PairFields(const Ising& model, double beta) : model_(&model), rows_(&model.rows()), beta_(beta) {}
    void make_fields(ConstState s, std::span<double> fields) const {
      for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = beta_ * local_field(*rows_, s, i);
    }
    double step(ConstState s, std::size_t i) const noexcept { return -2.0 * s[i]; }
    void flip(State s, std::size_t i) const noexcept { model_->flip(s, i); }
    template <class Visit>
    void for_neighbours(std::size_t i, Visit visit) const {
      for (std::uint32_t e = rows_->first[i]; e < rows_->first[i + 1]; ++e)
        visit(std::size_t{rows_->neighbour[e]}, beta_ * rows_->coupling[e]);
    }

   private:
    const Ising* model_;
    const Rows* rows_;
    double beta_;
  };
  PairFields pair_fields(double beta) const { return {*this, beta}; }

  /// What turns a cluster over: s -> -s.
  struct Flip {};
  template <class C>
  Flip draw_turn(C&) const noexcept {
    return {};
  }
  void apply(Flip, State s, std::size_t i) const noexcept { flip(s, i); }

  /// Fortuin-Kasteleyn bonds at one beta.
  class Clusters {
   public:
    Clusters(const Ising& model, double beta);
    /// Coin of adjacency entry e of site i; never true unless `wanted`. No branch where all |J| are the same.
    Coin join(Flip, ConstState s, std::size_t i, std::size_t e, bool wanted) const noexcept {
      const bool satisfied = rows_->sign[e] * s[i] * s[rows_->neighbour[e]] > 0;
      if (common_) return coin_[static_cast<std::size_t>(wanted) & static_cast<std::size_t>(satisfied)];
      if (!wanted || !satisfied) return Coin();
      return bond_.empty() ? joined(rows_->coupling[e]) : bond_[e];
    }
    bool has_ghost() const noexcept { return ghost_; }
    Coin ghost(Flip, ConstState s, std::size_t i) const noexcept {
      if (rows_->field[i] * s[i] <= 0) return Coin();
      if (site_.empty()) return joined(rows_->field[i]);
      return site_[site_.size() == 1 ? 0 : i];
    }

   private:
    /// Of a satisfied bond.
    Coin joined(double coupling) const noexcept { return Coin(-std::expm1(-2 * beta_ * std::abs(coupling))); }
    const Rows* rows_;
    double beta_;
    bool common_ = false, ghost_ = false;  // all |J| are the same; there are fields
    std::array<Coin, 2> coin_{};           // never, and for a satisfied bond where all |J| are the same
    std::vector<Coin> bond_, site_;  // by adjacency entry, or none; by site, one where all |h| are the same, or none
  };
  Clusters bonds(double beta) const { return {*this, beta}; }

 private:
  const Rows& rows() const {
    return rows_.get([this] { return make_rows(); });
  }
  Rows make_rows() const;
  static double local_field(const Rows& rows, ConstState s, std::size_t i) noexcept {
    double f = rows.field[i];
    for (std::uint32_t e = rows.first[i]; e < rows.first[i + 1]; ++e) f += rows.coupling[e] * s[rows.neighbour[e]];
    return f;
  }
  /// Which of the few possible local fields site i sees: (sum_j sign_ij s_j) + max_degree; only if table_driven().
  std::size_t level(const Rows& rows, ConstState s, std::size_t i) const noexcept {
    int k = degree_;
    for (std::uint32_t e = rows.first[i]; e < rows.first[i + 1]; ++e) k += rows.sign[e] * s[rows.neighbour[e]];
    return static_cast<std::size_t>(k);
  }
  bool table_driven() const noexcept { return table_driven_; }
  std::size_t levels() const noexcept { return 2 * static_cast<std::size_t>(degree_) + 1; }
  double field_at(std::size_t level) const noexcept {
    return strength_ * (static_cast<double>(level) - degree_) + field_;
  }

  Graph graph_;
  Lazy<Rows> rows_;
  bool table_driven_ = false;  // |J_ij| and h_i are the same everywhere: few local fields are possible
  int degree_ = 0;
  double strength_ = 0, field_ = 0;
};

static_assert(Conditionals<Ising> && LocalMoves<Ising> && Bonds<Ising> && Turnable<Ising> && Enumerable<Ising> &&
              InFields<Ising>);

}  // namespace gibbsite
