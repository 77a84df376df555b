/// Results as people read them: aligned tables.
#pragma once

#include <string>
#include <vector>

namespace gibbsite {

/// value with its error in the last two digits, "-1.41907(12)"; "1.5(?)" where the error is unknown, "-" where the
/// value is.
std::string with_error(double value, double error);

/// Cells under headers, as a terminal may see them (utf8.hpp); the first `left` columns are aligned left, the others
/// right. Two spaces between columns.
class Table {
 public:
  explicit Table(std::vector<std::string> header, std::size_t left = 0) : left_(left) { add(std::move(header)); }
  void add(std::vector<std::string> row);
  /// A text with a newline behind every row, the header underlined.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::size_t left_;
};

/// How many columns there are to print on: COLUMNS where that is set, or the terminal's width where stdout is one, both
/// from 40 up; else 100.
std::size_t page_width();

/// Paragraph, as a terminal may see it (utf8.hpp), broken at spaces to `width` columns; lines after the first are
/// indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width = 100);

}  // namespace gibbsite
