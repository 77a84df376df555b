/// Dense products in single precision, by oneDNN (Debian's libdnnl2), which no other file knows. The library is large
/// and is loaded when a product is first asked for.
///
/// A product is made by the one thread that calls: work is cut in products of fixed shape by whoever has several
/// threads, so that bits do not depend on how many there are. They depend on the instruction set.
#pragma once

#include "physics/matrices/products.hpp"

namespace gibbsite {

/// Whether the library is there (asked once).
bool float_products_available();

/// A product of `multiply` (physics/matrices/products.hpp).
using FloatProduct = DenseProduct<float>;

}  // namespace gibbsite
