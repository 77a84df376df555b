/// From a method that has run (or was stopped) to the groups of a result file.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/exact/exact.hpp"
#include "samplers/methods/annealing.hpp"
#include "samplers/methods/chains.hpp"
#include "samplers/methods/tempering.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/files/record.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// All groups of one task (model, series, configurations, estimates, free_energy, exact, diagnostics) as children of a
/// group named `name`. At least two draws are needed for estimates; fewer leave those groups out. Throws what the
/// estimators throw where the draws are not numbers.
Group report(const std::string& name, const Study& study, const System& system, const Ensemble& ensemble,
             const Method& method);

/// Throws RequestError if the study does not estimate its method.target.
void check_target(const Study& study, const System& system);

/// Largest error over all betas of an estimate ("energy_density", "log_z"); infinite where it is not known yet.
/// Throws RequestError if the method measures no such thing.
double largest_error(const std::string& name, const Study& study, const System& system, const Ensemble& ensemble,
                     const Method& method);

/// A quantity that is estimated at every beta, by its name in files.
struct Estimated {
  std::string name, units, meaning;
};
/// All of them for any system, in the order in which they are written: a system's own observables, and what follows.
std::vector<Estimated> estimated_quantities(const System& system);
/// Those of lattices.
std::span<const Estimated> lattice_quantities();

/// The groups of a report, one by one. warnings: reasons to doubt this run; notes: what no run of its kind could tell.
struct Findings {
  Group estimates{.name = "estimates"}, free_energy{.name = "free_energy"}, diagnostics{.name = "diagnostics"};
  std::vector<std::string> warnings, notes = {};
};
std::optional<Group> exact_group(const System& system, std::span<const double> beta);
/// Exact answers as the group `exact`.
Group exact_as_group(const ExactAnswers& answers, std::span<const double> beta, const System& system);
std::optional<Group> configurations_group(const Ensemble& ensemble, const Method& method);
/// The betas at which a method measures, ascending.
std::vector<double> betas_of(const Study& study, const Method& method);

/// Chains and tempering.
Group chain_series(const Study& study, const Method& method, std::span<const double> beta,
                   const ChainTrace& chain_trace);
Findings chain_findings(const Study& study, const System& system, const Ensemble& ensemble, const Method& method,
                        const ChainTrace& chain_trace);
/// Swap rates, communication barrier and round trips, with a warning where the ladder is cut or stuck.
void add_tempering_diagnostics(Group& group, const Tempering& tempering, std::vector<std::string>& warnings);

/// log_z with its error, and log_z_density, free_energy_density and entropy_density with theirs, on (estimator, beta).
/// log_z and entropy: [estimator][beta], entropy = ln Z + beta E of the whole system, whose error its maker knows (ln Z
/// and E are made of the same draws); empty where beta is no inverse temperature, which gives log_z and its density
/// alone.
void add_free_energy(Group& group, std::span<const double> beta, std::vector<std::string> estimators,
                     std::span<const std::vector<Estimate>> log_z, std::span<const std::vector<Estimate>> entropy,
                     const System& system);

/// Annealing.
Group annealing_series(const Annealing& annealing);
Findings annealing_findings(const System& system, const Ensemble& ensemble, const Annealing& annealing);

}  // namespace gibbsite
