#include <algorithm>

#include "physics/matrices/products.hpp"

namespace gibbsite {

void multiply(const DenseProduct<double>& p) {
  const std::size_t a_row = p.a_transposed ? 1 : p.a_stride, a_inner = p.a_transposed ? p.a_stride : 1;
  for (std::size_t i = 0; i < p.rows; ++i) {
    double* c = p.c + i * p.c_stride;
    if (p.beta == 0) std::fill_n(c, p.columns, 0.0);
    if (p.beta != 0 && p.beta != 1)
      for (std::size_t j = 0; j < p.columns; ++j) c[j] *= p.beta;
    const double* a = p.a + i * a_row;
    if (p.b_transposed) {
      for (std::size_t j = 0; j < p.columns; ++j) {
        const double* b = p.b + j * p.b_stride;
        double sum = 0;
        for (std::size_t k = 0; k < p.inner; ++k) sum += a[k * a_inner] * b[k];
        c[j] += p.alpha * sum;
      }
    } else {
      for (std::size_t k = 0; k < p.inner; ++k) {
        const double scale = p.alpha * a[k * a_inner];
        const double* b = p.b + k * p.b_stride;
        for (std::size_t j = 0; j < p.columns; ++j) c[j] += scale * b[j];
      }
    }
  }
}

}  // namespace gibbsite
