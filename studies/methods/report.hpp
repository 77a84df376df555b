/// From a method that has run (or was stopped) to the groups of a result file.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "studies/methods/entry.hpp"

namespace gibbsite {

/// All groups of one task (model, series, configurations, estimates, free_energy, exact, diagnostics) as children of a
/// group named `name`. Where there are too few draws for estimates those groups are left out. Throws what the
/// estimators throw where the draws are not numbers.
Group report(const std::string& name, const MethodEntry& entry, const Study& study, const System& system,
             const Ensemble& ensemble, const Method& method);

/// Largest error over all betas of the target; infinite where it is not known yet. Throws RequestError if the method
/// measures no such thing.
double largest_error(const Target& target, const MethodEntry& entry, const Study& study, const System& system,
                     const Ensemble& ensemble, const Method& method);

/// The group `exact`, where a run can bear the work.
std::optional<Group> exact_group(const System& system, std::span<const double> beta);

}  // namespace gibbsite
