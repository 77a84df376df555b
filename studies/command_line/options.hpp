/// Command lines as people write them: one strict parser for each command, from its options and the keys of a study.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "studies/study/command.hpp"

namespace gibbsite {

/// Parses a whole command line (argv[1] ... ); no words at all give "help". Throws RequestError.
Request parse(const std::vector<std::string>& words);

/// Reads a study file and the keys of a command line ("model.size" -> "64", "grid.model.size" -> "[16, 32]"). Throws
/// RequestError with file, line and column.
Request read_study(const std::filesystem::path& file, const Settings& keys);

/// Text of `gibbsite help [COMMAND]`, aligned, at most 100 columns wide. Throws RequestError for an unknown command.
std::string help_text(const std::string& command);
/// What else `gibbsite help` explains: "errors".
std::vector<std::string> help_topics();

}  // namespace gibbsite
