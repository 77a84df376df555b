#include "studies/data/data_keys.hpp"

#include <fmt/format.h>

#include "studies/data/data_sets.hpp"
#include "studies/data/sequences.hpp"

namespace gibbsite {
namespace {

/// Text, one place, or a list of names.
std::string read_columns(const Value& value) {
  if (const auto* place = std::get_if<std::int64_t>(&value.data)) return std::to_string(*place);
  if (value.list() == nullptr) return read_text(value);
  std::vector<std::string> names;
  for (const Value& name : *value.list()) names.push_back(read_columns(name));
  if (names.empty()) throw BadValue{value, "is an empty list"};
  return join(names, ",");
}

bool has_data(const Study& s) { return !s.keys<DataRequest>().file.empty(); }
bool has_real_data(const Study& s) {
  const auto& data = s.keys<DataRequest>();
  return has_data(s) && data.binarize == "none" && data.alphabet.empty();
}

}  // namespace

void add_data_keys(KeyTable& table) {
  const Section<DataRequest> data(table, "data");
  StudyKey& file = data.add(
      "file", "file or set",
      "IDX, .npy, .npz, .safetensors, HDF5 (or a result with snapshots), CSV, FASTA; or \"bars-and-stripes:4\", "
      "\"shifter:8\", \"two-clusters:8\"; or points: \"two-moons:2000\", rings, checkerboard, pinwheel, swiss-roll, "
      "eight-gaussians, double-well, correlated, two-modes; or sequences: \"copy:2000\", \"modular-addition:11\"",
      [](DataRequest& d, const Value& value) {
        const std::string& text = read_text(value);
        d.file = is_generated(text) ? text : read_path_or_set(value);
      },
      optional_text(&DataRequest::file));
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
          "columns", "places or names", "which numbers of a row: 0:784, 1:, :-1, or names of a CSV's first line",
          [](DataRequest& d, const Value& value) { d.columns = read_columns(value); },
          optional_text(&DataRequest::columns))
      .text = true;
  given
      .add(
          "alphabet", "protein, rna, dna or letters", "of FASTA: -ACDEFGHIKLMNPQRSTVWY, -ACGU, -ACGT, or your own",
          [](DataRequest& d, const Value& value) { d.alphabet = read_text(value); },
          optional_text(&DataRequest::alphabet))
      .text = true;
  given
      .add(
          "labels", "a file, \"column:WHICH\", \"part\", \"next\" or \"beta\"",
          "of the samples, whole numbers from 0: an array (IDX, .npy, CSV), or a column of the data, by place or name; "
          "of generated points, which part they are from; of sequences the symbol that follows; of a result's "
          "snapshots, which beta, and then of all betas",
          [](DataRequest& d, const Value& value) {
            const std::string& words = read_text(value);
            d.labels = labels_in_a_file(words) ? read_path(value) : words;
          },
          optional_text(&DataRequest::labels))
      .text = true;
  given.integer("window", &DataRequest::window, {0, 10'000},
                "the file is text: samples are so many bytes one behind the other; 0: no");
  given.add(
      "beta", "number >= 0", "which configurations of a result, where it has several betas",
      [](DataRequest& d, const Value& value) { d.beta = read_real(value); },
      [](const DataRequest& d) { return d.beta ? std::optional(Value{*d.beta}) : std::nullopt; });
  given
      .add(
          "rows", "begin:end", "which samples, from 0 and without the end",
          [](DataRequest& d, const Value& value) { d.rows = read_text(value); }, optional_text(&DataRequest::rows))
      .text = true;
  given
      .add(
          "shrink", "as 28x28:8x8", "images of rows x columns made smaller: new pixels are means over their areas",
          [](DataRequest& d, const Value& value) { d.shrink = read_text(value); }, optional_text(&DataRequest::shrink))
      .text = true;
  StudyKey& binarize =
      given.text("binarize", &DataRequest::binarize, "none, stochastic or a threshold", "how numbers become 0 and 1");
  binarize.shape = {};  // text or a number
  binarize.set = [](Study& study, const Value& value) {
    study.keys<DataRequest>().binarize =
        value.text() != nullptr ? read_text(value) : fmt::format("{}", read_real(value));
  };
  given.add(
      "maximum", "number > 0",
      "value that is 1 to binarize or logit, the highest level to dequantize or of a model that did; without it 255 "
      "of bytes, and 1 of numbers up to 1",
      [](DataRequest& d, const Value& value) {
        d.maximum = read_real(value);
        if (!(d.maximum > 0)) throw BadValue{value, "is out of range"};
      },
      [](const DataRequest& d) { return d.maximum > 0 ? std::optional(Value{d.maximum}) : std::nullopt; });
  const auto real = data.when({"data.file of real numbers, not with data.binarize or data.alphabet",
                               {"data.file", "data.binarize", "data.alphabet"},
                               has_real_data});
  real.flag("dequantize", &DataRequest::dequantize,
            "grey levels 0, 1, ..., maximum become real numbers from 0 to 1: (v + uniform noise)/(maximum + 1)");
  real.add(
      "logit", "number above 0, below 0.5", "alpha: numbers from 0 to 1 become logits of alpha + (1 - 2 alpha) x",
      [](DataRequest& d, const Value& value) {
        d.logit = read_real(value);
        if (!(d.logit > 0 && d.logit < 0.5)) throw BadValue{value, "is out of range"};
      },
      [](const DataRequest& d) { return d.logit > 0 ? std::optional(Value{d.logit}) : std::nullopt; });
  real.flag("standardize", &DataRequest::standardize,
            "last, each number less its mean over the data, over its deviation");
  given.seed("seed", &DataRequest::seed, "of stochastic binarization, noise of dequantize, and generated points");
}

}  // namespace gibbsite
