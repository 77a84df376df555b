/// A target over files and folders of kept inputs, without a fuzzer: any compiler builds it.
#include <cstdio>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (int k = 1; k < argc; ++k) {
    const fs::path place = fs::absolute(argv[k]);
    if (!fs::is_directory(place)) files.push_back(place);
    if (fs::is_directory(place))
      for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
  }
  std::size_t trials = 0;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    const auto try_bytes = [&](const std::string& bytes) {
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++trials;
    };
    try_bytes(whole);
    if (whole.starts_with("\x89HDF")) continue;  // each takes a process
    for (std::size_t k = 1; k <= 16; ++k) {      // cut short, and with a byte changed
      try_bytes(whole.substr(0, whole.size() * k / 17));
      std::string changed = whole;
      if (!changed.empty()) changed[whole.size() * (k - 1) / 16] ^= static_cast<char>(1 << k % 8);
      try_bytes(changed);
    }
  }
  std::printf("%zu files, %zu trials\n", files.size(), trials);
  return files.empty() ? 1 : 0;
}
