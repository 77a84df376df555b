/// Normal numbers in double precision, many at a time (Box & Muller, Ann. Math. Stat. 29, 610 (1958)):
/// from uniform numbers of 52 bits, so that none is above 8.6.
#pragma once

#include <span>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

/// Fills `out`, a pure function of the cipher, with normal numbers, or exponential ones -ln u. Returns false, having
/// done nothing, on a processor without the instruction sets for it. Numbers may differ in their last bit between
/// instruction sets.
bool fill_normals(const Cipher& cipher, std::span<double> out);
bool fill_exponentials(const Cipher& cipher, std::span<double> out);

}  // namespace gibbsite::simd
