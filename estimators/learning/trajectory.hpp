/// Persistent chains that exchange states with samples of where learning was not long ago (N. Bereux et al.,
/// arXiv:2405.15376; arXiv:2607.27077). Chains of a machine whose states fall into clusters do not go from one to the
/// other by themselves, and lowering all weights alike meets first-order transitions; but the machine was without bonds
/// once, and every cluster came about while it learned.
///
///   checkpoint 0   the first parameters without bonds: its samples are exact draws, its ln Z is known
///   reservoir      samples of the last checkpoint c, ten for each chain. After every sweep each chain x meets one of
///                  them, y, which has moved by a sweep at c, and they change places with probability
///                  min(1, exp(d(y) - d(x))),  d = ln p*_theta - ln p*_c. (Did they stay as they are, learning would
///                  come to fit them, and with them ln Z.)
///   acceptance     <min(1, exp(d(y) - d(x)))> over all pairs, chains with weights p*_theta(x) / p*_before(x) for the
///   last
///                  update, which they have not seen yet. Below 0.3 theta becomes a checkpoint; below 0.1 the update is
///                  taken back
///   a checkpoint   the reservoir becomes what it was when it was collected (exchanges have carried it towards theta);
///                  chains move on at fixed theta for 20 autocorrelation times, and then give a new reservoir, one
///                  state of each every 2 of them. ln Z of the two checkpoints differs by Bennett's acceptance ratio of
///                  both reservoirs
///
/// ln Z(theta) = ln Z_0 + the sum of these + that from the last reservoir to the chains. Its error is that of a mean
/// over chains: what a chain and its samples add to every ratio is added up first, since chains remember. Cost per
/// sweep, besides its own: one more, and four products of as many states.
#pragma once

#include "estimators/learning/objective.hpp"

namespace gibbsite {

struct TrajectoryOptions {
  /// What is done wrong, for tests of tests: checkpoints begin with the reservoir as exchanges have left it; chains and
  /// reservoir exchange with the inverse ratio.
  enum class Flaw { none, reservoir_kept, ratio_inverted };

  std::size_t steps = 1;       ///< sweeps per update
  std::size_t chains = 100;    ///< 4 at least
  std::size_t reservoir = 10;  ///< states for each chain
  double freeze_below = 0.3, reject_below = 0.1;
  std::uint64_t most_sweeps = 1000;  ///< that a checkpoint may take to settle, and to be collected
  Flaw flaw = Flaw::none;
};

/// Throws std::invalid_argument for too few chains.
std::unique_ptr<Objective> make_trajectory_objective(std::shared_ptr<const ParametricMachine> machine, Key key,
                                                     TrajectoryOptions options);

}  // namespace gibbsite
