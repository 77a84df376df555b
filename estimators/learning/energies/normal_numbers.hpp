/// Noise of an update.
#pragma once

#include <cstdint>
#include <vector>

#include "physics/chance.hpp"

namespace gibbsite {

/// Normal numbers, [state][number]; a pure function of the update and the place of the state.
template <class Real>
std::vector<Real> normal_numbers(Key key, std::uint64_t update, std::size_t states, std::size_t d) {
  std::vector<Real> out(states * d);
  for (std::size_t r = 0; r < states; ++r) {
    Chance chance(Stream(key, Purpose::sweep, update, r));
    for (std::size_t i = 0; i < d; ++i) out[r * d + i] = static_cast<Real>(chance.normal());
  }
  return out;
}

}  // namespace gibbsite
