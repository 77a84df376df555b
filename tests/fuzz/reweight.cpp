/// Results as `gibbsite reweight` reads them: HDF5, or the record that one may hold in lines.
#include "studies/reweight/reweighted.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gibbsite;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (fuzz::is_hdf5_file(bytes))
      (void)read_curves(fuzz::file_of(bytes, "result.h5"));
    else
      (void)reweighted_as_json(measure(curves_of(fuzz::Lines(bytes).group(""), "result.h5"), {0.15, 0.3}));
  } catch (const RequestError&) {
  }
  return 0;
}
