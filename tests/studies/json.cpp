#include "tests/studies/json.hpp"

namespace gibbsite::test {

nlohmann::json read_json(const std::string& text) { return nlohmann::json::parse(text); }

}  // namespace gibbsite::test
