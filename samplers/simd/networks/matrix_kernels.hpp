/// Products by matrix tiles (Intel AMX, int8) instead of tables, with the same whole numbers.
///
/// A weight is its four bytes, w = sum_p 256^p w_p, and a bit is a byte, so one instruction adds up 16 outputs x 16
/// chains x 64 inputs of one byte plane: sum_p 256^p sum_i w_pi x_i, modulo 2^32, is what the tables give. Per output
/// and input this takes a quarter of the time and of the memory.
#pragma once

#include "samplers/simd/networks/table_kernels.hpp"

namespace gibbsite::simd::matrix {

inline constexpr std::size_t outputs = 16;           ///< of a product: rows of a tile
inline constexpr std::size_t groups = 16;            ///< of 4 inputs: columns of a tile
inline constexpr std::size_t bits = 4, spacing = 8;  ///< of a word
inline constexpr std::size_t planes = 4;
inline constexpr std::size_t entries = planes * outputs * bits / sizeof(std::int32_t);  ///< per group
inline constexpr std::size_t vectors = 8;

/// Whether the processor has the tiles, and the system lets this process use them (asked once).
bool runs();
void build(const std::int32_t* weights, std::size_t count, std::int32_t* table);
void product(const Product& product, std::size_t count);

}  // namespace gibbsite::simd::matrix
