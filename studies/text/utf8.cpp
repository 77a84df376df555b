#include "studies/text/utf8.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace gibbsite {
namespace {

/// Length of the well-formed sequence that `text` starts with (Unicode 15, table 3-7), or 0.
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms,
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, nothing past U+10FFFF
  if (length == 0 || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return length;
}

}  // namespace

std::string valid_utf8(const std::string& text) {
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence(std::string_view(text).substr(at));
    valid += length == 0 ? "\xEF\xBF\xBD" : text.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return valid;
}

std::string printable(const std::string& text) {
  const std::string valid = valid_utf8(text);
  std::string shown;
  for (std::size_t at = 0; at < valid.size();) {
    const std::size_t length = sequence(std::string_view(valid).substr(at));
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(valid[at + i])); };
    const unsigned code = length == 1   ? byte(0)
                          : length == 2 ? (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)
                          : length == 3 ? (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)
                                        : 0x10000;
    const bool directs = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x2028 ||
                         code == 0x2029 || code == 0x200E || code == 0x200F || code == 0x061C;
    if (code < 0x20 || (code >= 0x7F && code < 0xA0))
      shown += fmt::format("\\x{:02x}", code);
    else if (directs)
      shown += fmt::format("\\u{:04x}", code);
    else
      shown += valid.substr(at, length);
    at += length;
  }
  return shown;
}

}  // namespace gibbsite
