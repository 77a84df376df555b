/// What people are told on standard error. It may be closed, full, or a pipe that nobody reads: then nobody is told,
/// and the program goes on to its exit code.
#pragma once

#include <string_view>

namespace gibbsite {

/// "gibbsite: TEXT" and an end of line. May be called from a signal handler.
void say(std::string_view text) noexcept;
/// Just these characters, as for a line of progress.
void say_plainly(std::string_view text) noexcept;

/// Gives input, output and errors a file each where they are closed, one that fails as a closed one does. Otherwise the
/// next file opened would stand in their place and take what is said.
void keep_standard_files() noexcept;

}  // namespace gibbsite
