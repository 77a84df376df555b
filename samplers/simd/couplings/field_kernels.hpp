/// Single-spin moves of a block of replicas whose local fields are whole numbers, compiled once per instruction set.
///
/// Sixteen replicas are a *vector* of 32-bit lanes, a few vectors are a block. The field f_i = h_i + sum_j J_ij s_j of
/// every site and lane is kept; a spin that turns over adds +-2 J_ij to the fields of its neighbours, in the lanes
/// where it did, and nothing at all where no lane of the vector did. Whole numbers make that exact in any order, so a
/// field is always what a sum from scratch gives. Each decision reads its own random word, compared with a probability
/// in single precision (see decide-inl.h): the same bits on every instruction set.
///
/// Only raw memory crosses this interface; nothing that instruction sets share is compiled with theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

inline constexpr std::size_t most_field_vectors = 8;  ///< of a block

/// One sweep of some sites in a given order.
struct FieldSweep {
  const Cipher* cipher = nullptr;
  std::uint32_t unit = 0;                    ///< number of site 0 in the whole system
  std::uint64_t vector = 0;                  ///< number of the first vector in the whole
  std::size_t vectors = 0;                   ///< of the block
  std::size_t visits = 0;                    ///< how many
  const std::uint32_t* order = nullptr;      ///< [visit]: sites
  const std::uint32_t* first = nullptr;      ///< [site + 1]: rows of the adjacency
  const std::uint32_t* neighbour = nullptr;  ///< of site i: entries first[i] .. first[i + 1]
  const std::int32_t* twice = nullptr;       ///< 2 J of each entry, in units of the grid, modulo 2^32
  const float* scale = nullptr;              ///< [vector][lane]: 2 lambda grid / ln 2
  const float* top = nullptr;                ///< [vector][lane]: Metropolis' acceptance where no energy is needed
  std::int32_t* fields = nullptr;            ///< [site][vector][lane], of the spins, in and out
  std::uint8_t* spins = nullptr;             ///< [site][vector][FieldKernels::bytes], in and out; 8 bytes may follow
  std::uint32_t* turned = nullptr;           ///< [vector][lane]: spins turned over are added
};

/// sum_i s_i (f_i + h_i) = -2 E of each lane, in units of the grid, and the number of spins that are up: added.
struct FieldSum {
  std::size_t sites = 0, vectors = 0;
  const std::int32_t* fields = nullptr;   ///< [site][vector][lane]
  const std::int32_t* outside = nullptr;  ///< h: [site]
  const std::uint8_t* spins = nullptr;    ///< [site][vector][FieldKernels::bytes]
  std::int64_t* sum = nullptr;            ///< [vector][lane]
  std::int64_t* up = nullptr;             ///< [vector][lane]
};

/// Spins as the words of a product's inputs.
struct FieldPack {
  std::size_t groups = 0, vectors = 0, bits = 0, spacing = 0;  ///< as in Kernels
  const std::uint8_t* spins = nullptr;                         ///< [group x bits][vector][FieldKernels::bytes]
  std::uint32_t* words = nullptr;                              ///< out: [group][vector][lane]
};

struct FieldKernels {
  const char* name;           ///< of the instruction set
  std::size_t bytes;          ///< of the spins of a vector
  std::size_t lanes_of_byte;  ///< lane l is bit l % lanes_of_byte of byte l / lanes_of_byte
  void (*heat_bath)(const FieldSweep&);
  void (*metropolis)(const FieldSweep&);
  void (*sum)(const FieldSum&);
  void (*pack)(const FieldPack&);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const FieldKernels*> field_kernels();

}  // namespace gibbsite::simd
