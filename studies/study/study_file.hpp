/// Study files and keys of a command line: taken apart into names and values, and understood by a schema.
#pragma once

#include <filesystem>
#include <vector>

#include "studies/study/assemble.hpp"
#include "studies/study/command.hpp"

namespace gibbsite {

/// The entries of a study file in the order they were written, whatever their keys, in the sections of the
/// schema. Throws RequestError with line and
/// column.
std::vector<Entry> read_entries(const std::filesystem::path& file, const Schema& schema);

/// The same of a study's text, as results and checkpoints hold it; `name`: of where it comes from.
std::vector<Entry> entries_of_text(const std::string& text, const std::filesystem::path& name, const Schema& schema);

/// The keys of a command line, "model.size" -> "64", "grid.model.size" -> "[16, 32]". Throws RequestError.
std::vector<Entry> entries_of(const Settings& keys, const Schema& schema);

/// A study file with the keys of a command line. Throws RequestError with file, line and column.
Request read_study(const std::filesystem::path& file, const Settings& keys, const Schema& schema);

}  // namespace gibbsite
