/// Text and numbers as HTML.
#pragma once

#include <string>

namespace gibbsite {

/// Text from anywhere as text of a page or of an attribute in double quotes: no character of it is markup, controls
/// the reader's screen or is not UTF-8. Lines stay lines.
std::string escaped(const std::string& text);

/// A number to seven digits, nothing where it is not known.
std::string digits(double number);

/// " (J)" behind what has the unit J; nothing for pure numbers.
std::string in_units(const std::string& units);

}  // namespace gibbsite
