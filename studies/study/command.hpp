/// A command of the program: all that the parser, the help and main know of it. Each is written down beside its code.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "studies/study/request.hpp"
#include "studies/study/schema.hpp"

namespace gibbsite {

struct Option {
  std::string name;      ///< "out" for --out
  char letter = 0;       ///< 'o' for -o; 0: none
  std::string value;     ///< what it takes ("FILE"); empty: nothing
  std::string help;      ///< empty: not shown
  std::string key = {};  ///< the key of study files that it stands for ("data.file"): both names mean the same
};

/// Those that several commands have.
inline const Option help_option{"help", 'h', "", "this text"};
inline const Option json_option{"json", 0, "", "print JSON instead of tables"};
inline const Option strict_option{"strict", 0, "", "exit with 3 where there is something to doubt"};
inline const Option force_option{"force", 0, "", "overwrite that file if there is one"};

/// Names and values of a command line, as given.
using Settings = std::vector<std::pair<std::string, std::string>>;

struct Command {
  std::string name;
  std::string arguments;                 ///< as usage shows them: "STUDY.toml"
  std::string summary;                   ///< one line
  std::string details;                   ///< a paragraph
  std::size_t least = 0, most = 0;       ///< how many arguments
  std::vector<std::string> topics = {};  ///< what the arguments may be; empty: anything
  std::vector<Option> options = {};
  std::vector<std::string> examples = {};
  /// The keys it takes; null: none, and settings it has no option for are refused.
  const Schema& (*schema)() = nullptr;
  bool explains_keys = false;  ///< its help lists them all
  /// With keys: the tasks that its first argument and the keys on the command line mean. Throws RequestError.
  Request (*read)(const std::string& argument, const Settings& keys) = nullptr;
  /// What only this command knows of its request: defaults, and what is refused. Throws RequestError.
  void (*complete)(Request&) = nullptr;
  /// `line`: the command line, for the record. Returns the exit code.
  int (*run)(const Request&, const std::string& line) = nullptr;
};

}  // namespace gibbsite
