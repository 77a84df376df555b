/// Study files.
#include "studies/command_line/options.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    (void)gibbsite::read_study(gibbsite::fuzz::file_of(bytes, "study.toml"), {});
  } catch (const gibbsite::RequestError&) {
  }
  return 0;
}
