/// safetensors.
#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (gibbsite::is_safetensors(bytes)) (void)gibbsite::read_safetensors(bytes, "weights.safetensors");
  } catch (const gibbsite::RequestError&) {
  }
  return 0;
}
