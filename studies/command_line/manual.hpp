/// What is made from the commands and their schemas for other programs: shells, man, editors.
#pragma once

#include <string>
#include <vector>

#include "studies/files/json.hpp"
#include "studies/study/command.hpp"

namespace gibbsite {

/// "bash", "zsh", "fish".
std::vector<std::string> shells();
/// A script that completes command lines in one of those shells.
std::string completion_script(const std::string& shell);

/// A JSON schema (draft 7) of the study files of a command that takes some ("run", "train"), for editors: every key
/// with its type, range, choices, default and help.
Json study_json_schema(const std::string& command);

}  // namespace gibbsite
