/// Taylor jets: numbers that carry what they become along a direction,
///
///   x(eps) = x_0 + eps x_1 + eps^2 x_2 + O(eps^3),
///
/// cut behind the 1, 2 or 3 coefficients that are asked for. Through an energy, x_0 = x, x_1 = v, x_2 = 0 give
///
///   e_0 = E(x),   e_1 = v . grad E,   e_2 = v'Hv / 2,
///
/// and the reverse of all steps, from adjoints ebar_k = dL/de_k at the output to xbar_k = dL/dx_k, gives gradients of
/// any loss of these numbers: grad E by (1, 0, 0), H v by (0, 1, 0) at x_0 (Pearlmutter, Neural Comput. 6, 147 (1994);
/// Griewank & Walther, Evaluating Derivatives, 2nd ed., ch. 13).
///
/// Linear steps act on each coefficient alone, so that a jet is a batch as many times as wide. Pointwise f:
///
///   y_0 = f,  y_1 = f' x_1,  y_2 = f' x_2 + f'' x_1^2 / 2;
///   xbar_2 = f' ybar_2,  xbar_1 = f' ybar_1 + f'' x_1 ybar_2,
///   xbar_0 = f' ybar_0 + f'' x_1 ybar_1 + (f'' x_2 + f''' x_1^2 / 2) ybar_2.
///
/// Products: (ab)_k = sum_i a_i b_{k-i}; abar_i = sum_k ybar_k b_{k-i}.
#pragma once

#include <cstddef>

namespace gibbsite {

/// Jets of some states, that stand elsewhere: [coefficient][state][number].
template <class Real>
struct Jets {
  std::size_t coefficients = 1;
  std::size_t states = 0;
  std::size_t width = 0;  ///< numbers in a state
  Real* numbers = nullptr;

  std::size_t rows() const noexcept { return coefficients * states; }
  std::size_t size() const noexcept { return rows() * width; }
  Real* coefficient(std::size_t k) const noexcept { return numbers + k * states * width; }
  Real* state(std::size_t k, std::size_t r) const noexcept { return numbers + (k * states + r) * width; }
  operator Jets<const Real>() const noexcept { return {coefficients, states, width, numbers}; }
};

}  // namespace gibbsite
