/// Command lines taken apart into names and values but not yet understood.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "studies/study/command.hpp"

namespace gibbsite {

/// What follows the command on a command line.
struct Line {
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> options;  ///< long name -> value ("" for a switch), each once
};

/// Strictly: no abbreviations, no unknown or repeated options, no missing or idle values. Throws RequestError.
Line read_line(const Command& command, const std::vector<std::string>& words);

}  // namespace gibbsite
