/// What the targets of a fuzzer share: bytes as a file, bytes as a record. A target is one reader; whatever the bytes,
/// it returns or refuses in words. By clang (GIBBSITE_FUZZ) libFuzzer drives it, else replay.cpp over the kept corpus.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "studies/files/record.hpp"

namespace gibbsite::fuzz {

/// A folder of this process, with nothing in it but one file.
inline std::filesystem::path file_of(std::string_view bytes, const char* name) {
  static const std::filesystem::path folder = [] {
    std::string made = (std::filesystem::temp_directory_path() / "gibbsite-fuzz-XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr || ::chdir(made.c_str()) != 0) std::abort();
    static const std::string kept = made;
    std::atexit([] { std::filesystem::remove_all(kept); });
    return std::filesystem::path(made);
  }();
  const std::filesystem::path path = folder / name;
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

/// A record out of lines, as a hostile file may hold it:
///   +NAME a group in the last one, - back, @NAME=text, @NAME:number, #NAME:whole number as attributes,
///   NAME KIND L1xL2 DIM1,DIM2 v v v ... a variable of kind d (double), i (int64), b (int8), s (text); missing values
///   0.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  Group group(const std::string& name, int depth = 0) {
    Group group{name, {}, {}, {}};
    while (!text_.empty()) {
      const std::string line = next('\n', text_);
      if (line == "-" && depth > 0) return group;
      std::string_view rest = std::string_view(line).substr(line.empty() ? 0 : 1);
      if (line.starts_with('+') && depth < 60) {
        group.groups.push_back(this->group(std::string(rest), depth + 1));
      } else if (line.starts_with('@') && rest.find('=') != rest.npos) {
        const std::string key = next('=', rest);
        group.attributes.emplace_back(key, std::string(rest));
      } else if (line.starts_with('@')) {
        const std::string key = next(':', rest);
        group.attributes.emplace_back(key, std::strtod(std::string(rest).c_str(), nullptr));
      } else if (line.starts_with('#')) {
        const std::string key = next(':', rest);
        group.attributes.emplace_back(key, std::int64_t{std::strtoll(std::string(rest).c_str(), nullptr, 10)});
      } else if (!line.empty()) {
        group.variables.push_back(variable(line));
      }
    }
    return group;
  }

 private:
  static std::string next(char mark, std::string_view& from) {
    const std::size_t end = std::min(from.find(mark), from.size());
    std::string word(from.substr(0, end));
    from.remove_prefix(std::min(end + 1, from.size()));
    return word;
  }

  template <class T, class Read>
  static std::vector<T> values(std::string_view words, std::size_t count, Read read) {
    std::vector<T> out;
    while (out.size() < count) out.push_back(read(next(' ', words)));
    return out;
  }

  static Variable variable(std::string_view line) {
    Variable v;
    v.name = next(' ', line);
    const std::string kind = next(' ', line), shape = next(' ', line), dims = next(' ', line);
    std::size_t count = 1;
    for (std::string_view rest = shape; !rest.empty();) {
      const std::size_t length = static_cast<std::size_t>(std::strtoull(next('x', rest).c_str(), nullptr, 10)) % 64;
      if (count * length > 4096 || v.shape.size() == 8) break;
      v.shape.push_back(length);
      count *= length;
    }
    for (std::string_view rest = dims; !rest.empty() && v.dims.size() < v.shape.size();)
      v.dims.push_back(next(',', rest));
    if (!v.dims.empty()) v.dims.resize(v.shape.size());  // as readers of archives give them
    const auto whole = [](const std::string& word) { return std::strtoll(word.c_str(), nullptr, 10); };
    if (kind == "s")
      v.data = values<std::string>(line, count, [](const std::string& word) { return word; });
    else if (kind == "i")
      v.data = values<std::int64_t>(line, count, whole);
    else if (kind == "b")
      v.data =
          values<std::int8_t>(line, count, [&](const auto& word) { return static_cast<std::int8_t>(whole(word)); });
    else
      v.data = values<double>(line, count, [](const std::string& word) { return std::strtod(word.c_str(), nullptr); });
    return v;
  }

  std::string_view text_;
};

inline bool is_hdf5_file(std::string_view bytes) { return bytes.starts_with("\x89HDF"); }

}  // namespace gibbsite::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
