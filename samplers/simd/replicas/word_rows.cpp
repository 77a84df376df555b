#include "samplers/simd/replicas/word_rows.hpp"

#include <algorithm>
#include <utility>

#include "samplers/simd/bits/runs.hpp"

namespace gibbsite::simd {

void WordRows::add_row(Row row) {
  begin_.push_back(row.begin);
  if (per_word_ > 1) signs_.insert(signs_.end(), word_parts / per_word_, row.negative ? ~std::uint64_t{0} : 0);
}

bool WordRows::is_run(std::size_t first, std::size_t count) const noexcept {
  for (std::size_t k = 1; k < count; ++k)
    if (begin_[first + k] != begin_[first] + k * (word_parts / per_word_)) return false;
  return true;
}

void WordRows::end_word() {
  const std::size_t first = begin_.size() - per_word_, half = per_word_ / 2;
  unsigned runs = is_run(first, per_word_) ? whole_word : 0;
  if (half > 0 && is_run(first, half)) runs |= low_half;
  if (half > 0 && is_run(first + half, half)) runs |= high_half;
  runs_.push_back(static_cast<std::uint8_t>(runs));
}

Buffer<std::uint64_t> WordRows::signs() const {
  Buffer<std::uint64_t> out(signs_.size());
  std::copy(signs_.begin(), signs_.end(), out.data());
  return out;
}

namespace {

using Edges = std::vector<std::vector<Row>>;

void swap_places(Edges& edges, std::size_t begin, std::size_t end, std::size_t a, std::size_t b) {
  for (std::size_t p = begin; p < end; ++p) std::swap(edges[p][a], edges[p][b]);
}

}  // namespace

void put_in_runs(Edges& edges, std::size_t per_word) {
  const std::size_t half = per_word / 2, parts = word_parts / per_word;
  if (half == 0) return;
  const auto place = [](const Row& row) { return std::size_t{row.begin}; };
  const std::size_t low = put_runs_first(edges, 0, half, parts, place);
  const std::size_t high = put_runs_first(edges, half, per_word, parts, place);
  std::size_t together = 0;
  for (std::size_t i = 0; i < low; ++i)
    for (std::size_t j = together; j < high; ++j) {
      if (edges[half][j].begin != edges[0][i].begin + half * parts) continue;
      swap_places(edges, 0, half, together, i);
      swap_places(edges, half, per_word, together, j);
      ++together;
      break;
    }
}

}  // namespace gibbsite::simd
