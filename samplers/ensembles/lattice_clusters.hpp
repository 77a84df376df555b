/// Swendsen-Wang and Wolff for the Ising model in any fields and with any couplings (those of a dyadic grid,
/// real_couplings.hpp, where |J| differ): the chains of cluster.hpp with random words drawn in bulk.
///
/// Swendsen-Wang joins sites in the order of their numbers (raster_clusters.hpp), with one thread per replica or, of
/// few replicas, one per stripe of the lattice: the coin of a bond or a root depends on its number alone, so the bits
/// do not depend on threads. Wolff grows one cluster after the other (grown_cluster.hpp).
///
/// Cost on the square lattice: Swendsen-Wang 12 ns per spin, Wolff about as much per spin that a cluster comes to.
#pragma once

#include <memory>
#include <string>

#include "physics/ising.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/simd/random/coins.hpp"

namespace gibbsite {

enum class ClusterMove { swendsen_wang, wolff };

/// Whether an instruction set fits, and the couplings. why: what does not fit, where it is asked for.
bool lattice_clusters_supported(const Graph& graph, std::string* why = nullptr);

/// The replicas of `slice`, whose draws depend on `key`.
std::unique_ptr<Ensemble> make_lattice_clusters_ensemble(std::shared_ptr<const Ising> model, ClusterMove move, Key key,
                                                         Slice slice);
std::unique_ptr<Ensemble> make_lattice_clusters_ensemble(std::shared_ptr<const Ising> model, ClusterMove move, Key key,
                                                         Slice slice, const simd::CoinKernels& kernels);

}  // namespace gibbsite
