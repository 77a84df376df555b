/// Text that every reader can decode.
#pragma once

#include <string>

namespace gibbsite {

/// The text itself if it is UTF-8 without NUL, else with U+FFFD for each byte that is not: a file name in Latin-1 on
/// the command line must not make a result file that Python cannot open.
std::string valid_utf8(const std::string& text);

/// Text that a terminal shows and does not obey: valid UTF-8 with control characters, and those that change the
/// direction of writing, as \x1b or \u202e. For all that comes from files, their names and command lines.
std::string printable(const std::string& text);

}  // namespace gibbsite
