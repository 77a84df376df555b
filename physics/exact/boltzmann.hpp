/// Exact answers of Boltzmann machines (physics/boltzmann.hpp) on the path from independent visible units,
///   ln p_lambda(x) = (1 - lambda) a . x_visible - lambda E(x) - ln Z(lambda),
/// hidden units being free at lambda = 0. Where hidden units are not bonded among themselves only the states of the
/// visible ones are visited, and the other way round (physics/exact/two_sides.hpp), whichever is cheaper; else all
/// states.
#pragma once

#include <optional>

#include "physics/boltzmann.hpp"
#include "physics/exact/exact.hpp"
#include "physics/exact/two_sides.hpp"

namespace gibbsite {

/// At one lambda.
struct BoltzmannAverages {
  double log_z = 0, energy = 0, energy_variance = 0;
  std::vector<double> mean;               ///< of every number
  std::optional<double> largest_overlap;  ///< with patterns, and where all states are visited
  std::optional<double> largest_share;    ///< of visible categorical units in one state, where those are visited
};

/// A sentence where there is no answer within the limits says why and what would help. Throws std::invalid_argument
/// where a lambda is negative or not finite or the reference does not fit.
std::variant<std::vector<BoltzmannAverages>, std::string> exact_averages(const BoltzmannMachine& machine,
                                                                         const IndependentUnits& reference,
                                                                         std::span<const double> lambda,
                                                                         const SummationLimits& limits = {});
/// ln Z at each lambda alone.
std::variant<std::vector<double>, std::string> exact_log_z(const BoltzmannMachine& machine,
                                                           const IndependentUnits& reference,
                                                           std::span<const double> lambda,
                                                           const SummationLimits& limits = {});
/// By the names of BoltzmannMachine::observables(), with log_z and, where the reference is uniform (a = 0: lambda is an
/// inverse temperature), specific_heat = lambda^2 var(E) / units.
std::variant<ExactAnswers, std::string> exact_answers(const BoltzmannMachine& machine,
                                                      const IndependentUnits& reference, std::span<const double> lambda,
                                                      const SummationLimits& limits = {});

}  // namespace gibbsite
