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

/// Text of `gibbsite help NAME`, of a command, a topic of the manual, a key or what a study may name; aligned, at most
/// 100 columns wide but for code. Throws RequestError for what is none of them.
std::string help_text(const std::string& name);

}  // namespace gibbsite
