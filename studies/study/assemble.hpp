/// From what was given, key by key, to tasks. Each key has one origin: a value or a grid, in the file or on the command
/// line; the command line wins, and silences the keys of the file that it leaves without a part in the study.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "studies/study/request.hpp"
#include "studies/study/schema.hpp"
#include "studies/study/value.hpp"

namespace gibbsite {

/// One key as it was given.
struct Entry {
  enum class Origin { file, command_line };
  std::string key;    ///< "model.size"
  bool grid = false;  ///< under [grid]: `value` holds several
  Value value;
  std::string place;  ///< of the key
  Origin origin = Origin::file;
};

/// Fills in tasks, grid and resolved. `file` is the study's name in messages. Throws RequestError.
Request assemble(std::vector<Entry> from_file, std::vector<Entry> from_command_line, std::string_view file,
                 const Schema& schema);

}  // namespace gibbsite
