/// Metropolis: propose to change the visited unit, accept with probability min(1, exp(-beta dE)) (Metropolis et al.
/// 1953). Cost: N visits.
///
/// A move with dE = 0 is always accepted, and that makes scans in a fixed order dangerous. At beta = 0 a sweep just
/// negates the state. On the periodic chain domain walls march for ever. On the square lattice with even sides and h =
/// 0 the columns s(x, y) = (-1)^x have a zero local field everywhere: a checkerboard sweep negates them, so {s, -s} is
/// never left, nor ever entered. why_not_ergodic() says where a fixed order is refused; the random scan is ergodic for
/// every 0 < beta < infinity on a graph with any coupling or field. (At beta = 0 no kernel runs: a sweep is an exact
/// draw.)
#pragma once

#include <optional>
#include <string>

#include "samplers/kernel.hpp"
#include "samplers/scan.hpp"

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
  void sweep(const M& model, const P& moves, std::span<typename M::Unit> x, double, Order order, C& chance,
             Tally& tally, Workspace&) const {
    std::size_t accepted = 0;
    scan_.sweep(order, chance, [&](std::size_t i) { accepted += moves.attempt(x, i, chance); });
    tally.tried += static_cast<double>(model.units());
    tally.accepted += static_cast<double>(accepted);
  }

 private:
  Scan scan_;
};

/// Why Metropolis flips of the Ising model on `graph` in this order do not converge, or cannot be shown to, at 0 < beta
/// < infinity; nothing where they do. Parallel bonds count as one with the sum of their couplings, and what is zero but
/// for rounding is zero. Decided in this order:
///  - Nothing converges where the energy is constant: no field, and no coupling that is left after adding up.
///  - The random scan converges everywhere else: any flip may be the next, and some flip may be refused.
///  - A fixed order converges if no site can have a zero local field. Proof: every state is recurrent, since p > 0 is
///    invariant. Follow one closed class C through the visits of a sweep. At site i a pair {s, s'} of states that
///    differ there has p(s) > p(s'); s may stay or go to s', and s' goes to s. If C holds only one of the two it comes
///    out heavier, never lighter; but after the sweep it weighs what it did. So C holds both or none of every pair, for
///    every site: C is everything. The state of lowest energy can stay, so there is no period.
///  - With zero local fields and up to 16 spins: decided exactly, by walking the sets of states that k sweeps can reach
///    from one state, and come to it from. Both are everything for some k if and only if some power of P is positive.
///  - Larger: accepted where `extended` says the graph is a lattice of two or more dimensions, all sides at least 3,
///    with at least 32 sites, as is common practice: the known trapped states (zero local field on every site, E = 0)
///    are a set that cannot be entered from outside and weighs exponentially little. Refused on chains and other
///    graphs.
/// Cost: O(bonds ln bonds) in the common case, O(2^N N) per step of the walk.
std::optional<std::string> why_not_ergodic(const Graph& graph, ScanOrder order, bool extended);

}  // namespace gibbsite
