// Which lattices are packed, and what a sweep of them costs.
#include <algorithm>

#include "samplers/ensembles/packed_lattice.hpp"

namespace gibbsite {

using simd::BlockLattice;

namespace {

/// Why no blocks of a lattice are words; empty where they may be.
std::string misfit(const Lattice& lattice) {
  switch (lattice.geometry) {
    case Geometry::square:
    case Geometry::cubic:
    case Geometry::triangular:
    case Geometry::honeycomb:
      return *std::min_element(lattice.size.begin(), lattice.size.end()) < 3 ? "a side is shorter than 3" : "";
    default:
      return "only square, cubic, triangular and honeycomb lattices are packed";
  }
}

}  // namespace

bool packed_lattice_supported(const Lattice& lattice, const Graph& graph, std::string* why) {
  const auto no = [&](std::string reason) {
    if (why != nullptr) *why = std::move(reason);
    return false;
  };
  if (simd::lattice_kernels().empty()) return no("no instruction set of this processor fits");
  const std::optional<BlockLattice> blocks = BlockLattice::of(lattice);
  if (!blocks || blocks->sites() != graph.sites()) return no(misfit(lattice));
  const auto strength = graph.common_strength(), field = graph.common_field();
  if (!strength || *strength == 0) return no("couplings differ in strength");
  return field ? true : no("fields differ from site to site");
}

double packed_lattice_cost(const Lattice& lattice) {
  const BlockLattice blocks = BlockLattice::of(lattice).value();
  constexpr double sweep = 110, word = 17, word_of_six = 21, by_spots = 1.15, by_seams = 1.5, turn = 90;
  const double a_word = blocks.neighbours == 6 ? word_of_six : word;
  double words = static_cast<double>(blocks.colours * blocks.colour_words), late = 0;
  for (const BlockLattice::Turn& it : blocks.turns) late += static_cast<double>(it.late.size());
  const double later_turns = static_cast<double>(blocks.turns.size() - blocks.colours);
  if (later_turns > 0) words *= by_seams;
  return sweep + a_word * (words + late) * (blocks.spots.empty() ? 1 : by_spots) + turn * later_turns;
}

}  // namespace gibbsite
