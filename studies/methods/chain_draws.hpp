/// Draws of chains and tempering as their report reads them: series at one beta, several draws taken as one where there
/// are many, log ratios along the ladder.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "estimators/convergence.hpp"
#include "estimators/free_energy.hpp"
#include "estimators/response.hpp"
#include "estimators/thermodynamics.hpp"
#include "samplers/methods/chains.hpp"
#include "studies/systems/quantities.hpp"

namespace gibbsite {

/// Long series are estimated from means of so many draws in a row, of which some thousands are left: the same means and
/// errors, at a fraction of the cost. Where it can be, all draws have a part in them.
std::size_t draws_together(std::size_t draws);

/// The trace, [column][draw]: a column of rows is a number from each line of memory, and all of them are asked for
/// several times. As large as the trace.
std::vector<double> columns_of(const Trace& trace);

/// "Draws" are what is left: several of the trace together.
struct ChainDraws {
  const System& system;
  const ChainMethod& method;
  std::vector<Estimated> quantities;
  std::vector<double> beta;
  std::vector<ChainStart> starts;
  std::vector<double> columns;   // of the trace
  std::size_t together = 1;      // draws of the trace in a draw
  std::size_t memory = 0;        // draws, see ChainSeries
  std::vector<double> tau = {};  // draws, the longest at every beta

  /// At this beta or at the next hotter one.
  double longest_tau(std::size_t b) const { return std::max(tau[b], tau[b - std::min<std::size_t>(b, 1)]); }

  double sites() const { return system.sites(); }
  MeanMagnetization mean_magnetization() const {
    return system.symmetric() ? MeanMagnetization::zero_by_symmetry : MeanMagnetization::measured;
  }
};

/// One field of the trace at one beta, as [chain][draw].
std::vector<double> series_at(const ChainDraws& s, const Field& field, std::size_t b);

/// An observable at one beta, [chain][draw]: its values, and where draws stand for several sweeps, what they keep of
/// these. Of several draws together the value is the last one's.
struct Measured {
  std::vector<double> value, mean, variance, absolute, square, fourth;

  SweepMoments moments() const { return {mean, variance, absolute, square, fourth}; }
  /// What tells best where x, or its absolute value, stands at each draw.
  std::vector<double> level(bool of_absolute) const;
};
Measured measured_at(const ChainDraws& s, const Field& field, std::size_t b);
/// Its values alone.
std::vector<double> values_at(const ChainDraws& s, const Field& field, std::size_t b);

/// Log ratios between neighbouring lambdas, [chain][draw][pair].
struct LadderSeries {
  std::vector<double> up, down;
  std::size_t chains, pairs;
  LadderRatios ratios(std::size_t memory) const { return {up, down, chains, pairs, memory}; }
};
LadderSeries ladder_series(const ChainMethod& method);

}  // namespace gibbsite
