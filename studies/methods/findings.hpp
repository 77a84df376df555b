/// The groups of a report on one task, and what is common to reports of all methods.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/exact/exact.hpp"
#include "samplers/method.hpp"
#include "studies/files/record.hpp"
#include "studies/study/study.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// warnings: reasons to doubt this run; notes: what no run of its kind could tell.
struct Findings {
  Group estimates{.name = "estimates"}, free_energy{.name = "free_energy"}, diagnostics{.name = "diagnostics"};
  std::vector<std::string> warnings, notes = {};
};

/// log_z with its error, and log_z_density, free_energy_density and entropy_density with theirs, on (estimator, beta).
/// log_z and entropy: [estimator][beta], entropy = ln Z + beta E of the whole system, whose error its maker knows (ln Z
/// and E are made of the same draws); empty where beta is no inverse temperature, which gives log_z and its density
/// alone.
void add_free_energy(Group& group, std::span<const double> beta, std::vector<std::string> estimators,
                     std::span<const std::vector<Estimate>> log_z, std::span<const std::vector<Estimate>> entropy,
                     const System& system);

/// Exact answers as the group `exact`.
Group exact_as_group(const ExactAnswers& answers, std::span<const double> beta, const System& system);

/// Canonical bytes as a variable: int8 or double units.
Column units_of(const Layout& layout, std::span<const std::byte> bytes);

}  // namespace gibbsite
