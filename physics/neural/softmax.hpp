/// Jets of  L = ln sum_j exp x_j  and of its gradient, the softmax  a = exp(x - L).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace gibbsite {

/// x[k], a[k]: coefficient k of n numbers, for k < coefficients; a may not be x. Returns L. With l = x - L:
///
///   a_0 = exp l_0,  a_1 = a_0 l_1,  a_2 = a_0 (l_2 + l_1^2 / 2);
///   L_1 = a_0 . x_1,  L_2 = a_0 . x_2 + (a_0 . x_1^2 - L_1^2) / 2.
///
/// The way back of any y = f(x) is  xbar_i = sum_{k >= i} ybar_k (f')_{k - i}, here with f' = a: for L as it stands,
/// for a = exp l with l's own coefficients.
template <class Real>
std::array<Real, 3> softmax_jets(std::size_t n, std::size_t coefficients, const std::array<const Real*, 3>& x,
                                 const std::array<Real*, 3>& a) {
  std::array<Real, 3> L{};
  const Real top = *std::max_element(x[0], x[0] + n);
  Real sum = 0;
  for (std::size_t j = 0; j < n; ++j) sum += a[0][j] = std::exp(x[0][j] - top);
  for (std::size_t j = 0; j < n; ++j) a[0][j] /= sum;
  L[0] = top + std::log(sum);
  if (coefficients < 2) return L;
  for (std::size_t j = 0; j < n; ++j) L[1] += a[0][j] * x[1][j];
  for (std::size_t j = 0; j < n; ++j) a[1][j] = a[0][j] * (x[1][j] - L[1]);
  if (coefficients < 3) return L;
  for (std::size_t j = 0; j < n; ++j) L[2] += a[0][j] * x[2][j] + a[1][j] * x[1][j] / 2;
  for (std::size_t j = 0; j < n; ++j) a[2][j] = a[0][j] * (x[2][j] - L[2]) + a[1][j] * (x[1][j] - L[1]) / 2;
  return L;
}

}  // namespace gibbsite
