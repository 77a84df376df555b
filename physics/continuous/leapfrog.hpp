/// Trajectories of Hamilton's equations for eight states side by side, for energies that have a faster way than to be
/// asked for their gradients: numbers of eight states lie behind each other, so that neighbours of all of them are one
/// load. What becomes of a state does not depend on those beside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace gibbsite {

/// One number of each of eight states.
struct alignas(64) Lanes {
  static constexpr std::size_t count = 8;
  double of[count] = {};
};

/// H = U(x) + |p|^2 / 2 with dU/dx_i = stiffness (x_i - mean) + lambda dE/dx_i.
struct Flight {
  std::span<Lanes> x, p;  ///< [d]; where it begins, and then where it ends
  Lanes step = {}, lambda = {}, stiffness = {};
  double mean = 0;
  std::array<std::uint32_t, Lanes::count> steps = {};  ///< of each state
};

class Leapfrog {
 public:
  /// For each state, `steps` times: half a kick p -= (step / 2) dU/dx, x += step p, half a kick. energy: E(x) at the
  /// end, as ContinuousEnergy::evaluate() has it to the last bit.
  virtual void fly(const Flight& flight, Lanes& energy) const = 0;

 protected:
  ~Leapfrog() = default;
};

}  // namespace gibbsite
