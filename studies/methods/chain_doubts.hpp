/// What to doubt in a run of chains or tempering that its numbers do not show by themselves: how its chains began,
/// events that never came, and states of low energy that it did not visit.
#pragma once

#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "samplers/methods/starts.hpp"
#include "studies/methods/chain_estimates.hpp"

namespace gibbsite {

/// How each chain began, for estimators; empty where all began alike.
std::vector<ChainStart> chain_starts(const ChainOptions& options);

/// Adds sentences. kind: what there are several of, "chain" or "ladder". warnings: there is a reason to doubt this run.
/// notes: nothing speaks against it, and nothing in it could.
void add_chain_doubts(const char* kind, const ChainDraws& s, const ChainOptions& options,
                      std::vector<std::string>& warnings, std::vector<std::string>& notes);

/// Energies of a witness stand apart: it has settled (its last quarters agree, by a tenth of the gap), and the highest
/// of its second half is below all but one in a thousand of the run's.
bool stands_below(std::span<const double> witness, std::span<const double> run);

}  // namespace gibbsite
