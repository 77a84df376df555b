/// Exact answers of the Ising model, by the best route there is.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "physics/graph.hpp"
#include "physics/lattice.hpp"

namespace gibbsite {

/// What is known at one beta, by the names of result files: log_z, energy, energy_density, specific_heat,
/// magnetization_density, abs_magnetization_density, magnetization_density_squared, susceptibility, susceptibility_abs,
/// binder_cumulant (units J = 1).
struct ExactPoint {
  std::map<std::string, double> values;
};

struct ExactAnswers {
  std::string source;                       ///< the routes taken, with their papers
  std::vector<ExactPoint> at;               ///< one per beta
  std::map<std::string, double> constants;  ///< ground_energy always; ground_states (their number) where known
};

/// The answers for `lattice`, whose graph is `graph`, at each beta, or where there are none, why not and what would
/// help.
///   complete graph, one J, any h                          sum over the magnetisation
///   chain, any couplings and fields                       transfer matrix
///   square torus, one J (J < 0: even sides), no field     Kaufman: log_z, energies, specific_heat
///   anything else of at most `max_enumerated_spins`       enumeration
/// A torus small enough is enumerated too, for what Kaufman does not know. Throws std::invalid_argument where a beta is
/// negative or not finite. Cost: see the headers of the routes.
std::variant<ExactAnswers, std::string> exact_answers(const Lattice& lattice, const Graph& graph,
                                                      std::span<const double> beta,
                                                      std::size_t max_enumerated_spins = 26);

}  // namespace gibbsite
