/// Single-spin moves of one replica whose couplings are whole numbers, sixteen sites to a *vector* of 32-bit lanes;
/// compiled once per instruction set.
///
/// Sparse graphs: the sites of a vector have no bonds among them. Their fields f_i = h_i + sum_j J_ij s_j are made from
/// the spins of their neighbours, and all decide at once.
///
/// Dense graphs: fields are kept. Sixteen sites that are visited one after the other decide together, each from its own
/// random word and its present field; the first of them that turns over adds +-2 J_ij to the fields of all, and those
/// behind it decide anew, from the same words. The outcome is that of sixteen visits in a row, and costs little where
/// few spins turn.
///
/// Whole numbers make fields exact in any order of flips: the same bits on every instruction set. Decisions are those
/// of samplers/simd/couplings/field_rules-inl.h. Only raw memory crosses this interface; nothing that instruction sets
/// share is compiled with theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

/// The couplings, in units of the grid and modulo 2^32, of places in the order of visits. Of vectors that are not full
/// the last places are no sites.
struct SiteCouplings {
  std::size_t sites = 0, vectors = 0;
  const std::int32_t* outside = nullptr;    ///< h: [place]
  const std::uint8_t* count = nullptr;      ///< [vector]: sites in it
  const std::uint32_t* first = nullptr;     ///< sparse, [vector + 1]: entries of a vector, first[v] .. first[v + 1]
  const std::int32_t* neighbour = nullptr;  ///< sparse, [entry][lane]: a place
  const std::int32_t* run = nullptr;        ///< sparse, [entry]: the first of sixteen places in a row, or -1
  const std::int32_t* twice = nullptr;      ///< sparse, [entry][lane]: 2 J
  const std::int32_t* base = nullptr;       ///< sparse, [place]: the field if all neighbours were down
  const std::int32_t* rows = nullptr;       ///< dense, [place][16 vectors]: 2 J of all pairs
};

/// A replica, and what flips change.
struct SiteState {
  std::int32_t* up = nullptr;      ///< [place]: -1 of a spin that is up, else 0
  std::int32_t* fields = nullptr;  ///< dense, [place]
  std::int64_t sum = 0;            ///< sum_i s_i (f_i + h_i) = -2 E, in units of the grid
  std::int64_t field_sum = 0;      ///< sum_i h_i s_i, in units of the grid
  std::int64_t ups = 0;            ///< spins that are up
  std::uint64_t turned = 0;        ///< flips
};

/// One sweep: as many visits as there are sites.
struct SiteSweep {
  const Cipher* cipher = nullptr;
  std::uint64_t replica = 0;         ///< its number in the whole
  bool reversed = false;             ///< visits in the opposite order
  float scale = 0;                   ///< 2 lambda grid / ln 2
  const float* reference = nullptr;  ///< [place]: a field that acts by itself
  float tilt = 0;                    ///< its factor
};

struct SiteKernels {
  using Sweep = void (*)(const SiteCouplings&, const SiteSweep&, SiteState&);
  const char* name;  ///< of the instruction set
  Sweep sparse_heat_bath, sparse_metropolis;
  Sweep dense_heat_bath, dense_metropolis;  ///< in the order of places
  /// A site picked at random for every visit (each with probability 1 / N up to 2^-32).
  Sweep random_heat_bath, random_metropolis;
  /// Dense, with y_i = scale f_i + tilt reference_i in place of scale f_i.
  Sweep reference_heat_bath;
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const SiteKernels*> site_kernels();

}  // namespace gibbsite::simd
