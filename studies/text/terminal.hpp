/// How much room a line has where people read.
#pragma once

#include <cstddef>
#include <string>

namespace gibbsite {

/// Columns of the terminal that a file (STDERR_FILENO, say) is: what COLUMNS says, else the terminal itself, else 80.
std::size_t terminal_width(int file);

/// As much of the beginning of a text as `width` columns hold, a character taken for a column.
std::string cut_to_width(const std::string& text, std::size_t width);

}  // namespace gibbsite
