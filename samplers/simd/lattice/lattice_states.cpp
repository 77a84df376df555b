#include "samplers/simd/lattice/lattice_states.hpp"

#include <algorithm>

namespace gibbsite::simd {

LatticeStates::LatticeStates(const BlockLattice& blocks, const Graph& graph, const LatticeKernels& kernels,
                             std::size_t replicas)
    : blocks_(blocks), kernels_(kernels), spins_(replicas * blocks.state_parts()) {
  if (const auto coupling = graph.common_coupling())
    all_signs_ = *coupling < 0 ? ~std::uint64_t{0} : 0;
  else
    signs_ = bond_signs(blocks_, graph);
}

Counts LatticeStates::with_other_colour(const Counts& one, std::size_t replica, std::size_t other, Share share) {
  const bool all_around = !blocks_.ragged() || !blocks_.open;
  const std::int64_t up = all_around ? one.neighbours_up : kernels_.count(stripe(replica, other, share)).up;
  return {one.up + up, 0, one.unsatisfied};
}

Counts LatticeStates::count(std::size_t replica, Share share) {
  if (blocks_.colours == 2 && !blocks_.seamed())
    return with_other_colour(kernels_.count(stripe(replica, 0, share)), replica, 1, share);
  Counts sum;
  for (std::size_t colour = 0; colour < blocks_.colours; ++colour)
    sum += kernels_.count(stripe(replica, colour, share));
  return sum;
}

void LatticeStates::load(std::size_t replica, std::span<const std::byte> spins) {
  pack(blocks_, spins, state(replica));
  for (std::size_t colour = 0; colour < blocks_.colours; ++colour) kernels_.close(stripe(replica, colour));
}

void LatticeStates::resample(std::span<const std::size_t> parent) {
  const std::vector<std::uint64_t> before(spins_.data(), spins_.data() + spins_.size());
  const std::size_t parts = blocks_.state_parts();
  for (std::size_t r = 0; r < parent.size(); ++r) std::copy_n(before.data() + parent[r] * parts, parts, state(r));
}

}  // namespace gibbsite::simd
