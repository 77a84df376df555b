/// A result as people read it on a terminal, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "estimators/significance.hpp"
#include "studies/files/json.hpp"
#include "studies/files/record.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/results/selection.hpp"

namespace gibbsite {

/// Prints a result: what it is, estimates next to exact answers with z-scores, ln Z, diagnostics, warnings. Headers are
/// bold where stdout is a terminal and NO_COLOR is not set. Throws RequestError where nothing is as selected.
void print_result(const Group& root, const std::string& path, const Selection& selection = {});

/// What there is to doubt in a result.
struct Doubts {
  std::vector<std::string> warnings;
  std::vector<std::string> notes;  ///< what a run of this kind cannot tell: no doubt of this one
  Largest off;                     ///< of all deviations from exact answers
  bool estimated = false;          ///< there is something to doubt at all

  bool none() const { return estimated && warnings.empty() && !off.exceeds; }
};
/// estimates, free_energies: all there are in it.
Doubts doubts_of(const Group& root, const std::vector<ResultRow>& estimates,
                 const std::vector<ResultRow>& free_energies);

/// Whether a study asked for temperatures, not betas: tables answer in what was asked.
bool asked_in_temperatures(const Group& root);

/// As `gibbsite show --json` promises; numbers that are not known are null.
Json result_as_json(const Group& root, const Selection& selection = {});

/// Which data a result is about and what was done to their numbers, of a grid in its first task: as one line ("" where
/// there are none), and as {"description", "divided_by"} (null).
std::string data_text(const Group& root);
Json data_as_json(const Group& root);

}  // namespace gibbsite
