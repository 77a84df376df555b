/// What the program writes for other programs, read back. Parsers are long templates: one is made, in json.cpp.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace gibbsite::test {

/// Throws nlohmann::json::parse_error where it is none.
nlohmann::json read_json(const std::string& text);

}  // namespace gibbsite::test
