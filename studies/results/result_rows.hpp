/// A result, line by line: every number that was estimated, with its error, next to the exact one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "estimators/estimate.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

/// One estimate. `at`: the grid's keys and values ("size" -> "32"), empty without a grid. exact and z are unknown (nan)
/// where no exact answer is.
struct ResultRow {
  std::string name, estimator;  ///< estimator: of log_z, else empty
  std::vector<std::pair<std::string, std::string>> at;
  double beta = unknown, value = unknown, error = unknown, exact = unknown;
  double degrees = unknown;   ///< of freedom of the error
  bool below = false;         ///< the true value is below `value`, and not known
  double z = unknown;         ///< (value - exact) / error
  double normal_z = unknown;  ///< the normal number as surprising (estimators/significance.hpp)
};

/// All estimates of /estimates, of every task where tasks could not be combined.
std::vector<ResultRow> estimates_of(const Group& root);
/// The same of any variable of a group "estimates" or "free_energy" that stands on betas: "energy_density_tau".
std::vector<ResultRow> rows_of(const Group& root, const std::string& group, const std::string& variable);
/// How well the chains moved, one per place: name "tau (energy)" (sweeps; error and exact unknown) and "R-hat" (the
/// worst of all quantities that are even under a flip of all spins). Nothing for annealing.
std::vector<ResultRow> mixing_of(const Group& root);
/// A coordinate's value as text.
std::string coordinate_text(const Variable& coordinate, std::size_t index);

/// The same for people: of a number that is off by its last bits, 0.039999999999999994, what it stands for, 0.04.
std::string readable(const std::string& coordinate);

/// ln Z by every estimator.
std::vector<ResultRow> free_energies_of(const Group& root);
/// Warnings of all tasks; in a grid each begins with its task's coordinates.
std::vector<std::string> warnings_of(const Group& root);
/// What runs of such a kind cannot tell, likewise.
std::vector<std::string> notes_of(const Group& root);
/// Whether the lattice or graph in a group /model has fields; nothing where it is none.
std::optional<bool> has_fields(const Group& model);

}  // namespace gibbsite
