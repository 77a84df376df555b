/// A kernel, and after each of its sweeps a heat bath over all rotations of the whole state: x is drawn anew from its
/// orbit, p(k) ~ exp(-lambda E(rotation k of x)). In a weak field single-site moves hardly ever lead from one direction
/// of order to another; this does. It leaves p invariant and is its own time reversal, so that a reversed sweep begins
/// with it. Cost: one pass over the sites.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <utility>
#include <vector>

#include "samplers/kernels/kernel.hpp"

namespace gibbsite {

/// A model with rotations 0 ... rotations() - 1 of all its units at once, 0 the state itself.
template <class M>
concept Rotatable = EnergyModel<M> && requires(const M& model, std::span<typename M::Unit> x,
                                               std::span<const typename M::Unit> cx, std::span<double> out) {
  { model.rotations() } -> std::convertible_to<std::size_t>;
  model.rotation_energies(cx, out);  // out[k] = E(rotation k of x) - E(x)
  model.rotate(x, std::size_t{});
};

template <class K>
class WithRotations {
 public:
  struct Workspace {
    typename K::Workspace inner;
    std::vector<double> weight;
  };
  static constexpr Stride stride = K::stride;

  explicit WithRotations(K kernel) : kernel_(std::move(kernel)) {}

  template <Rotatable M>
  requires Kernel<K, M>
  auto prepare(const M& model, double lambda) const { return std::pair(kernel_.prepare(model, lambda), lambda); }

  /// Tally: of the inner kernel.
  template <Rotatable M, class P, class C>
  void sweep(const M& model, const P& prepared, std::span<typename M::Unit> x, double inner_stride, Direction order,
             C& chance, Tally& tally, Workspace& scratch) const {
    if (order == Direction::reversed) rotate(model, prepared.second, x, chance, scratch.weight);
    kernel_.sweep(model, prepared.first, x, inner_stride, order, chance, tally, scratch.inner);
    if (order == Direction::forward) rotate(model, prepared.second, x, chance, scratch.weight);
  }

 private:
  template <class M, class C>
  static void rotate(const M& model, double lambda, std::span<typename M::Unit> x, C& chance,
                     std::vector<double>& weight) {
    weight.resize(model.rotations());
    model.rotation_energies(x, weight);
    const double lowest = *std::min_element(weight.begin(), weight.end());
    double rest = 0;
    for (double& w : weight) rest += w = std::exp(-lambda * (w - lowest));
    std::size_t k = 0;
    for (; k + 1 < weight.size() && !chance.coin(Coin(std::min(1.0, weight[k] / rest))); ++k)
      rest = std::max(rest - weight[k], weight[k + 1]);
    if (k > 0) model.rotate(x, k);
  }

  K kernel_;
};

}  // namespace gibbsite
