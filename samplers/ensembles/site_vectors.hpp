/// The Ising model on any graph, one replica after the other, sixteen of its sites to a vector
/// (samplers/simd/couplings/site_kernels.hpp): the layout of few replicas with real couplings or fields, of sides that
/// no packed lattice fits, of dense graphs, and of random scans.
///
///   E(s) = -sum_<ij> J_ij s_i s_j - sum_i h_i s_i,   f_i = h_i + sum_j J_ij s_j.
///
/// Moved and measured is the model on a dyadic grid, as in samplers/ensembles/real_couplings.hpp: local fields are
/// exact whole numbers, and the energy and the magnetization are kept without drift, so that it costs nothing to
/// observe them.
///
/// A sweep has the law of the given scan. The sites of a vector are free of bonds among them: sites whose earlier
/// neighbours have been visited may go at once, and a scan by colours fills the vectors. A dense graph (of
/// field_layout()) has none such; its sites go in the order of the scan, and fields are kept. At lambda = 0 every visit
/// draws a spin anew: a sweep is a fresh exact draw.
///
/// Cost on a core with 512-bit registers: 1 ns for a spin and .25 ns for each of its neighbours, .1 where those of a
/// vector stand in a row in memory, as most do on lattices; on dense graphs 1 ns for a spin, and sites / 16 ns for one
/// that turns over.
#pragma once

#include <memory>

#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/simd/couplings/site_kernels.hpp"

namespace gibbsite {

/// Whether this processor has an instruction set for it, rounding moves no local field by more than 2^-16 of the
/// largest of its site, and the graph is dense if the scan is random.
bool site_vectors_supported(const Graph& graph, RealCouplings how);
/// Whether they fit, and so many replicas of this graph are faster one by one than side by side.
bool site_vectors_are_faster(const Graph& graph, RealCouplings how, std::size_t replicas);

/// The replicas of `slice`, whose draws depend on `key`. Throws std::invalid_argument for a checkerboard on a graph
/// that is not bipartite.
std::unique_ptr<Ensemble> make_site_vectors_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                     Slice slice);
/// With fields of that kind; a random scan needs those that are kept.
std::unique_ptr<Ensemble> make_site_vectors_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                     Slice slice, FieldLayout fields, const simd::SiteKernels& kernels);

}  // namespace gibbsite
