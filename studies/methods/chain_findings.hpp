/// Chains and tempering as groups of a report.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "samplers/methods/chains.hpp"
#include "samplers/methods/tempering.hpp"
#include "studies/methods/findings.hpp"

namespace gibbsite {

/// What is reported on.
struct ChainRun {
  const System& system;
  const Ensemble& ensemble;
  const ChainMethod& method;
  const char* kind;  ///< what there are several of: "chain", "ladder"
};

/// Estimates with errors, ln Z along the betas, and what there is to doubt. add: to the diagnostics and warnings, what
/// the method has besides.
Findings chain_findings(const ChainRun& run,
                        const std::function<void(Group& diagnostics, std::vector<std::string>& warnings)>& add);

/// Swap rates, communication barrier and round trips, with a warning where the ladder is cut or stuck.
void add_ladder_diagnostics(Group& group, const Tempering& tempering, std::vector<std::string>& warnings);
/// The same, with what rungs remember of it.
void add_tempering_diagnostics(Group& group, const Tempering& tempering, std::vector<std::string>& warnings);

}  // namespace gibbsite
