/// The Ising model with real couplings (Gaussian glasses, instances from files, Sherrington-Kirkpatrick), sixteen
/// replicas to a vector: one replica a lane, each with its own lambda and its own random bits.
///
///   E(s) = -sum_<ij> J_ij s_i s_j - sum_i h_i s_i,   f_i = h_i + sum_j J_ij s_j.
///
/// What is moved and measured is the model with couplings and fields rounded to a dyadic grid (simd::DyadicGraph),
/// 2^-31 of the largest local field: local fields are then exact whole numbers in any order of summation, kept for ever
/// without drift, and an energy -sum_i s_i (f_i + h_i) / 2 is exact too. It differs from Ising::energy of the given
/// couplings by at most grid / 2 for each bond and field, and not at all where those are multiples of the grid.
///
/// Sparse graphs: fields are kept, and a spin that turns over changes those of its neighbours. Dense graphs (an eighth
/// of all pairs bonded, or more): the fields of a few sites at a time are made anew from all spins, by the products of
/// table_kernels.hpp, and only couplings within those few are followed one by one. Both are the same Markov chain, bit
/// for bit: a sweep visits the sites one after the other, in the order of Scan (sequential or checkerboard).
/// At lambda = 0 every visit draws a spin anew: a sweep is a fresh exact draw.
///
/// Cost on a core with 512-bit registers: about 14 ns for a vector of 16 spins with 6 neighbours each.
#pragma once

#include <memory>
#include <string>

#include "physics/ising.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/local_move.hpp"
#include "samplers/kernels/scan.hpp"
#include "samplers/simd/couplings/field_kernels.hpp"
#include "samplers/simd/networks/table_kernels.hpp"

namespace gibbsite {

enum class FieldLayout { kept, made_anew };

struct RealCouplings {
  LocalMove move = LocalMove::heat_bath;
  ScanOrder scan = ScanOrder::sequential;  ///< not random: a vector visits one site at a time
};

/// Whether this processor has an instruction set for it, the order is a fixed one, and rounding moves no local field
/// by more than 2^-16 of the largest of its site (couplings of very different size).
bool real_couplings_supported(const Graph& graph, RealCouplings how);
/// Whether they fit, and so many replicas of this graph are faster in lanes than one by one. What fits into bit lanes
/// (one |J|, one |h|, few neighbours) is faster there.
bool real_couplings_are_faster(const Graph& graph, RealCouplings how, std::size_t replicas);
/// The faster one for this graph.
FieldLayout field_layout(const Graph& graph);

/// The replicas of `slice`, whose draws depend on `key`; slice.first is a multiple of 16. Throws
/// std::invalid_argument for a checkerboard on a graph that is not bipartite.
std::unique_ptr<Ensemble> make_real_couplings_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                       Slice slice);
std::unique_ptr<Ensemble> make_real_couplings_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                       Slice slice, FieldLayout layout,
                                                       const simd::FieldKernels& kernels,
                                                       const simd::Kernels& products);

}  // namespace gibbsite
