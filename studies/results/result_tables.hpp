/// Rows of a result as tables on a page.
#pragma once

#include <string>
#include <vector>

#include "studies/results/result_rows.hpp"

namespace gibbsite {

/// A column for each name (log_z: for each estimator), beside it what is exact and z; a line for each place of the
/// grid and beta, or temperature. Tables are as wide as the page (studies/text/table.hpp). Columns of R-hat and tau in
/// which all is well are one sentence below.
void print_rows(const std::vector<ResultRow>& rows, bool temperatures);

/// "R-hat at most 1.002" where all chains agree to that; "" where some do not, or none is known.
std::string rhat_sentence(const std::vector<ResultRow>& mixing);

}  // namespace gibbsite
