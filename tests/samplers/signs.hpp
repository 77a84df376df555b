/// The signs of real fields as Ising spins (Brower & Tamayo, PRL 62, 1087 (1989)). Where the part of -ln p that is not
/// even in every coordinate is
///   U(x) = -sum_<ij> K_ij x_i x_j - sum_i b_i x_i,   K = lambda J,  b = lambda h + (1 - lambda) pull,
/// signs at given moduli are Ising spins with couplings K_ij |x_i x_j|, and cluster updates turn them over. As a model
/// of its own, for exact transition matrices, beside samplers/kernels/sign_clusters.hpp, which is what runs.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "physics/concepts.hpp"
#include "physics/graph.hpp"

namespace gibbsite {

class Signs {
 public:
  using Unit = double;
  /// pull: of a reference that is not even. The graph, with J and h, must outlive this.
  explicit Signs(const Graph& graph, double pull = 0) : graph_(&graph), pull_(pull) {}

  const Graph& graph() const noexcept { return *graph_; }
  std::size_t units() const noexcept { return graph_->sites(); }
  double log_states() const noexcept { return static_cast<double>(units()) * std::numbers::ln2; }
  /// U at lambda = 1.
  double energy(std::span<const double> x) const {
    double sum = 0;
    for (const Bond& bond : graph_->bonds()) sum -= bond.J * x[bond.i] * x[bond.j];
    for (std::size_t i = 0; i < units(); ++i) sum -= graph_->fields()[i] * x[i];
    return sum;
  }
  std::vector<Observable> observables() const { return {{"energy", "1", "of the signs", Role::energy}}; }
  void observe(std::span<const double>, double energy, std::span<double> out) const { out[0] = energy; }
  double overlap(std::span<const double> x, std::span<const double> y) const {
    double sum = 0;
    for (std::size_t i = 0; i < units(); ++i) sum += std::copysign(1.0, x[i]) * std::copysign(1.0, y[i]);
    return sum / static_cast<double>(units());
  }
  template <class C>
  void draw_uniform(std::span<double> x, C& chance) const {
    for (double& value : x) value = chance.coin(Coin(0.5)) ? value : -value;
  }
  void set_ordered(std::span<double> x) const {
    for (double& value : x) value = std::abs(value);
  }
  /// Moduli stay.
  std::size_t states(std::size_t) const noexcept { return 2; }
  void set_state(std::span<double> x, std::size_t i, std::size_t k) const {
    x[i] = k == 0 ? std::abs(x[i]) : -std::abs(x[i]);
  }

  struct Turn {};
  template <class C>
  Turn draw_turn(C&) const {
    return {};
  }
  void apply(Turn, std::span<double> x, std::size_t i) const { x[i] = -x[i]; }

  /// Active with probability 1 - exp(-2 K_ij x_i x_j), where that is above 0.
  class Clusters {
   public:
    Clusters(const Signs& signs, double lambda) : signs_(&signs), lambda_(lambda) {
      const auto h = signs.graph().common_field();
      ghost_ = (1 - lambda) * signs.pull_ != 0 || !h || *h != 0;
    }
    Coin join(Turn, std::span<const double> x, std::size_t i, std::size_t e, bool wanted) const {
      if (!wanted) return {};
      return active(lambda_ * signs_->graph().coupling()[e] * x[i] * x[signs_->graph().neighbour()[e]]);
    }
    bool has_ghost() const noexcept { return ghost_; }
    Coin ghost(Turn, std::span<const double> x, std::size_t i) const {
      return active((lambda_ * signs_->graph().fields()[i] + (1 - lambda_) * signs_->pull_) * x[i]);
    }

   private:
    static Coin active(double half) { return half > 0 ? Coin(-std::expm1(-2 * half)) : Coin(); }
    const Signs* signs_;
    double lambda_;
    bool ghost_;
  };
  Clusters bonds(double lambda) const { return {*this, lambda}; }

 private:
  const Graph* graph_;
  double pull_;
};

static_assert(Bonds<Signs> && Enumerable<Signs>);

}  // namespace gibbsite
