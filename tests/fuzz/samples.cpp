/// Samples: FASTA by several alphabets, and CSV by columns.
#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* alphabet : {"protein", "dna", "HP"}) try {
      if (gibbsite::is_fasta(bytes)) (void)gibbsite::read_fasta(bytes, alphabet, "sequences.fasta");
    } catch (const gibbsite::RequestError&) {
    }
  for (const char* columns : {"1:", ":-1", "a,0"}) try {
      if (!gibbsite::is_fasta(bytes)) (void)gibbsite::read_csv(bytes, "table.csv", columns);
    } catch (const gibbsite::RequestError&) {
    }
  return 0;
}
