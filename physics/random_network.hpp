/// Networks with random weights: systems to study, and to test against. Weights between layers of n and m units are
/// gaussian with mean 0 and variance J^2 / (n + m), the scale of Sherrington & Kirkpatrick on two groups of spins
/// (Korenblit & Shender 1985; Barra, Genovese & Guerra, J. Phys. A 44, 245002 (2011)); every bias is h. A pure function
/// of the seed.
#pragma once

#include <cstdint>

#include "physics/boltzmann.hpp"
#include "physics/network.hpp"

namespace gibbsite {

struct RandomWeights {
  double coupling = 1;  ///< J
  double field = 0;     ///< h
  std::uint64_t seed = 1;
};

/// sizes: units of each layer, two or more. Throws std::invalid_argument as Network.
Network random_network(UnitKind kind, std::span<const std::size_t> sizes, const RandomWeights& weights);
/// All units bonded to all, variance J^2 / (visible + hidden).
BoltzmannMachine random_boltzmann(UnitKind kind, std::size_t visible, std::size_t hidden, const RandomWeights& weights);

}  // namespace gibbsite
