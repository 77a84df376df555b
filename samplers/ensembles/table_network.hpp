/// Block Gibbs of R chains of a layered network of two-state units, in a layout where sixteen chains are the lanes of
/// a vector and products with weights are looked up in tables: the distribution and the contract of
/// samplers/ensembles/network_ensemble.hpp, several times as fast.
///
///   ln p_lambda(x) = (1 - lambda) A(x_0) - lambda E(x) + const;  lambda f_u + (1 - lambda) a_u decides on unit u.
///
/// Fields f are whole numbers (samplers/simd/networks/bit_network.hpp), so that a chain's trajectory is the same bits
/// on any processor, for any number of threads, and after load(). Weights are rounded once, by a few 1e-9; decisions
/// are made in single precision, so that the probability of a unit's rarer state is off by about 1e-7 (1 + |field|) of
/// itself; log weights are off by about 1e-9 sqrt(weights between ones and the units summed out), 1e-6 for 784 x 500.
/// The fields of the layers that are summed out always belong to the present state: a sweep begins with them and
/// log_weight needs no product, so a sweep costs two products in all.
///
/// Random bits: ARS-5 (samplers/simd/random/ars5-inl.h) under a key that Philox draws for each (key, purpose, time);
/// its counter is (unit, chain), so every unit of every chain has bits of its own. Products are looked up in tables, or
/// with Intel's AMX made by matrix tiles from the same whole numbers (samplers/simd/networks/matrix_kernels.hpp).
#pragma once

#include <memory>

#include "physics/random.hpp"
#include "physics/reference.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

namespace simd {
struct Kernels;
}

/// Whether this processor has the instructions, all units are binary or spins, and fields fit 32 bits.
bool table_layout_supported(const Network& network);

/// The replicas of `slice`, whose draws depend on `key`; slice.first: a multiple of 16. Canonical
/// states: int8, all layers, one per unit. The network must fit.
std::unique_ptr<Ensemble> make_table_network_ensemble(std::shared_ptr<const Network> network, Reference reference,
                                                      Key key, Slice slice);
/// With one of simd::kernels(), not the fastest.
std::unique_ptr<Ensemble> make_table_network_ensemble(std::shared_ptr<const Network> network, Reference reference,
                                                      Key key, Slice slice, const simd::Kernels& kernels);

}  // namespace gibbsite
