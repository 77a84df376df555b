/// What the two halves of the checkpoints share: how a part is read, and refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <variant>

#include "studies/files/archive.hpp"

namespace gibbsite::parts {

namespace fs = std::filesystem;

inline constexpr std::int64_t format = 1;  // of the files in the folder

[[noreturn]] inline void refuse(const fs::path& path, const std::string& what) {
  throw std::runtime_error(path.string() + ": " + what);
}
[[noreturn]] inline void refuse_part(const fs::path& path) {
  refuse(path, "it does not fit the other parts of its run; start the run anew with --force");
}

template <class T>
T attribute(const Group& group, const std::string& name) {
  for (const auto& [key, value] : group.attributes)
    if (key == name) return std::get<T>(value);
  throw std::out_of_range(name);
}
inline std::size_t count(const Group& group, const std::string& name) {
  return static_cast<std::size_t>(attribute<std::int64_t>(group, name));
}

/// Runs `take` on the group of a file; what it does not find there means that the file is not one of ours.
template <class Take>
auto read_part(const fs::path& path, Take take) {
  Group group = read_archive(path);
  try {
    if (attribute<std::int64_t>(group, "format") == format) return take(group);
  } catch (const std::bad_variant_access&) {
  } catch (const std::out_of_range&) {
  }
  refuse_part(path);
}

}  // namespace gibbsite::parts
