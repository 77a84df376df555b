/// Model files: HDF5, or the record that one may hold in lines; and such records as others write, for import.
#include "studies/models/import.hpp"
#include "studies/models/model_file.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gibbsite;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (fuzz::is_hdf5_file(bytes)) {
      (void)read_model(fuzz::file_of(bytes, "model.h5"));
      return 0;
    }
    const Group root = fuzz::Lines(bytes).group("");
    if (is_rbms(root))
      (void)model_from_rbms(root, {}, "model.h5");
    else if (is_julia_rbm(root))
      (void)model_from_julia_rbm(root, {}, "model.h5");
    else
      (void)model_as_json(root, "model.h5");
  } catch (const RequestError&) {
  }
  return 0;
}
