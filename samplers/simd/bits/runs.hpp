/// Things side by side, lanes or rows of a word, and their neighbours in memory: where the neighbours at the same place
/// of every list stand one behind the other, a register takes them in one load.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace gibbsite::simd {

/// edges[p]: neighbours of thing p, of which place() says where each stands. Changes their order for things begin ...
/// end - 1 so that at first come those which stand one behind the other, `step` apart; returns how many of them there
/// are in each list.
template <class Edge, class Place>
std::size_t put_runs_first(std::vector<std::vector<Edge>>& edges, std::size_t begin, std::size_t end, std::size_t step,
                           Place&& place) {
  if (end > edges.size() || begin == end) return 0;
  std::size_t runs = 0;
  std::vector<std::size_t> found(end - begin);
  for (std::size_t k = 0; k < edges[begin].size(); ++k) {
    found[0] = k;
    std::size_t p = begin + 1;
    for (; p < end; ++p) {
      const std::size_t wanted = place(edges[begin][k]) + (p - begin) * step;
      std::size_t at = runs;
      while (at < edges[p].size() && place(edges[p][at]) != wanted) ++at;
      if (at >= edges[p].size()) break;
      found[p - begin] = at;
    }
    if (p < end) continue;
    for (p = begin; p < end; ++p) std::swap(edges[p][runs], edges[p][found[p - begin]]);
    ++runs;
  }
  return runs;
}

}  // namespace gibbsite::simd
