/// Model files: HDF5, or the record that one may hold in lines.
#include "studies/models/model_file.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gibbsite;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (fuzz::is_hdf5_file(bytes))
      (void)read_model(fuzz::file_of(bytes, "model.h5"));
    else
      (void)model_as_json(fuzz::Lines(bytes).group(""), "model.h5");
  } catch (const RequestError&) {
  }
  return 0;
}
