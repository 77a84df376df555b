/// Dense products in either precision, made by the one thread that calls, with results that do not depend on how many
/// threads there are.
#pragma once

#include <cstddef>

namespace gibbsite {

/// c = alpha a b + beta c; all row by row. a: [rows][inner], or transposed [inner][rows]; b: [inner][columns], or
/// transposed [columns][inner]; strides: numbers between rows as they stand in memory. Where beta is 0, c may hold
/// anything.
template <class Real>
struct DenseProduct {
  std::size_t rows = 0, columns = 0, inner = 0;
  const Real* a = nullptr;
  std::size_t a_stride = 0;
  bool a_transposed = false;
  const Real* b = nullptr;
  std::size_t b_stride = 0;
  bool b_transposed = false;
  Real* c = nullptr;
  std::size_t c_stride = 0;
  Real alpha = 1, beta = 0;
};

/// By oneDNN (float_products.hpp). Throws std::runtime_error where the library is not there or fails.
void multiply(const DenseProduct<float>& product);
/// By plain loops, for tests and small problems.
void multiply(const DenseProduct<double>& product);

}  // namespace gibbsite
