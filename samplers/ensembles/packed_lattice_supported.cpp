// Which lattices are packed, and what a sweep of them costs.
#include "samplers/ensembles/packed_lattice.hpp"

namespace gibbsite {

using simd::BlockLattice;

namespace {

/// Why no blocks of a lattice are words; empty where they may be.
std::string misfit(const Lattice& lattice) {
  std::size_t multiple = 1;
  switch (lattice.geometry) {
    case Geometry::square:
    case Geometry::cubic:
      multiple = 2;
      break;
    case Geometry::triangular:
      multiple = 3;
      break;
    case Geometry::honeycomb:
      break;
    default:
      return "only square, cubic, triangular and honeycomb lattices are packed";
  }
  for (const std::size_t side : lattice.size) {
    if (side < 3) return "a side is shorter than 3";
    if (lattice.boundary == Boundary::periodic && side % multiple != 0)
      return "sides are not multiples of " + std::to_string(multiple);
  }
  return "";
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
  constexpr double sweep = 110, word = 17, word_of_six = 21, by_spots = 1.15;
  const auto words = static_cast<double>(blocks.colours * blocks.colour_words);
  return sweep + words * (blocks.neighbours == 6 ? word_of_six : word) * (blocks.spots.empty() ? 1 : by_spots);
}

}  // namespace gibbsite
