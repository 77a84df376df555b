/// Which layout an Ising model gets: the fastest that is valid.
#pragma once

#include <memory>

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

/// Replicas in the fastest layout for them; null where that is the plain one. annealed: as System::ensemble. model: of
/// build(lattice), or any graph.
std::unique_ptr<Ensemble> fast_ensemble(const Study& study, const Lattice& lattice, std::shared_ptr<const Ising> model,
                                        Key key, Slice slice, bool annealed);

}  // namespace gibbsite
