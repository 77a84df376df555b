/// Block Gibbs of R chains of a layered network (physics/network.hpp) from its reference, in the plain layout: one
/// matrix per layer, matrix products in fixed tiles of chains, any kind of units, any number of layers.
///
///   ln p_lambda(x) = (1 - lambda) A(x_0) - lambda E(x) + const.
///
/// A sweep draws all units of the layers that are summed out given the kept ones, then the kept ones given those. The
/// weights are those of the kept units alone, the others summed out in closed form:
///   log_weight(x, lambda) = sum_kept lambda b . x + (1 - lambda) A + sum_others ln sum_u exp(lambda f_u + (1 - lambda)
///   a_u).
/// Observables see the whole state as the last sweep left it, an exact pair (others, kept) of p_lambda in equilibrium.
/// As a chain of the kept units a sweep is its own reversal. Cost: two products a sweep. Each chain has its own random
/// stream; tiles are fixed, so that bits do not depend on threads.
#pragma once

#include <memory>

#include "physics/random.hpp"
#include "physics/reference.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

/// The replicas of `slice`, whose draws depend on `key`. Canonical states: int8, all layers,
/// one per unit (categorical: one-hot); float64 with gaussian units.
std::unique_ptr<Ensemble> make_network_ensemble(std::shared_ptr<const Network> network, Reference reference, Key key,
                                                Slice slice);

}  // namespace gibbsite
