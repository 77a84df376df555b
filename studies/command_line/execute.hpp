/// The program, but for main.
#pragma once

#include <string>
#include <vector>

namespace gibbsite {

/// Parses and carries out a command line (argv[1] ...); returns the exit code. Throws RequestError (exit 2) or any
/// other exception (exit 1).
int execute(const std::vector<std::string>& words);

}  // namespace gibbsite
