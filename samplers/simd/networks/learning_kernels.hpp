/// What learning does to a restricted Boltzmann machine of binary units in single precision, compiled once per
/// instruction set.
///
/// Visible states are sparse: fields of hidden units are sums of the rows of W whose visible units are 1, and the
/// gradient of a row of W is a sum of rows of <h>, those of the samples in which its unit is 1. Both are `add_rows`.
/// The way back, b + W h of dense binary h, looks up the sums of a few weights in one register, as
/// samplers/simd/networks/table_kernels.hpp does, but makes the table as it goes, since weights change at every update.
///
/// Lengths are multiples of 16, memory is aligned to 64 bytes, rows of one matrix stand `stride` apart. Sums have a
/// fixed order, so that bits depend on the instruction set alone. Only raw memory crosses this interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

/// out = first + sum_k rows[at[k] ...] - sum_k rows[less[k] ...].
struct RowSum {
  const float* first = nullptr;       ///< [length], or null: 0
  const float* rows = nullptr;        ///< where offsets count from
  const std::uint32_t* at = nullptr;  ///< offsets of the rows, in numbers
  std::size_t count = 0, length = 0;
  const std::uint32_t* less = nullptr;
  std::size_t less_count = 0;
  float* out = nullptr;  ///< [length]
};

/// The units of one layer of one chain, given their fields.
struct HiddenUnits {
  const float* field = nullptr;
  std::size_t length = 0;
  float scale = 1;               ///< of means
  float* mean = nullptr;         ///< out: scale / (1 + e^-field), may be `field`; null: not asked for
  std::uint8_t* bits = nullptr;  ///< out: states, one bit each, drawn; null: not asked for
  float* states = nullptr;       ///< out: the same as 0 and 1, drawn; null: not asked for
  const Cipher* cipher = nullptr;
  std::uint32_t chain = 0;
};

/// Gaussian units of one chain, (mean + deviation normal) scale.
struct GaussianUnits {
  const float *mean = nullptr, *deviation = nullptr, *scale = nullptr;  ///< [length]
  std::size_t length = 0;
  float* out = nullptr;  ///< may be `mean`
  const Cipher* cipher = nullptr;
  std::uint32_t chain = 0;
};

/// Visible units `first` ... of one block of chains, sixteen to a vector, drawn given the hidden ones.
struct VisibleUnits {
  const float* weights = nullptr;  ///< of the first unit
  std::size_t stride = 0, units = 0;
  const float* bias = nullptr;           ///< of the first unit
  const std::uint32_t* words = nullptr;  ///< [group of hidden units][vector of the block][lane]
  std::size_t groups = 0;
  const Cipher* cipher = nullptr;
  std::uint32_t first = 0;
  std::size_t vector = 0;          ///< the first of the block
  std::uint8_t* states = nullptr;  ///< out: of the first unit in the first vector, a bit for each lane
  std::size_t states_stride = 0;   ///< bytes between units
};

/// One update of the weights of one visible unit,
///   d = sum of rows of means - l2 W - mu dc - db nu,  velocity = momentum velocity + rate d,  W += velocity,
/// and W towards 0 by `shrink`.
struct RowUpdate {
  RowSum gradient;  ///< without `first` and `out`
  float* weights = nullptr;
  float* velocity = nullptr;
  float momentum = 0, rate = 0, l2 = 0, shrink = 0;
  float mu = 0, db = 0;
  const float* dc = nullptr;
  const float* nu = nullptr;
  float* pull = nullptr;     ///< [length], adds mu velocity
  float* squares = nullptr;  ///< [length], adds W^2; null: not asked for
};
struct RowUpdated {
  float along_nu = 0;         ///< velocity . nu
  std::uint32_t largest = 0;  ///< the bits of the largest |W|; of what is no number, more than those of infinity
};

struct LearningKernels {
  const char* name;          ///< of the instruction set
  std::size_t bits;          ///< hidden units of a word
  std::size_t most_vectors;  ///< of a block
  void (*add_rows)(const RowSum&);
  void (*hidden)(const HiddenUnits&);
  void (*visible)(const VisibleUnits&, std::size_t vectors);
  void (*normal)(const GaussianUnits&);
  RowUpdated (*update)(const RowUpdate&);
  /// sum_j ln(1 + e^(field_j + factor row_j)); row: null for none.
  double (*log_sum)(const float* field, const float* row, float factor, std::size_t length);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const LearningKernels*> learning_kernels();

}  // namespace gibbsite::simd
