/// Result files that commands are given: read, or refused in one sentence.
#pragma once

#include <string>

#include "studies/files/record.hpp"

namespace gibbsite {

/// What stands in a file; arrays that cannot be read are left out. Throws RequestError (it is not there, with the way
/// on where an unfinished run stands beside it; it cannot be read).
Group read_file(const std::string& path);
/// Whether a run or a command of this program wrote it as a result.
bool is_result(const Group& root);
/// Throws std::invalid_argument unless every dimension that has a name and a coordinate has its length, on which all
/// that prints results relies.
void check_result(const Group& root);

}  // namespace gibbsite
