#include "samplers/simd/lattice_states.hpp"

#include <algorithm>

namespace gibbsite::simd {

LatticeStates::LatticeStates(const BlockLattice& blocks, const Graph& graph, const LatticeKernels& kernels,
                             std::size_t replicas)
    : blocks_(blocks), kernels_(kernels), spins_(replicas * blocks.state_parts()) {
  bool positive = false, negative = false;
  for (const Bond& bond : graph.bonds()) (bond.J < 0 ? negative : positive) = true;
  if (positive && negative)
    signs_ = bond_signs(blocks_, graph);
  else if (negative)
    all_signs_ = ~std::uint64_t{0};
}

void LatticeStates::toss(std::size_t replica, const Cipher& cipher, std::uint64_t first, Share share) {
  for (std::size_t colour = 0; colour < blocks_.colours; ++colour) {
    const Stripe s = stripe(replica, colour, share);
    kernels_.toss(s, cipher, number(first, s));
  }
}

Counts LatticeStates::count(std::size_t replica, Share share) {
  if (blocks_.colours == 2) return all_of_two(kernels_.count(stripe(replica, 0, share)));
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
