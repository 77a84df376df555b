#include "studies/page/html.hpp"

#include <fmt/format.h>

#include <cmath>

#include "studies/text/utf8.hpp"

namespace gibbsite {

std::string escaped(const std::string& text) {
  std::string out, line;
  const auto end_line = [&] {
    for (const char c : printable(line)) switch (c) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;
        case '"':
          out += "&quot;";
          break;
        case '\'':
          out += "&#39;";
          break;
        default:
          out += c;
      }
    line.clear();
  };
  for (const char c : text)
    if (c == '\n') {
      end_line();
      out += c;
    } else {
      line += c;
    }
  end_line();
  return out;
}

std::string digits(double number) { return std::isnan(number) ? "" : fmt::format("{:.7g}", number + 0.0); }

std::string in_units(const std::string& units) { return units.empty() || units == "1" ? "" : " (" + units + ")"; }

}  // namespace gibbsite
