/// Result files that commands are given: read, or refused in one sentence.
#pragma once

#include <functional>
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

/// A result or a model file (is_model), for commands that show either. Throws RequestError where it is neither or does
/// not have the shape of one.
Group read_result_or_model(const std::string& path);
/// Does what shows a result. Throws RequestError, naming the file, where it meets other numbers and texts than results
/// hold.
void show_result(const std::string& path, const std::function<void()>& show);

}  // namespace gibbsite
