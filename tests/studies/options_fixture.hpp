/// Helpers for tests of requests: study files that last for one test, and the message of a refusal.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "studies/command_line/options.hpp"
#include "studies/study/request.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

/// A folder for one test, removed with all its files.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gibbsite_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

using Overrides = std::vector<std::pair<std::string, std::string>>;

/// Reads a study from its text.
inline Request read(const std::string& text, const Overrides& overrides = {}) {
  const Folder folder;
  return read_study(folder.write("study.toml", text), overrides);
}

/// The message with which `ask` is refused; the folder of the study file is cut out of it.
template <class Ask>
std::string refusal(Ask ask) {
  try {
    ask();
  } catch (const RequestError& error) {
    std::string message = error.what();
    const std::string temp = (std::filesystem::temp_directory_path() / "gibbsite_").string();
    for (auto at = message.find(temp); at != message.npos; at = message.find(temp)) message.erase(at, temp.size() + 7);
    return message;
  }
  return "(accepted)";
}

inline std::string refused(const std::string& text, const Overrides& overrides = {}) {
  return refusal([&] { read(text, overrides); });
}

inline std::string refused_words(const std::vector<std::string>& words) {
  return refusal([&] { parse(words); });
}

}  // namespace gibbsite
