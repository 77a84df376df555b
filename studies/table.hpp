/// Results as people read them: aligned tables on stdout, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "studies/record.hpp"

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

/// Prints a result: what it is, estimates next to exact answers with z-scores, ln Z, diagnostics, warnings. Headers are
/// bold where stdout is a terminal and NO_COLOR is not set.
void print_result(const Group& root, const std::string& path);

/// As `gibbsite show --json` promises; numbers that are not known are null.
nlohmann::json result_as_json(const Group& root);

/// Which data a result is about and what was done to their numbers, of a grid in its first task: as one line ("" where
/// there are none), and as {"description", "divided_by"} (null).
std::string data_text(const Group& root);
nlohmann::json data_as_json(const Group& root);

/// Paragraph, as a terminal may see it (utf8.hpp), broken at spaces to `width` columns; lines after the first are
/// indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width = 100);

}  // namespace gibbsite
