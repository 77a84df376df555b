#include "studies/files/version.hpp"

#include <fmt/format.h>

#include <ctime>

#include "studies/text/say.hpp"
#include "studies/text/utf8.hpp"
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

void note_format(const Group& root, const std::string& name) {
  for (const auto& [key, value] : root.attributes)
    if (const auto* number = std::get_if<std::int64_t>(&value);
        key == "format_version" && number != nullptr && (*number < 1 || *number > result_format))
      say(
          fmt::format("note: {} has format_version {}, and this version knows 1 to {}: what is made of it may be "
                      "incomplete or wrong; use the version that wrote it ({})",
                      printable(name), *number, result_format, printable(text_attribute(root, "version"))));
}

}  // namespace gibbsite
