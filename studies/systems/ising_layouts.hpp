/// Which layout an Ising model gets: the fastest that is valid.
#pragma once

#include <memory>
#include <string>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/scan.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// Whether the study's sampler moves a lattice without disorder by its rule, so that its bonds are never listed. Throws
/// std::invalid_argument for a lattice that cannot be.
bool moves_by_rule(const Study& study, const Lattice& lattice);

/// Whether the study's sampler moves single spins of a system in which all pairs are bonded by one J, so that the sum
/// of the spins is all it needs to know.
bool follows_total_spin(const Study& study, const Lattice& lattice, const Graph& graph);

/// Why so many replicas get the plain layout, where a study leaves that open and something that a study can change
/// keeps them from a fast one: "couplings are of very different size". Else empty.
std::string why_plain(const Study& study, const Lattice& lattice, const Graph& graph, std::size_t replicas);

/// Replicas in the fastest layout for them; null where that is the plain one. annealed: as System::ensemble. model: of
/// build(lattice), or any graph.
std::unique_ptr<Ensemble> fast_ensemble(const Study& study, const Lattice& lattice, std::shared_ptr<const Ising> model,
                                        Key key, Slice slice, bool annealed);

}  // namespace gibbsite
