/// Command lines: a word in each line. Words with a slash are left out, so that no other file is read.

#include "studies/command_line/options.hpp"

#include <vector>

#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> words;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string word(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.find('/') == word.npos && word.find('\0') == word.npos) words.push_back(std::move(word));
  }
  gibbsite::fuzz::file_of("[method]\nbeta = 0.4\n", "study.toml");
  try {
    (void)gibbsite::parse(words);
  } catch (const gibbsite::RequestError&) {
  }
  return 0;
}
