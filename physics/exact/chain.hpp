/// The Ising chain, any couplings and fields:  E = -sum_i J_i s_i s_{i+1} - sum_i h_i s_i, by the transfer matrix
///   T_i(s, s') = exp(beta (J_i s s' + h_{i+1} s')),
/// Kramers & Wannier, Phys. Rev. 60, 252 (1941); Ising, Z. Phys. 31, 253 (1925).
///
/// From the far end, B_i(s) = sum_{s'} T_i(s, s') B_{i+1}(s') is the weight of all that follows spin i; a ring is
/// closed by summing over its first spin. Then P(s_{i+1} | s_i) = T_i B_{i+1} / B_i, and the number of up spins follows
/// from a walk with these probabilities: nothing overflows, and what underflows is truly improbable.
#pragma once

#include <cstddef>
#include <span>

#include "physics/exact/thermal.hpp"

namespace gibbsite {

/// The longest chain of which the distribution of the magnetisation is worked out, at O(N^2).
inline constexpr std::size_t longest_magnetised_chain = 4096;

/// N = h.size() spins. J has N entries for a ring (J[N-1] joins the last to the first; N >= 2) or N - 1 for an open
/// chain. Throws std::invalid_argument for any other number. Cost: O(N), and O(N^2) more for Thermal::up up to
/// `longest_magnetised_chain`.
Thermal solve_chain(std::span<const double> J, std::span<const double> h, double beta);

/// The lowest energy. Cost: O(N).
double chain_ground_energy(std::span<const double> J, std::span<const double> h);

}  // namespace gibbsite
