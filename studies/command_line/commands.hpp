/// The commands and their options, each defined once for the parser and the help.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "studies/study/schema.hpp"

namespace gibbsite {

struct Option {
  std::string name;   ///< "out" for --out
  char letter = 0;    ///< 'o' for -o; 0: none
  std::string value;  ///< what it takes ("FILE"); empty: nothing
  std::string help;
};

struct Command {
  std::string name;
  std::string arguments;                 ///< as usage shows them: "STUDY.toml"
  std::string summary;                   ///< one line
  std::string details;                   ///< a paragraph
  std::size_t least = 0, most = 0;       ///< how many arguments
  std::vector<std::string> topics = {};  ///< what the arguments may be; empty: anything
  std::optional<Purview> keys = {};      ///< whose keys it takes
  std::vector<Option> options;
  std::vector<std::string> examples;
};

const std::vector<Command>& commands();
/// Throws RequestError: unknown (with the nearest name, also among `topics`, which are as good here), or not in this
/// version.
const Command& find_command(std::string_view name, const std::vector<std::string>& topics = {});

}  // namespace gibbsite
