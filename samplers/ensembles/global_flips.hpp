/// Spins in a field: every sweep is followed by a heat bath of the sign of all spins of a replica at once,
///   x -> -x  with probability  w(-x) / (w(x) + w(-x)),   w = exp(log_weight(., lambda)),
/// for the Ising model 1 / (1 + exp(2 beta sum_i h_i s_i)).
///
/// In a weak field a cold ferromagnet stands along the field or, less often, against it, and single spins or clusters
/// do not lead from one to the other: every chain stays where it began, with errors that know nothing of the other
/// side. The flip goes there in one step. It obeys detailed balance by itself, so a sweep and a flip together leave
/// p_lambda invariant. It may always be refused, so they converge where the sweep alone does; with Metropolis' rule
/// they do not: on the complete graph of 4 at h = -J they march in circles. Reversed, the flip comes first. Without a
/// field it is a symmetry that changes no average, and is left out. Cost: sum_i h_i s_i of every replica, and a pass
/// over the spins of those that turn.
#pragma once

#include <cmath>
#include <memory>

#include "physics/chance.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

/// log_ratio: log_weight(-x) - log_weight(x).
template <DiscreteChance C>
bool turns_over(double log_ratio, C& chance) {
  return chance.coin(Coin(1 / (1 + std::exp(-log_ratio))));
}

/// The ensemble with flips where its layout says that it turns, else as it is. key: that of the ensemble.
std::unique_ptr<Ensemble> with_global_flips(std::unique_ptr<Ensemble> ensemble, Key key);

}  // namespace gibbsite
