/// R chains of a Boltzmann machine, bonded in any way (physics/boltzmann.hpp), by heat bath over all units, visible and
/// hidden (samplers/kernels/boltzmann_heat_bath.hpp), or by locally balanced flips of them
/// (samplers/kernels/locally_balanced.hpp). Nothing is summed out:
///   log_weight(x, lambda) = (1 - lambda) a . x_visible - lambda E(x).
/// Each chain has its own random stream and its own energy, a pure function of its state. Overlaps are
/// 2 (units alike) / N - 1, for spins sum_i x_i y_i / N.
#pragma once

#include <memory>
#include <vector>

#include "physics/boltzmann.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/boltzmann_heat_bath.hpp"
#include "samplers/kernels/locally_balanced.hpp"

namespace gibbsite {

/// The replicas of `slice`, whose draws depend on `key`. Canonical states: int8, one per
/// unit. New replicas are ordered but for a share `noise` of their units, the same ones in all (a pure function of
/// `key`), which are flipped: of a Hopfield network, a corrupted first pattern to be recalled. Throws
/// std::invalid_argument where the reference does not fit the visible units or noise is not in [0, 1].
std::unique_ptr<Ensemble> make_boltzmann_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                  const IndependentUnits& visible_reference, Key key, Slice slice,
                                                  double noise = 0);
/// The same replicas, moved by locally balanced flips. Throws also for categorical units.
std::unique_ptr<Ensemble> make_boltzmann_ensemble(std::shared_ptr<const BoltzmannMachine> machine,
                                                  const IndependentUnits& visible_reference, LocallyBalanced moves,
                                                  Key key, Slice slice, double noise = 0);

/// What all layouts of such chains share: the state of new replicas (the ordered one with round(noise N) units flipped,
/// drawn without putting back), and what is known of them. Throws as make_boltzmann_ensemble().
std::vector<double> boltzmann_start(const BoltzmannMachine& machine, double noise, Key key);
Layout boltzmann_layout(const BoltzmannHeatBath& kernel, Slice slice);

}  // namespace gibbsite
