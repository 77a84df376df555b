// The keys of networks' data, and of `gibbsite loglik`.
#include "studies/study/schema_builder.hpp"

namespace gibbsite {
namespace {

using Ais = Study::Ais;
using LadderKeys = Study::Ladder;
using RaiseKeys = Study::Raise;
using DataKeys = Study::Data;

bool has_data(const Study& s) { return !s.data.file.empty() && is_network(s); }

const Condition with_data{"data.file", {"data.file", "model.name"}, has_data};

}  // namespace

void add_data(std::vector<StudyKey>& keys) {
  const Section<DataKeys> data(keys, "data", &Study::data);
  const auto optional_text = [](std::string DataKeys::*member) {
    return [member](const DataKeys& d) { return (d.*member).empty() ? std::nullopt : std::optional(Value{d.*member}); };
  };
  data.when(network)
      .add(
          "file", "file or set", "IDX, .npy, .npz, HDF5 or CSV; or \"bars-and-stripes:4\", \"shifter:8\"",
          [](DataKeys& d, const Value& value) { d.file = read_path_or_set(value); }, optional_text(&DataKeys::file))
      .text = true;
  const auto given = data.when(with_data);
  given
      .add(
          "dataset", "name", "array in an .npz or HDF5 file",
          [](DataKeys& d, const Value& value) { d.dataset = read_text(value); }, optional_text(&DataKeys::dataset))
      .text = true;
  given
      .add(
          "rows", "begin:end", "which samples, from 0 and without the end",
          [](DataKeys& d, const Value& value) { d.rows = read_text(value); }, optional_text(&DataKeys::rows))
      .text = true;
  given.text("binarize", &DataKeys::binarize, "none, stochastic or a threshold", "how numbers become 0 and 1");
  given.add(
      "maximum", "number > 0", "value that is 1 to binarize; without it 255 of bytes, and 1 of numbers up to 1",
      [](DataKeys& d, const Value& value) {
        d.maximum = read_real(value);
        if (!(d.maximum > 0)) throw BadValue{value, "is out of range"};
      },
      [](const DataKeys& d) { return d.maximum > 0 ? std::optional(Value{d.maximum}) : std::nullopt; });
  given.seed("seed", &DataKeys::seed, "of stochastic binarization");
}

void add_likelihood(std::vector<StudyKey>& keys) {
  const auto ais = Section<Ais>(keys, "ais", &Study::ais).fixed();
  ais.integer("particles", &Ais::particles, {2, 1'000'000'000}, "annealed from the base rates to the model");
  ais.integer("temperatures", &Ais::temperatures, {3, 1'000'000'000}, "on the way, one sweep at each");
  ais.choice("schedule", &Ais::schedule, {"salakhutdinov", "adaptive", "linear"},
             "their spacing: Salakhutdinov & Murray (2008), equal thermodynamic length, or equal");
  ais.choice("reference", &Ais::reference, {"base-rate", "uniform"},
             "where they begin: independent units as in the data, or all states alike");
  ais.flag("reverse", &Ais::reverse, "also back from samples of the model, as a check");
  ais.integer("thermalization", &Ais::thermalization, {0}, "sweeps of the model before the way back");
  const auto tempering = Section<LadderKeys>(keys, "tempering", &Study::tempering).fixed();
  tempering.integer("rungs", &LadderKeys::rungs, {0, 100'000},
                    "lambdas of the ladder, spaced as it goes; below 2: no tempering");
  tempering.integer("ladders", &LadderKeys::ladders, {1, 100'000}, "independent ladders");
  tempering.integer("thermalization", &LadderKeys::thermalization, {0}, "sweeps thrown away");
  tempering.integer("sweeps", &LadderKeys::sweeps, {16}, "sweeps kept");
  const auto raise = Section<RaiseKeys>(keys, "raise", &Study::raise).fixed();
  raise.integer("samples", &RaiseKeys::samples, {0},
                "of the data, the first ones, to anneal back from (RAISE); 0: none");
  raise.integer("temperatures", &RaiseKeys::temperatures, {3, 1'000'000'000}, "on the way from each");
  raise.integer("draws", &RaiseKeys::draws, {1, 1'000'000}, "ways from each");
  const auto run = Section<Study::Run>(keys, "run", &Study::run).fixed();
  run.seed("seed", &Study::Run::seed, "seed of all random numbers");
  run.integer("threads", &Study::Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
}

}  // namespace gibbsite
