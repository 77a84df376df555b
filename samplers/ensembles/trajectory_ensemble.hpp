/// Replicas of a restricted machine on the path of its own training: nodes k = 0 ... K are machines of one shape, the
/// first without bonds, the last the model; node k stands at lambda = k / K, and between two nodes parameters are
/// interpolated (variances: their logarithms),
///   theta(lambda) = (1 - f) theta_k + f theta_{k+1},  lambda K = k + f,     p_lambda(v) ~ exp(-F_lambda(v)),
/// hidden units summed out. What a model has learned step by step it can forget in the same steps, where lowering all
/// its weights alike meets first-order transitions (N. Bereux, A. Decelle, C. Furtlehner, L. Rosset & B. Seoane,
/// arXiv:2405.15376).
///
/// A sweep draws hidden units given visible ones, then those. Observables are those of the last node, of the whole
/// state as the last sweep left it. Replicas at one lambda move together, in tiles of fixed width, so that bits depend
/// neither on threads nor on who stands where. Cost: two products a sweep, and one a weight. Binary machines with
/// 10,000 weights or more take sums of rows in single precision instead (row_products.hpp): of 784 + 500 units .15 ms a
/// replica, sweep and exchange, instead of 2.2.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "physics/network.hpp"
#include "physics/random.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

using Trajectory = std::vector<std::shared_ptr<const Network>>;

/// The machine at a place on the path; beyond its ends, that at the end.
std::shared_ptr<const Network> network_at(const Trajectory& nodes, double lambda);

/// Canonical states as of make_network_ensemble(). Throws std::invalid_argument for fewer than two nodes, machines that
/// are not restricted or not of one shape, and a first one with bonds.
std::unique_ptr<Ensemble> make_trajectory_ensemble(Trajectory nodes, Key key, Slice slice);

}  // namespace gibbsite
