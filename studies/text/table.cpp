#include "studies/text/table.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "studies/text/terminal.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {

std::string with_error(double value, double error) {
  if (std::isnan(value)) return "-";
  if (!std::isfinite(error)) return fmt::format("{:.6g}(?)", value);
  if (error <= 0) return fmt::format("{:.10g}", value);
  // Two digits of the error, so that it is read in units of the last place.
  int places = 1 - static_cast<int>(std::floor(std::log10(error)));
  if (std::llround(error * std::pow(10, places)) >= 100) --places;
  if (places <= 0) return fmt::format("{:.0f}({:.0f})", value, error);
  if (places > 15) return fmt::format("{:.10g}", value);
  const auto digits = std::llround(error * std::pow(10, places));
  if (error >= 1) return fmt::format("{:.{}f}({:.{}f})", value, places, error, places);
  return fmt::format("{:.{}f}({})", value, places, digits);
}

void Table::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = printable(cell);
  if (!rows_.empty()) row.resize(rows_.front().size());
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::vector<std::size_t> width(rows_[0].size(), 0);
  for (const auto& row : rows_)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows_[r].size(); ++c)
      line += (c == 0 ? "  " : "  ") +
              (c < left_ ? fmt::format("{:<{}}", rows_[r][c], width[c]) : fmt::format("{:>{}}", rows_[r][c], width[c]));
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + '\n';
    if (r != 0) continue;
    out += "  ";
    for (std::size_t c = 0; c < width.size(); ++c) out += (c == 0 ? "" : "  ") + std::string(width[c], '-');
    out += '\n';
  }
  return out;
}

std::size_t page_width() {
  constexpr std::size_t least = 40, most = 1000, usual = 100;
  const bool told = std::getenv("COLUMNS") != nullptr || isatty(STDOUT_FILENO) != 0;
  return told ? std::clamp(terminal_width(STDOUT_FILENO), least, most) : usual;
}

std::string wrapped(const std::string& raw, std::size_t indent, std::size_t width) {
  const std::string text = printable(raw);
  std::string out, line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      out += line + '\n' + std::string(indent, ' ');
      line = word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    at = end + 1;
  }
  return out + line;
}

}  // namespace gibbsite
