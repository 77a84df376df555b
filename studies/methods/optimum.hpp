/// What is reported of a search for the lowest energy.
#pragma once

#include "studies/methods/chain_support.hpp"
#include "studies/methods/findings.hpp"

namespace gibbsite {

inline bool seeks_lowest(const Study& study) { return study.keys<ChainKeys>().objective == "lowest"; }

/// Into the diagnostics: the lowest energy, which chains reached it and when they first did (in sweeps from the start,
/// as far as draws show it), the time to solution; and of a couplings file without fields the cut
///
///   sum over bonds with s_i != s_j of w_ij = (sum of w + E / coupling) / 2,    J_ij = coupling x w_ij:
///
/// with coupling = -1 the lowest energy is the largest cut. Takes off warnings and notes about averages.
void report_optimum(const Study& study, const Group& model, const ChainMethod& method, Findings& found);

}  // namespace gibbsite
