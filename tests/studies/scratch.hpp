/// A folder for one test, gone when the test is over.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gibbsite::test {

class Scratch {
 public:
  Scratch() : path_((std::filesystem::temp_directory_path() / "gibbsite-XXXXXX").string()) {
    (void)!::mkdtemp(path_.data());
  }
  ~Scratch() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return std::filesystem::path(path_) / name; }
  std::filesystem::path path() const { return path_; }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What a child has done so far, told through a pipe: who waits for that needs no clock.
class Announced {
 public:
  Announced() { (void)!::pipe(ends_); }
  ~Announced() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Announced(const Announced&) = delete;
  Announced& operator=(const Announced&) = delete;

  void one_more() const { (void)!::write(ends_[1], "+", 1); }
  void wait_for(int many) const {
    for (char one; many > 0 && ::read(ends_[0], &one, 1) == 1;) --many;
  }

 private:
  int ends_[2];
};

}  // namespace gibbsite::test
