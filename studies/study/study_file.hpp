/// Study files taken apart into names and values but not yet understood.
#pragma once

#include <filesystem>
#include <vector>

#include "studies/study/assemble.hpp"

namespace gibbsite {

/// The entries of a study file in the order they were written, whatever their keys. Throws RequestError with line and
/// column.
std::vector<Entry> read_entries(const std::filesystem::path& file);

}  // namespace gibbsite
