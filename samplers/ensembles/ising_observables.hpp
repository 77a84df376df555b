/// The observables of the Ising model from the energy and the number of spins up, as Ising::observe gives them.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace gibbsite {

inline void observe_ising(double energy, std::int64_t up, std::size_t spins, std::span<double> out) {
  const auto n = static_cast<double>(spins), m = static_cast<double>(2 * up - static_cast<std::int64_t>(spins)) / n;
  out[0] = energy;
  out[1] = energy / n;
  out[2] = m;
  out[3] = std::abs(m);
  out[4] = m * m;
}

}  // namespace gibbsite
