/// Heat bath and Metropolis of R replicas of one Ising system, one *bit* each: 512 spins a register, every replica at
/// its own lambda = beta. For graphs of degree up to 8 with |J| the same for all bonds (their signs are free: lattices,
/// periodic or open, +-J glasses) and, for the heat bath, |h| the same for all sites (random fields +-h are turned into
/// one field, and couplings with them). The distribution, the order of visits and the contract of
/// samplers/ensembles/array_ensemble.hpp with samplers/kernels/heat_bath.hpp or samplers/kernels/metropolis.hpp.
///
/// Multi-spin coding over replicas (Bhanot, Duke & Salvador, J. Stat. Phys. 44, 985 (1986)), but with random bits of
/// its own for every spin of every replica: replicas that share random numbers (Isakov et al., Comput. Phys. Commun.
/// 192, 265 (2015)) are faster and correlated, which ruins errors. Decisions are exact to 2^-64 of a probability.
///
/// A pack is 64, 128, 256 or 512 replicas (samplers/simd/replicas/replica_plan.hpp: layout and order of visits); R is
/// rounded up to whole packs, of the width that costs least. Threads share packs out. Energies are whole numbers times
/// J and h: exactly Ising::energy. Cost per sweep and pack, in units of one word of 512 bits: N (512 / width) words of
/// some 115 instructions in 512-bit registers (six neighbours, three classes: 35 rounds of AES, 21 selections of
/// digits, 7 counters, 20 to look at neighbours, 32 to choose, hand on, write and count), so no more than one word in
/// 57 cycles. Measured: 84 cycles, for in each batch the lanes that are left need 24 levels of 5 rounds more, and
/// loads are not free. All energies cost a fifth of a sweep where N is 512, and new lambdas for every replica a seventh.
#pragma once

#include <memory>
#include <optional>

#include "physics/ising.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"
#include "samplers/kernels/local_move.hpp"
#include "samplers/kernels/scan.hpp"

namespace gibbsite {

namespace simd {
struct ReplicaKernels;
}

/// Whether this processor has the instructions, and the graph and the scan are as above (a random scan is not).
bool packed_replicas_supported(const Graph& graph, LocalMove kernel, ScanOrder order);
/// Whether they fit, and so many replicas are expected to move faster than in the layout that would be taken instead:
/// plain, or, where there is one, a packed lattice whose sweep takes packed_lattice ns for each replica.
bool packed_replicas_are_faster(const Graph& graph, LocalMove kernel, ScanOrder order, std::size_t replicas,
                                std::optional<double> packed_lattice = {});

/// How replicas are packed: replicas to a pack (0: what costs least), and instructions (null: the fastest).
struct Packing {
  std::size_t width = 0;
  const simd::ReplicaKernels* kernels = nullptr;
};

/// The replicas of `slice`, whose draws depend on `key`; slice.first: a multiple of the width. The
/// system must fit.
std::unique_ptr<Ensemble> make_packed_replicas(std::shared_ptr<const Ising> model, LocalMove kernel, ScanOrder order,
                                               Key key, Slice slice, Packing packing = {});

}  // namespace gibbsite
