/// Which part of a result is shown: --columns NAME,NAME and --where KEY=VALUE,KEY=VALUE.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "studies/results/result_rows.hpp"
#include "studies/study/command.hpp"

namespace gibbsite {

struct Selection {
  std::vector<std::string> columns;                        ///< names of estimates, "log_z", "tau", "R-hat"; empty: all
  std::vector<std::pair<std::string, std::string>> where;  ///< a grid's key ("size", "model.size"), beta or temperature

  bool wants(const std::string& name) const;
};

/// As given on a command line. Throws RequestError.
Selection selection_of(const Settings& settings);
inline const Option columns_option{"columns", 0, "NAME,...", "only these quantities, log_z, tau or R-hat"};
inline const Option where_option{"where", 0, "KEY=VALUE,...", "only there: a grid's key, beta or temperature"};

/// Throws RequestError where no row has such a name (`all`: every estimate of the result), key or value.
void check_selection(const Selection& selection, const std::vector<ResultRow>& all);
/// Whether a row stands where it is asked for.
bool stands_there(const ResultRow& row, const Selection& selection);

}  // namespace gibbsite
