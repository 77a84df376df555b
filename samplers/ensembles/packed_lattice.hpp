/// Heat bath and Metropolis of the Ising model on one kind of lattice, 512 spins at a time: the distribution and the
/// contract of samplers/ensembles/array_ensemble.hpp with a scan by colours, a hundred times as fast.
///
/// A spin is a bit. Each replica is a lattice of its own, cut in 512 blocks, one to a bit lane
/// (samplers/simd/lattice/block_lattice.hpp shows the layout); neighbours are counted by full adders and moves decided
/// with 64 exact bits of probability (samplers/simd/lattice/lattice_kernels.hpp, samplers/simd/random/bernoulli.hpp).
/// Every spin of every replica has random bits of its own, under a key that Philox draws for each (key, purpose, 1024
/// times, replica), so that a trajectory is the same bits on any processor and for any number of threads.
///
/// Energies are whole numbers of unsatisfied bonds, counted as the last words move (with three colours: when asked
/// for). Cost per sweep and 512 spins: about 37 rounds of AES and 45 other instructions on 512-bit registers, and a
/// copy of the edges of all blocks. Threads take replicas, or stripes of one colour of a large lattice.
#pragma once

#include <memory>
#include <string>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/local_move.hpp"
#include "samplers/simd/lattice/lattice_kernels.hpp"

namespace gibbsite {

/// Whether this processor has the instructions, the lattice is square, cubic, triangular or honeycomb, its sides are 3
/// or more, all |J| are the same, the field too. graph: build(lattice).
/// Fast are large lattices whose sides are multiples of the blocks, too (square: 64 x 32, cubic: 16 x 16 x 16,
/// triangular: 96 x 48, honeycomb: 32 x 16 cells); others move the dead cells of a larger one with them.
/// why: what does not fit, where it is asked for ("a side is shorter than 3").
bool packed_lattice_supported(const Lattice& lattice, const Graph& graph, std::string* why = nullptr);

/// What a sweep of a replica takes, in ns, on one core of an Intel Xeon of 2023 with AVX-512. Measured: the shortest
/// of many sweeps, L = 4 ... 1024.
double packed_lattice_cost(const Lattice& lattice);

/// The replicas of `slice`, whose draws depend on `key`. model: of build(lattice), which
/// fits.
std::unique_ptr<Ensemble> make_packed_lattice_ensemble(std::shared_ptr<const Ising> model, const Lattice& lattice,
                                                       LocalMove move, Key key, Slice slice);
/// With one of simd::lattice_kernels(), not the fastest.
std::unique_ptr<Ensemble> make_packed_lattice_ensemble(std::shared_ptr<const Ising> model, const Lattice& lattice,
                                                       LocalMove move, Key key, Slice slice,
                                                       const simd::LatticeKernels& kernels);

}  // namespace gibbsite
