/// What the parts of a report on chains and tempering share.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "estimators/free_energy.hpp"
#include "estimators/thermodynamics.hpp"
#include "estimators/verdict.hpp"
#include "samplers/methods/chains.hpp"
#include "studies/files/record.hpp"
#include "studies/systems/quantities.hpp"

namespace gibbsite {

/// All estimates at one beta, by name.
using Row = std::map<std::string, Estimate>;

/// Long series are estimated from means of so many draws in a row, of which some thousands are left: the same means and
/// errors, at a fraction of the cost. Where it can be, all draws have a part in them.
std::size_t draws_together(std::size_t draws);

/// "Draws" are what is left: several of the trace together.
struct ChainDraws {
  const System& system;
  const ChainMethod& method;
  std::vector<Estimated> quantities;
  std::vector<double> beta;
  std::vector<ChainStart> starts;
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
std::vector<double> series_at(const Trace& trace, const Field& field, std::size_t betas, std::size_t b);

/// An observable at one beta, [chain][draw]: its values, and where draws stand for several sweeps, what they keep of
/// these. Of several draws together the value is the last one's.
struct Measured {
  std::vector<double> value, mean, variance, absolute, square, fourth;

  SweepMoments moments() const { return {mean, variance, absolute, square, fourth}; }
  /// What tells best where x, or its absolute value, stands at each draw.
  std::vector<double> level(bool of_absolute) const;
};
Measured measured_at(const ChainDraws& s, const Field& field, std::size_t b);

/// Log ratios between neighbouring lambdas, [chain][draw][pair].
struct LadderSeries {
  std::vector<double> up, down;
  std::size_t chains, pairs;
  LadderRatios ratios(std::size_t memory) const { return {up, down, chains, pairs, memory}; }
};
LadderSeries ladder_series(const ChainMethod& method);

/// The longest autocorrelation time of any observable at every beta, in draws.
std::vector<double> longest_taus(const ChainDraws& s);

/// Every estimate at beta b, and what there is to say about convergence.
struct RowReport {
  Row row;
  std::vector<Finding> findings;
  std::vector<Estimate> overlap_distribution;
  double fewest_events = unknown;  ///< independent events that carry `rarest`, where those are few
  std::string rarest;
  bool frozen = false;  ///< nothing that is even under a flip of all spins ever changed, nor is known to from elsewhere
};
RowReport estimate_row(const ChainDraws& s, std::size_t b);

/// P(q) with errors on (beta, q), where overlaps were measured.
void add_overlap_distribution(Group& group, const ChainDraws& s, std::span<const RowReport> reports);

}  // namespace gibbsite
