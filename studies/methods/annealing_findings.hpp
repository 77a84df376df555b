/// Annealing as groups of a report.
#pragma once

#include "samplers/methods/annealing.hpp"
#include "studies/methods/findings.hpp"
#include "studies/methods/sweep_keys.hpp"

namespace gibbsite {

Group annealing_series(const StoreKeys& stored, const Annealing& annealing);
Findings annealing_findings(const System& system, const Ensemble& ensemble, const Annealing& annealing);

}  // namespace gibbsite
