#include "studies/version.hpp"

#include <ctime>

#include "version.inc"

namespace gibbsite {

std::string version() { return GIBBSITE_VERSION; }
std::string git_commit() { return GIBBSITE_GIT_COMMIT; }

std::string now_as_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace gibbsite
