/// Parameters of Potts machines, with an alphabet and without; what is read goes back and reads the same.
#include <cstdlib>

#include "studies/models/potts_params.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* alphabet : {"", "rna", "01"}) try {
      const gibbsite::ModelFile model = gibbsite::read_potts_params(bytes, alphabet, "params.dat");
      const std::string text = gibbsite::potts_params(model, model.alphabet);
      const gibbsite::ModelFile again = gibbsite::read_potts_params(text, model.alphabet, "again.dat");
      if (gibbsite::potts_params(again, again.alphabet) != text) std::abort();
    } catch (const gibbsite::RequestError&) {
    }
  return 0;
}
