/// Where the spins of many replicas of one Ising system stand in memory, and in which batches a sweep visits them.
///
/// A spin of 64, 128, 256 or 512 replicas (the width of a *pack*) is a row of bits, one *lane* each; rows fill *words*
/// of 512 bits, so a word holds one site of 512 replicas, or two sites of 256, ...
///
///     width 512                      width 128
///     word 0: site a, lanes 0..511   word 0: site a, lanes 0..127 | site b | site c | site d
///     word 1: site b, lanes 0..511   word 1: site e, lanes 0..127 | ...
///
/// A sweep visits sites in a fixed order. Two sites without a bond do not feel each other, so a site may be visited
/// with others as soon as its earlier neighbours are done: a *batch* of up to 32 words whose sites have no bonds among
/// them and the same degree. The outcome has the law of the fixed order itself, whatever the graph (antidiagonals of a
/// lattice in the order of its sites, one colour in a checkerboard). Words stand in memory in the order of batches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "physics/graph.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/random/bernoulli.hpp"

namespace gibbsite::simd {

inline constexpr std::size_t most_degree = 8;

/// How a spin is decided. Local fields f of a site fall into few classes, and each has its probability.
enum class Decide {
  heat_bath,           ///< with no field: against f != 0 with probability 1 / (1 + e^(2 b |f|)); a fair coin for f = 0
  heat_bath_in_field,  ///< up with probability 1 / (1 + e^(-2 b f))
  metropolis  ///< with no field: a flip that costs 2 f > 0 is accepted with probability e^(-2 b f), a free one with 1/2
};
/// How many probabilities a site of that degree needs: one for each |f| > 0, f, or f > 0 (and at least one).
constexpr std::size_t classes_of(Decide decide, std::size_t degree) noexcept {
  if (decide == Decide::heat_bath_in_field) return degree + 1;
  return degree == 0 ? 1 : (degree + 1) / 2;
}

/// The probabilities of one degree: the field in each one's formula (|f|, -f or f), numbered from `first`.
struct Classes {
  std::uint32_t degree = 0, first = 0;
  std::vector<double> fields;
};

struct Batch {
  std::uint32_t word = 0, words = 0;  ///< where its rows stand
  std::uint32_t entry = 0;            ///< its first neighbours: entry + turn * degree + neighbour
  std::uint32_t classes = 0;          ///< its first class, among those of all degrees
  std::uint32_t degree = 0;
  std::uint8_t negative[most_degree + 1] = {};  ///< where words hold one row: how many have k bonds J < 0
};

/// |J| must be the same for all bonds, h for all sites, degrees at most most_degree (and, for Metropolis, at least 1).
struct ReplicaPlan {
  ReplicaPlan(const Graph& graph, Decide decide, std::span<const std::uint32_t> order, std::size_t width);

  std::size_t rows_per_word() const noexcept { return word_bits / width; }
  /// Where the row of a site begins, in units of 64 bits.
  std::size_t row(std::size_t site) const noexcept { return row_[site]; }
  std::size_t state_size() const noexcept { return (words + 1) * word_parts; }
  std::size_t bond_words() const noexcept { return bond_ends.size() / (2 * rows_per_word()); }
  std::size_t all_classes() const noexcept { return classes.back().first + classes.back().fields.size(); }

  Decide decide;
  std::size_t width, words = 0;  ///< one more word behind them is always zero
  std::vector<Batch> batches;
  std::vector<std::size_t> stages;  ///< batches from one of them to the next have no bonds among them
  /// [entry][row in word]: where a neighbour's row begins; if words hold one row, those with J < 0 first, else in runs;
  /// and [entry], which of them stand one behind the other (word_rows.hpp).
  std::vector<std::uint32_t> neighbours;
  std::vector<std::uint8_t> runs;
  /// Words of a batch in the order of their entries, [word]: those with the fewest J < 0 first, so that signs can be
  /// compiled in, if words hold one row.
  std::vector<std::uint8_t> turns;
  /// All ones where J < 0, [entry][part], if words hold several rows; `real`, [word][part]: rows that are sites.
  Buffer<std::uint64_t> signs, real;
  /// Both ends of the bonds, as neighbours, runs and signs: entries 2 k and 2 k + 1 are those of word k. If words hold
  /// one row, the first `positive_bonds` have J > 0, and no others; else they are words of sites with one neighbour of
  /// each, and rows of zeros where a site has no more.
  std::vector<std::uint32_t> bond_ends;
  std::vector<std::uint8_t> bond_runs;
  std::size_t positive_bonds = 0;
  Buffer<std::uint64_t> bond_signs;
  std::vector<Classes> classes;  ///< by degree

 private:
  std::uint32_t first_class(const Graph& graph, std::uint32_t degree);

  std::vector<std::uint32_t> row_;
};

/// Batches of at most `most` sites that may be visited together, in the sense above.
std::vector<std::vector<std::uint32_t>> independent_batches(const Graph& graph, std::span<const std::uint32_t> order,
                                                            std::size_t most);

}  // namespace gibbsite::simd
