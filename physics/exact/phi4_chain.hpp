/// The periodic chain of phi^4 by its transfer matrix on a grid of the field: with
///   v(phi) = lambda [m2 phi^2 / 2 + g phi^4 - h phi] + (1 - lambda) (phi - m)^2 / (2 s^2)   (a box: the first part)
///   T(a, b) = exp(-lambda J (a - b)^2 / 2 - v(a) / 2 - v(b) / 2) da,   Z = tr T^L.
/// The trapezoid rule converges exponentially. Cost: 300^3 operations a place.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "physics/continuous/continuous_reference.hpp"
#include "physics/continuous/phi4.hpp"
#include "physics/exact/exact.hpp"

namespace gibbsite {

/// log_z, energy, energy_density and phi_squared; or why not: the graph is no periodic chain with one J > 0 and one
/// field, or weights vary faster than the grid shows (held to another grid, 1e-9). A ring of two sites has its bond
/// twice.
std::variant<ExactAnswers, std::string> phi4_chain(const Phi4& model, const ContinuousReference& reference,
                                                   std::span<const double> lambda);

}  // namespace gibbsite
