/// Dense products in single precision, by oneDNN (Debian's libdnnl2), which no other file knows. The library is large
/// and is loaded when a product is first asked for.
///
/// A product is made by the one thread that calls: work is cut in products of fixed shape by whoever has several
/// threads, so that bits do not depend on how many there are. They depend on the instruction set.
#pragma once

#include <cstddef>

namespace gibbsite {

/// Whether the library is there (asked once).
bool float_products_available();

/// c = alpha a b + beta c; all row by row. a: [rows][inner], or transposed [inner][rows]; b: [inner][columns], or
/// transposed [columns][inner]; strides: numbers between rows as they stand in memory.
struct FloatProduct {
  std::size_t rows = 0, columns = 0, inner = 0;
  const float* a = nullptr;
  std::size_t a_stride = 0;
  bool a_transposed = false;
  const float* b = nullptr;
  std::size_t b_stride = 0;
  bool b_transposed = false;
  float* c = nullptr;
  std::size_t c_stride = 0;
  float alpha = 1, beta = 0;
};
/// Throws std::runtime_error where the library is not there or fails.
void multiply(const FloatProduct& product);

}  // namespace gibbsite
