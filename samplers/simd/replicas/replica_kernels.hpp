/// What is done to the bit lanes of samplers/simd/replicas/replica_plan.hpp, compiled once per instruction set.
///
/// A sweep walks over batches. In each, neighbours' bits (turned over where J < 0) are added up by full adders; the
/// planes of the sum tell a lane's class of local fields; decisions are those of samplers/simd/random/bernoulli.hpp
/// with the digits of every lane's own probabilities. Sums per lane (bonds that are not satisfied, spins that are up or
/// have changed) are counted in bit planes, eight words at a time, and turned into numbers by a transposition.
///
/// Only raw memory crosses this interface; nothing that instruction sets share is compiled with theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/replicas/replica_plan.hpp"

namespace gibbsite::simd {

/// What ReplicaPlan holds.
struct ReplicaRows {
  const std::uint32_t* begin = nullptr;
  const std::uint8_t* run = nullptr;
  const std::uint64_t* sign = nullptr;  ///< if words hold several rows
};
struct ReplicaBonds {
  ReplicaRows ends;
  std::size_t words = 0, positive = 0;
};

inline constexpr std::size_t count_planes = 64;  ///< digits of a number per lane

/// One sweep of one pack, or its batches begin .. end - 1.
struct ReplicaSweep {
  Decide decide = Decide::heat_bath;
  std::size_t width = 0;
  const Batch* batches = nullptr;
  std::size_t begin = 0, end = 0;
  bool backwards = false;
  ReplicaRows neighbours;
  const std::uint8_t* turns = nullptr;
  const std::uint64_t* real = nullptr;       ///< [word][part]
  const std::uint64_t* digits = nullptr;     ///< from 64 batch.classes words on: [level][class][part]
  const std::uint64_t* reference = nullptr;  ///< [part]: lanes at lambda = 0
  Cipher cipher = {};
  std::uint64_t* state = nullptr;
  std::uint64_t* changed = nullptr;  ///< [plane][part], spins that changed: added to
};

struct ReplicaKernels {
  const char* name;  ///< of the instruction set
  void (*sweep)(const ReplicaSweep&);
  /// Digits of how many words have a bit set, per bit: added to [plane][part]. Of words that are `real`,
  void (*count_ones)(const std::uint64_t* words, const std::uint64_t* real, std::size_t n, std::uint64_t* planes);
  /// or of words of bonds, not satisfied.
  void (*count_bonds)(const ReplicaBonds& bonds, std::size_t width, const std::uint64_t* state, std::uint64_t* planes);
  /// Bit j of in[k][part] becomes bit k of out[j step][part], for 64 rows of each part.
  void (*transpose)(const std::uint64_t* in, std::uint64_t* out, std::ptrdiff_t step);
  /// The same for 16 rows: bit 16 f + j of in[k][part] becomes bit 16 f + k of out[j][part].
  void (*transpose_short)(const std::uint64_t* in, std::uint64_t* out);
  /// Words of `parts` (1, 2 or 4) numbers again and again, which begin 8 numbers apart in `in`: 64 words, as many words
  /// apart in `out` as `step` says.
  void (*repeat)(const std::uint64_t* in, std::size_t parts, std::uint64_t* out, std::ptrdiff_t step);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const ReplicaKernels*> replica_kernels();

}  // namespace gibbsite::simd
