/// What a layered network of two-state units does to a block of chains, compiled once per instruction set.
///
/// Sixteen chains are a *vector* of 32-bit lanes, one chain a lane; a few vectors are a *block*. k units of a chain are
/// a *word*, unit o of the group in bit o. A product needs no multiplication: the 2^k sums of the k weights between a
/// group of inputs and an output are a table that fits registers, and one permute instruction looks up sixteen chains
/// (k = 4 with 512-bit registers, 3 with 256, 2 with 128). Weights are integers in units of a grid, so that sums are
/// exact in any order - the same on every processor - and may wrap on the way, as long as the total fits.
///
/// Only raw memory crosses this interface; nothing that instruction sets share is compiled with theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "samplers/simd/random/cipher.hpp"

namespace gibbsite::simd {

/// Some outputs of one layer, from one or two layers of inputs: fields = bias + sum of looked up sums.
struct Product {
  const std::int32_t* bias = nullptr;   ///< [output]
  const std::int32_t* table = nullptr;  ///< [input group][output][2^k], of both inputs, one behind the other
  const std::uint32_t* words[2] = {};   ///< of each input: [group][vector][lane]
  std::size_t groups[2] = {};           ///< of each input
  std::int32_t* fields = nullptr;       ///< out: [output][vector][lane]
};

/// New states of `groups` groups of units: P(1) = 1 / (1 + 2^-y), y = scale field + reference_scale reference.
struct Decision {
  const Cipher* cipher = nullptr;
  std::uint32_t unit = 0;    ///< number of the first unit in the whole network
  std::uint64_t vector = 0;  ///< number of the first vector in the whole
  std::size_t groups = 0;
  const std::int32_t* fields = nullptr;    ///< [unit][vector][lane]
  const float* scale = nullptr;            ///< [vector][lane]
  const float* reference = nullptr;        ///< [unit], or null: none
  const float* reference_scale = nullptr;  ///< [vector][lane]
  std::uint32_t* words = nullptr;          ///< out: [group][vector][lane]
};

/// Sums over units of one vector of chains, with y as above but in double: the parts of sum ln(1 + 2^y).
struct LogSum {
  std::size_t units = 0, stride = 0;        ///< stride: between the fields of two units
  const std::int32_t* fields = nullptr;     ///< [unit][stride]
  const double* scale = nullptr;            ///< [lane]
  const double* reference = nullptr;        ///< [unit], or null: none
  const double* reference_scale = nullptr;  ///< [lane]
  double* linear = nullptr;                 ///< out: [lane], sum of max(y, 0) or, of spins, |y| / 2
  double* product = nullptr;                ///< out: [lane], product of 1 + 2^-|y|; at most 2^units
};
inline constexpr std::size_t most_factors = 1000;  ///< units of a LogSum, so that the product does not overflow

struct Kernels {
  const char* layout;   ///< "tables"
  const char* name;     ///< of the instruction set
  std::size_t bits;     ///< k, units of a word
  std::size_t spacing;  ///< unit o of a word is bit o * spacing
  std::size_t outputs;  ///< of a product, a multiple of k
  std::size_t align;    ///< groups of an input are filled up to a multiple of this with words of zeros
  std::size_t vectors;  ///< a block has 1 .. vectors of them
  std::size_t entries;  ///< numbers of a product's table per input group
  /// Tables of one product from weights[input unit][output], inputs filled up with zeros to whole groups.
  void (*build)(const std::int32_t* weights, std::size_t groups, std::int32_t* table);
  void (*product)(const Product&, std::size_t vectors);
  void (*decide)(const Decision&, std::size_t vectors);
  void (*log_sum_binary)(const LogSum&);
  void (*log_sum_spin)(const LogSum&);
  /// minority[i] = whether the rarer of two states with log2 odds y[i] is taken, by words first[i] and second[i].
  void (*choose)(const float* y, const std::uint32_t* first, const std::uint32_t* second, std::uint8_t* minority);
  /// The 16 words of a unit at a level (1: where level 0 ends in a tie), in a vector of chains.
  void (*random)(const Cipher&, std::uint32_t unit, std::uint32_t level, std::uint64_t vector, std::uint32_t* out);
};

/// Those that this processor runs, the fastest first; none where no instruction set fits.
std::vector<const Kernels*> kernels();

}  // namespace gibbsite::simd
