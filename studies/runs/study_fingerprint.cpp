#include "studies/runs/study_fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include "studies/files/checksum_trailer.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

std::string fingerprint(const std::string& resolved) {
  std::string kept;
  for (std::size_t at = 0; at < resolved.size();) {
    const std::size_t end = std::min(resolved.find('\n', at), resolved.size());
    const std::string line = resolved.substr(at, end - at);
    if (!line.starts_with("threads =") && !line.starts_with("checkpoint =") && !line.starts_with("max_time =") &&
        !line.starts_with("tasks_in_file =") && !line.starts_with("keep_states ="))
      kept += line + '\n';
    at = end + 1;
  }
  return kept;
}

bool begun_by_version_1(const std::string& before, const std::string& now) {
  std::string then = now;
  const auto replace = [&](const std::string& line, const std::string& by) {
    if (const auto at = then.find(line); at != std::string::npos) then.replace(at, line.size(), by);
  };
  replace("every = \"auto\"\n", "every = 1\n");
  replace("store = \"all\"\n", "");
  return then == before;
}

std::string difference(const std::string& before, const std::string& now) {
  std::size_t a = 0, b = 0;
  while (a < before.size() && b < now.size()) {
    const std::size_t a_end = before.find('\n', a), b_end = now.find('\n', b);
    const std::string old_line = before.substr(a, a_end - a), new_line = now.substr(b, b_end - b);
    if (old_line != new_line) return fmt::format("it was `{}`, now it is `{}`", old_line, new_line);
    a = a_end + 1;
    b = b_end + 1;
  }
  return "one has keys that the other has not";
}

std::string checksums_of_files(const Request& request) {
  std::string lines;
  for (const std::string& file : request.inputs) {
    std::error_code none;
    if (!std::filesystem::is_regular_file(file, none)) continue;  // refused by whoever reads it
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    lines += fmt::format("{} sealed {}\n", file, checksum_trailer(std::as_bytes(std::span(text))));
  }
  return lines;
}

}  // namespace gibbsite
