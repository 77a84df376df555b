#include "studies/data/data_keys.hpp"

namespace gibbsite {
namespace {

bool has_data(const Study& s) { return !s.keys<DataRequest>().file.empty(); }

}  // namespace

void add_data_keys(KeyTable& table) {
  const Section<DataRequest> data(table, "data");
  StudyKey& file = data.add(
      "file", "file or set", "IDX, .npy, .npz, HDF5 or CSV; or \"bars-and-stripes:4\", \"shifter:8\"",
      [](DataRequest& d, const Value& value) { d.file = read_path_or_set(value); }, optional_text(&DataRequest::file));
  file.text = file.file = true;
  const auto given = data.when({"data.file", {"data.file"}, has_data});
  given
      .add(
          "dataset", "name", "array in an .npz or HDF5 file",
          [](DataRequest& d, const Value& value) { d.dataset = read_text(value); },
          optional_text(&DataRequest::dataset))
      .text = true;
  given
      .add(
          "rows", "begin:end", "which samples, from 0 and without the end",
          [](DataRequest& d, const Value& value) { d.rows = read_text(value); }, optional_text(&DataRequest::rows))
      .text = true;
  given.text("binarize", &DataRequest::binarize, "none, stochastic or a threshold", "how numbers become 0 and 1");
  given.add(
      "maximum", "number > 0", "value that is 1 to binarize; without it 255 of bytes, and 1 of numbers up to 1",
      [](DataRequest& d, const Value& value) {
        d.maximum = read_real(value);
        if (!(d.maximum > 0)) throw BadValue{value, "is out of range"};
      },
      [](const DataRequest& d) { return d.maximum > 0 ? std::optional(Value{d.maximum}) : std::nullopt; });
  given.seed("seed", &DataRequest::seed, "of stochastic binarization");
}

}  // namespace gibbsite
