/// Metropolis: propose to change the visited unit, accept with probability min(1, exp(-beta dE)) (Metropolis et al.
/// 1953). Cost: N visits.
///
/// A move with dE = 0 is accepted with probability 1/2, which obeys detailed balance as 1 does, and without which scans
/// in a fixed order would be dangerous. At beta = 0 a sweep would just negate the state. On the periodic chain domain
/// walls would march for ever. On the square lattice with even sides and h = 0 the columns s(x, y) = (-1)^x have a zero
/// local field everywhere: a checkerboard sweep would negate them. And where nothing is trapped for ever, much is for
/// long: on the 4 x 3 triangular antiferromagnet at beta = 1 the second eigenvalue of a sequential sweep is 0.99898
/// with probability 1, 0.863 with 1/2 (heat bath 0.863); on the 12 x 12 one by colours the energy's autocorrelation
/// time is 217 sweeps with 1, and 4 with 1/2.
///
/// So every order converges at every 0 < beta < infinity. Proof for a fixed one: every state is recurrent, since p > 0
/// is invariant. Follow one closed class C through the visits of a sweep. At site i a pair {s, s'} of states that
/// differ there has p(s) >= p(s'); s may stay or go, and s' goes to s (or, where they weigh the same, stays). If C
/// holds only one of the two it comes out heavier, never lighter, or with both; but after the sweep it weighs what it
/// did. So C holds both or none of every pair, for every site: C is everything. The state of lowest energy can stay, so
/// there is no period. At very small beta a fixed order turns nearly all spins over at every sweep, and energies change
/// slowly.
#pragma once

#include "samplers/kernels/kernel.hpp"
#include "samplers/kernels/scan.hpp"

namespace gibbsite {

class Metropolis {
 public:
  struct Workspace {};
  static constexpr Stride stride = Stride::unused;

  explicit Metropolis(Scan scan) : scan_(std::move(scan)) {}

  template <LocalMoves M>
  auto prepare(const M& model, double lambda) const {
    return model.local_moves(lambda);
  }
  /// Tally: moves proposed and accepted.
  template <LocalMoves M, class P, class C>
  void sweep(const M& model, const P& moves, std::span<typename M::Unit> x, double, Direction order, C& chance,
             Tally& tally, Workspace&) const {
    std::size_t accepted = 0;
    scan_.sweep(order, chance, [&](std::size_t i) { accepted += moves.attempt(x, i, chance); });
    tally.tried += static_cast<double>(model.units());
    tally.accepted += static_cast<double>(accepted);
  }

 private:
  Scan scan_;
};

}  // namespace gibbsite
