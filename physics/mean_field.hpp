/// Hidden units given the visible ones, by independent units q (naive mean field; Saul, Jaakkola & Jordan, JAIR 4, 61
/// (1996); for deep Boltzmann machines Salakhutdinov & Hinton, AISTATS 2009, eqs. 11-13): the best factorial q(h) for
///   ln sum_h exp(-E(v, h)) >= <-E(v, h)>_q + H(q).
/// Hidden units that are not bonded to each other are independent given v, so that q is exact there and the bound an
/// equality: restricted machines. Elsewhere blocks (layers of one parity; single units) are set to their best values
/// given the rest until nothing moves by 1e-5 (or 500 rounds): every step raises the bound.
#pragma once

#include <vector>

#include "physics/boltzmann.hpp"
#include "physics/network.hpp"

namespace gibbsite {

struct Posterior {
  Matrix mean;                     ///< [hidden unit][sample], layer behind layer
  std::vector<double> log_weight;  ///< [sample]: <-E> + H, at most ln sum_h exp(-E(v, h))
  bool exact = false;              ///< they are equal
};

/// v: [visible number][sample]. Throws std::invalid_argument if it has another height.
Posterior posterior(const Network& network, const Matrix& v);
Posterior posterior(const BoltzmannMachine& machine, const Matrix& v);

/// Means of the visible units given hidden ones at their means, for reconstructions: [visible number][sample]. Of a
/// Boltzmann machine each visible unit is given the other ones too.
Matrix reconstruction(const Network& network, const Matrix& v, const Posterior& hidden);
Matrix reconstruction(const BoltzmannMachine& machine, const Matrix& v, const Posterior& hidden);

}  // namespace gibbsite
