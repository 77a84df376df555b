/// Words of 512 bits that are put together from rows which stand anywhere in memory (replica_plan.hpp).
///
/// Where words hold several rows they cost a load and an insertion for each, more than all else of a sweep, unless the
/// rows stand one behind the other. On lattices those of a word's neighbours in one direction do, but at the edges.
#pragma once

#include <cstdint>
#include <vector>

#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/bits/word.hpp"

namespace gibbsite::simd {

/// Where a row begins, in units of 64 bits, and whether it is turned over.
struct Row {
  std::uint32_t begin = 0;
  bool negative = false;
};

/// Which rows of a word stand one behind the other: bits of WordRows::runs().
enum Run : std::uint8_t { low_half = 1, high_half = 2, whole_word = 4 };

class WordRows {
 public:
  /// The rows that a word lacks begin at `zero` and have no sign.
  WordRows(std::size_t per_word, std::uint32_t zero) : per_word_(per_word), zero_(zero) {}
  /// Appends a word of the rows row(0) .. row(present - 1).
  template <class Get>
  void add(std::size_t present, Get&& row) {
    for (std::size_t p = 0; p < per_word_; ++p) add_row(p < present ? row(p) : Row{zero_, false});
    end_word();
  }
  std::size_t size() const noexcept { return begin_.size() / per_word_; }
  /// [word][row].
  const std::vector<std::uint32_t>& begin() const noexcept { return begin_; }
  /// [word].
  const std::vector<std::uint8_t>& runs() const noexcept { return runs_; }
  /// [word][part], all ones where negative; if words hold several rows.
  Buffer<std::uint64_t> signs() const;

 private:
  void add_row(Row row);
  void end_word();
  bool is_run(std::size_t first, std::size_t count) const noexcept;

  std::size_t per_word_;
  std::uint32_t zero_;
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint8_t> runs_;
  std::vector<std::uint64_t> signs_;
};

/// edges[p]: rows of neighbours of the site whose row is number p of a word. Changes their order such that, as far as
/// may be, those at the same place stand one behind the other, `parts` apart.
void put_in_runs(std::vector<std::vector<Row>>& edges, std::size_t per_word);

}  // namespace gibbsite::simd
