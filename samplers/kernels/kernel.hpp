/// How one replica of an energy model moves: a kernel leaves p(x) ~ exp(-lambda E(x)) invariant and converges to it.
#pragma once

#include "physics/concepts.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

/// A kernel K for a model M. prepare() holds what depends on lambda alone (tables of probabilities); a Workspace is
/// scratch memory that one thread reuses from sweep to sweep and that carries nothing from one to the next. Kernels are
/// immutable and templates over the source of chance.
template <class K, class M>
concept Kernel = EnergyModel<M> &&
    requires(const K& kernel, const M& model, std::span<typename M::Unit> x, Setting setting, Direction order,
             Chance& chance, Tally& tally, typename K::Workspace& scratch) {
  kernel.sweep(model, kernel.prepare(model, double{}), x, setting.stride, order, chance, tally, scratch);
  { K::stride } -> std::convertible_to<Stride>;
};

}  // namespace gibbsite
