/// Which columns of a table are meant.
#pragma once

#include <string>
#include <vector>

#include "studies/data/arrays.hpp"

namespace gibbsite {

/// Whether words like "1:785" or "label,3" call columns by name.
bool names_columns(const std::string& words);

/// The places, from 0, that words mean: parts between commas, each a place ("3"), places from one to before another
/// ("0:784", "1:", ":-1", from the end where negative), or a name. `names`: of the columns, or none. Throws
/// RequestError.
std::vector<std::size_t> columns_of(const std::string& words, const std::vector<std::string>& names,
                                    std::size_t columns, const std::string& where);

/// Rows of these columns alone; all axes but the first are one.
void keep_columns(NumberArray& array, const std::string& words, const std::string& where);

}  // namespace gibbsite
