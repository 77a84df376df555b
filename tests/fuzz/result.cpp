/// Results as `gibbsite show --json` and `gibbsite report` read them: HDF5, or the record that one may hold in lines.
#include <stdexcept>
#include <variant>

#include "studies/command_line/show.hpp"
#include "studies/files/archive.hpp"
#include "studies/page/page.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gibbsite;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const Group root =
        fuzz::is_hdf5_file(bytes) ? read_archive(fuzz::file_of(bytes, "result.h5")) : fuzz::Lines(bytes).group("");
    (void)shown_as_json(root);
    (void)page_of({{"result.h5", root}});
  } catch (const std::runtime_error&) {
  } catch (const std::logic_error&) {
  } catch (const std::bad_variant_access&) {
  }
  return 0;
}
