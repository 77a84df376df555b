/// Neighbours that stand in a row in memory are found and put at the same place of every list; nothing is lost.

#include <algorithm>
#include <catch2/catch.hpp>

#include "physics/lattice.hpp"
#include "samplers/kernels/scan.hpp"
#include "samplers/simd/bits/runs.hpp"
#include "samplers/simd/replicas/replica_plan.hpp"
#include "samplers/simd/replicas/word_rows.hpp"

using namespace gibbsite;
using simd::put_runs_first;

namespace {

using Lists = std::vector<std::vector<std::size_t>>;

Lists sorted(Lists lists) {
  for (auto& list : lists) std::sort(list.begin(), list.end());
  return lists;
}
std::size_t itself(std::size_t place) { return place; }

}  // namespace

TEST_CASE("neighbours in a row come first, at the same place of every list") {
  const Lists before = {{40, 9, 70}, {10, 3, 41}, {42, 11, 11}, {1, 43, 12}};
  Lists lists = before;
  REQUIRE(put_runs_first(lists, 0, 4, 1, itself) == 2);
  CHECK(sorted(lists) == sorted(before));
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t p = 0; p < 4; ++p) CHECK(lists[p][k] == lists[0][k] + p);
}

TEST_CASE("lists without rows, of different length or too few are left as they are") {
  Lists none = {{1, 2}, {7, 9}, {4}};
  const Lists before = none;
  CHECK(put_runs_first(none, 0, 3, 1, itself) == 0);
  CHECK(none == before);
  CHECK(put_runs_first(none, 0, 4, 1, itself) == 0);  // there is no fourth
  Lists ends = {{8, 5}, {6}, {}};
  CHECK(put_runs_first(ends, 0, 3, 1, itself) == 0);
  CHECK(put_runs_first(ends, 0, 2, 1, itself) == 1);
  CHECK(ends[0] == std::vector<std::size_t>{5, 8});
}

TEST_CASE("words of rows know which of them stand in a row") {
  simd::WordRows rows(8, 100);  // rows of one part
  const auto from = [](std::uint32_t low, std::uint32_t high) {
    return [=](std::size_t p) {
      const auto at = static_cast<std::uint32_t>(p);
      return simd::Row{p < 4 ? low + at : high + at - 4, p == 2};
    };
  };
  rows.add(8, from(16, 20));
  rows.add(8, from(16, 40));
  rows.add(7, from(16, 20));
  REQUIRE(rows.size() == 3);
  CHECK(rows.runs()[0] == (simd::whole_word | simd::low_half | simd::high_half));
  CHECK(rows.runs()[1] == (simd::low_half | simd::high_half));
  CHECK(rows.runs()[2] == simd::low_half);
  CHECK(rows.begin()[23] == 100);
  CHECK(rows.signs()[2] == ~std::uint64_t{0});
  CHECK(rows.signs()[23] == 0);
}

TEST_CASE("most words of a lattice in narrow packs are loaded at once") {
  const Graph graph = build({.geometry = Geometry::cubic, .size = {16, 16, 16}, .disorder = Disorder::bimodal});
  std::vector<std::uint32_t> order;
  for (const std::uint32_t parity : {0U, 1U})
    for (std::uint32_t i = 0; i < graph.sites(); ++i)
      if ((i / 256 + i / 16 + i) % 2 == parity) order.push_back(i);
  const simd::ReplicaPlan plan(graph, simd::Decide::heat_bath, order, 64);
  const auto whole = [](const std::vector<std::uint8_t>& runs) {
    return std::count_if(runs.begin(), runs.end(), [](std::uint8_t run) { return (run & simd::whole_word) != 0; });
  };
  CHECK(static_cast<double>(whole(plan.runs)) > 0.8 * static_cast<double>(plan.runs.size()));
  CHECK(static_cast<double>(whole(plan.bond_runs)) > 0.8 * static_cast<double>(plan.bond_runs.size()));
  CHECK(plan.bond_words() == graph.bond_count() / 8);
}
