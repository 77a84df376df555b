/// Heat bath and Metropolis of a few replicas of the Ising model, four to a word, a byte each
/// (samplers/simd/couplings/quartet_kernels.hpp): the layout of random scans, of couplings of a few strengths (J = 1
/// and 1/2, +-1 and +-2), and of few replicas in random fields +-h. For sparse graphs whose couplings are whole
/// multiples of a unit, with at most 32 different local fields, |h| the same everywhere; Metropolis without a field.
///
/// A sweep has the law of the given scan; at lambda = 0 it is a fresh exact draw. In a fixed order, sites whose earlier
/// neighbours have been visited may go at once. In a random one the four replicas of a word visit the same sites,
/// picked anew and uniformly at every visit: for each replica that is a random scan. What the order has in common does
/// not correlate means of chains that are in equilibrium: whatever the order, each stays in p, and given the order they
/// are independent. All other random numbers are a replica's own.
///
/// The energy and the magnetization are kept in whole numbers. Cost on a core with 512-bit registers, for each site of
/// four replicas: 6.5 ns in random order, and in a fixed one 3, or on lattices, where neighbours stand in rows in
/// memory, 1.7.
#pragma once

#include <memory>

#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/simd/couplings/quartet_kernels.hpp"

namespace gibbsite {

/// Whether this processor has an instruction set for it, and the graph and the move are as above.
bool quartets_supported(const Graph& graph, RealCouplings how);
/// Whether they fit, and so many replicas of this graph are expected to be faster so than in all other layouts.
bool quartets_are_faster(const Graph& graph, RealCouplings how, std::size_t replicas);

/// The replicas of `slice`, whose draws depend on `key`; slice.first is a multiple of 4. Throws std::invalid_argument
/// for a checkerboard on a graph that is not bipartite.
std::unique_ptr<Ensemble> make_quartets_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                 Slice slice);
std::unique_ptr<Ensemble> make_quartets_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                 Slice slice, const simd::QuartetKernels& kernels);

}  // namespace gibbsite
