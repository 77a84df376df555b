#include "studies/study/request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/text/errors.hpp"

namespace gibbsite {

std::string grid_point(const Task& task) {
  std::string text;
  for (const auto& [key, value] : task.coordinates) {
    const auto last = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
    const std::string name = last(key);
    const auto alike = std::count_if(task.coordinates.begin(), task.coordinates.end(),
                                     [&](const auto& other) { return last(other.first) == name; });
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", alike > 1 ? key : name, value);
  }
  return text;
}

void check_writable(const Request& request, const std::string& what) {
  const std::string out = request.out.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(request.out, ignored))
    throw RequestError(fmt::format("{} is a folder; give {} a file name with -o", out, what));
  if (!request.force && std::filesystem::exists(request.out, ignored))
    throw RequestError(fmt::format("{} exists; choose another name with -o, or replace it with --force", out));
}

}  // namespace gibbsite
