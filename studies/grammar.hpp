/// The two languages people write to Gibbsite in, command lines and study files, taken apart into names and values but
/// not yet understood. options.cpp implements them with Boost.Program_options and toml++.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "studies/assemble.hpp"
#include "studies/commands.hpp"

namespace gibbsite {

/// What follows the command on a command line.
struct Line {
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> options;  ///< long name -> value ("" for a switch), each once
};

/// Strictly: no abbreviations, no unknown or repeated options, no missing or idle values. Throws RequestError.
Line read_line(const Command& command, const std::vector<std::string>& words);

/// The entries of a study file in the order they were written, whatever their keys. Throws RequestError with line and
/// column.
std::vector<Entry> read_entries(const std::filesystem::path& file);

}  // namespace gibbsite
