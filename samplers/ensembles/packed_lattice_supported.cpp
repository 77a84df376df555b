// Which lattices are packed, and what a sweep of them costs.
#include "samplers/ensembles/packed_lattice.hpp"

namespace gibbsite {

using simd::BlockLattice;

bool packed_lattice_supported(const Lattice& lattice, const Graph& graph) {
  const std::optional<BlockLattice> blocks = BlockLattice::of(lattice);
  if (simd::lattice_kernels().empty() || !blocks || blocks->sites() != graph.sites()) return false;
  const auto strength = graph.common_strength(), field = graph.common_field();
  return strength && *strength != 0 && field;
}

double packed_lattice_cost(const Lattice& lattice) {
  const BlockLattice blocks = BlockLattice::of(lattice).value();
  constexpr double sweep = 110, word = 17, word_of_six = 21, by_spots = 1.15;
  const auto words = static_cast<double>(blocks.colours * blocks.colour_words);
  return sweep + words * (blocks.neighbours == 6 ? word_of_six : word) * (blocks.spots.empty() ? 1 : by_spots);
}

}  // namespace gibbsite
