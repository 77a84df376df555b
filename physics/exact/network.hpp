/// Exact answers of layered networks (physics/network.hpp) on the path from a reference,
///   ln p_lambda(x) = (1 - lambda) A(x_0) - lambda E(x) - ln Z(lambda),
/// by visiting every state of the even layers or of the odd ones and summing the others in closed form
/// (physics/exact/two_sides.hpp): of two layers, all states of one.
#pragma once

#include <optional>

#include "physics/exact/exact.hpp"
#include "physics/exact/two_sides.hpp"
#include "physics/reference.hpp"

namespace gibbsite {

/// At one lambda.
struct NetworkAverages {
  double log_z = 0, energy = 0, energy_variance = 0;
  std::vector<double> mean;                   ///< of every number of a state, [width]
  std::optional<double> visible_free_energy;  ///< two layers, the visible one visited
  std::optional<double> visible_order;        ///< Potts order parameter; the visible layer visited
};

/// The side with fewer states is visited, if discrete; the visible side, too, where it has at most 2^12 or the other
/// one is beyond the limits. A sentence where there is no answer within the limits says why and what would help. Throws
/// std::invalid_argument where a lambda is negative or not finite or the reference does not fit.
std::variant<std::vector<NetworkAverages>, std::string> exact_averages(const Network& network,
                                                                       const Reference& reference,
                                                                       std::span<const double> lambda,
                                                                       const SummationLimits& limits = {});
/// ln Z at each lambda alone, in two thirds of the time.
std::variant<std::vector<double>, std::string> exact_log_z(const Network& network, const Reference& reference,
                                                           std::span<const double> lambda,
                                                           const SummationLimits& limits = {});
/// By the names of Network::observables(), with log_z and, from a uniform reference (lambda is an inverse temperature),
/// specific_heat = lambda^2 var(E) / units.
std::variant<ExactAnswers, std::string> exact_answers(const Network& network, const Reference& reference,
                                                      std::span<const double> lambda,
                                                      const SummationLimits& limits = {});

}  // namespace gibbsite
