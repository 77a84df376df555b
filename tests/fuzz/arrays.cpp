/// CSV, .npy, .npz, IDX, and these in gzip. (HDF5 files are read in a child process: model.cpp, result.cpp.)
#include "studies/data/arrays.hpp"

#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (gibbsite::fuzz::is_hdf5_file(bytes)) return 0;
  try {
    (void)gibbsite::read_arrays(gibbsite::fuzz::file_of(bytes, "data"));
  } catch (const gibbsite::RequestError&) {
  }
  return 0;
}
