/// Symmetric matrices as squares of triangles: A = C C' (Golub & Van Loan, Matrix Computations, 4th ed., sec. 4.2).
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace gibbsite {

/// The lower triangle of A, [d][d] row by row, becomes C; what stands above it stays. Whether A is positive definite;
/// if not, part of it is lost. Cost: d^3 / 6 multiplications.
inline bool to_cholesky_factor(std::span<double> a, std::size_t d) {
  for (std::size_t i = 0; i < d; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i * d + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * d + k] * a[j * d + k];
      if (i == j && !(sum > 0)) return false;
      a[i * d + j] = i == j ? std::sqrt(sum) : sum / a[j * d + j];
    }
  return true;
}

}  // namespace gibbsite
