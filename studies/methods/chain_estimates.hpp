/// Estimates of chains and tempering, one beta at a time, and the distribution of the overlap.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "estimators/verdict.hpp"
#include "studies/files/record.hpp"
#include "studies/methods/chain_draws.hpp"

namespace gibbsite {

/// All estimates at one beta, by name.
using Row = std::map<std::string, Estimate>;

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
