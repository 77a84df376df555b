#include "studies/runs/study_fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <span>

#include "studies/files/checksum_trailer.hpp"
#include "studies/study/request.hpp"

namespace gibbsite {

std::string fingerprint(const std::string& resolved) {
  std::string kept;
  for (std::size_t at = 0; at < resolved.size();) {
    const std::size_t end = std::min(resolved.find('\n', at), resolved.size());
    const std::string line = resolved.substr(at, end - at);
    if (!line.starts_with("threads =") && !line.starts_with("checkpoint =") && !line.starts_with("max_time ="))
      kept += line + '\n';
    at = end + 1;
  }
  return kept;
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
  std::set<std::string> seen;
  for (const Task& task : request.tasks) {
    for (const std::string& file : {task.study.model.couplings, task.study.model.file, task.study.data.file}) {
      if (file.empty() || !seen.insert(file).second) continue;
      std::ifstream in(file, std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      lines += fmt::format("{} sealed {}\n", file, checksum_trailer(std::as_bytes(std::span(text))));
    }
  }
  return lines;
}

}  // namespace gibbsite
