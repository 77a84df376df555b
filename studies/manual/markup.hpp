/// The little of Markdown that the manual is written in, taken apart: headings (##, ###), paragraphs, lists (-), tables
/// and code between lines of ```. Within lines `code` keeps its marks, **strong** loses them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gibbsite {

struct Block {
  enum class Kind { heading, paragraph, item, code, table } kind;
  std::string text = {};                            ///< of code: its lines, each ended
  std::vector<std::vector<std::string>> rows = {};  ///< of a table: cells, the first row its header
};

std::vector<Block> read_markup(std::string_view text);

/// Rows in columns of at least `widths`; the last cell takes what is left of `columns`, wrapped.
std::string tabulate(const std::vector<std::vector<std::string>>& rows, std::vector<std::size_t> widths,
                     std::size_t columns = 100);
/// A blank where `tabulate` breaks no line.
inline constexpr char unbroken = '\x1f';

/// For a terminal, at most 100 columns wide but for code.
std::string for_terminal(const std::vector<Block>& blocks);
/// For man (roff's man macros).
std::string for_man(const std::vector<Block>& blocks);
/// A text as roff takes it: backslashes, dashes, and points and apostrophes that begin a line.
std::string roff(std::string_view text);

}  // namespace gibbsite
