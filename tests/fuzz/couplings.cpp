/// Couplings files, indices from 1 and from 0.
#include <stdexcept>

#include "physics/couplings_file.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = gibbsite::fuzz::file_of({reinterpret_cast<const char*>(data), size}, "graph.txt");
  for (const int base : {0, 1}) try {
      (void)gibbsite::read_couplings(file, base);
    } catch (const std::invalid_argument&) {
    }
  return 0;
}
