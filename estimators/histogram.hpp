/// Distribution P(q) of a measured quantity, with an error for every bin.
#pragma once

#include <span>
#include <vector>

#include "estimators/chain_series.hpp"
#include "estimators/estimate.hpp"
#include "estimators/rare_events.hpp"

namespace gibbsite {

/// Whether P(q) = P(-q) is known. Then every draw counts half at q and half at -q, and that its sign is slow to change
/// costs nothing.
enum class Symmetry { none, even };

/// Probability density on bins [edges[b], edges[b+1]), the last one closed: P_b = <1(q in b)> / width, in inverse units
/// of q, with the error of that mean by the Gamma method. Draws outside all bins count in the norm, so that sum_b P_b
/// width is the share inside. Errors
/// know of rare draws what `beyond` knows (estimators/rare_events.hpp; its `unseen` is set here). A bin that all draws
/// or none fell into has the error of one draw in the independent ones there are, where beyond.tau says how many, else
/// an unknown one. Throws std::invalid_argument for fewer than two edges, edges that do not ascend (or, for an even P,
/// are not symmetric), no draws, unequal chains or values that are not finite.
/// together: errors are made of means over so many draws in a row, of which q.memory and beyond count; those that are
/// left over at the end of a chain have no part in it.
std::vector<Estimate> histogram(const ChainSeries& q, std::span<const double> edges, const Beyond& beyond = {},
                                Symmetry symmetry = Symmetry::none, std::size_t together = 1);

/// bins + 1 equally spaced edges from low to high. Throws std::invalid_argument unless low < high and bins > 0.
std::vector<double> uniform_edges(double low, double high, std::size_t bins);

}  // namespace gibbsite
