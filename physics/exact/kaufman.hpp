/// The square lattice on a finite torus, E = -sum_<ij> s_i s_j, no field: B. Kaufman, Phys. Rev. 76, 1232 (1949), with
/// g_l from her eqs. (7) and (75); in this form A. E. Ferdinand & M. E. Fisher, Phys. Rev. 185, 832 (1969):
///   Z = (1/2) (2 sinh 2K)^{nm/2} [ prod_r 2 cosh(m g_{2r+1}/2) + prod_r 2 sinh(m g_{2r+1}/2)
///                                + prod_r 2 cosh(m g_{2r}/2)   + prod_r 2 sinh(m g_{2r}/2) ],   r = 0 .. n-1,
///   cosh g_l = cosh 2K coth 2K - cos(pi l/n),   g_l > 0 but for g_0 = 2K + ln tanh K, which changes sign at K_c.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "physics/exact/thermal.hpp"

namespace gibbsite {

/// ln Z, <E> and var(E) on an n x m torus (a side of 2 bonds each pair twice) at each coupling K = beta J >= 0, in
/// units of J; Thermal::up stays empty. All three are right to the last digits of a double at every K, in both limits
/// too. Cost per K: O(n) in arithmetic of 50 digits, about 30 us x n; the shorter side goes first.
std::vector<Thermal> solve_torus(std::size_t n, std::size_t m, std::span<const double> K);

}  // namespace gibbsite
