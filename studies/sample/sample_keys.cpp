#include "studies/sample/sample_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "studies/catalogue/catalogue.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

void check_sample(const Study& study) {
  if (study.method.beta.size() != 1)
    throw RequestError(
        fmt::format("the study has {} betas; say at which one to draw, by --beta, or --method.temperature",
                    study.method.beta.size()));
  system_entry(study).check(study);
}

Schema make_sample_schema() {
  KeyTable table;
  const auto sample = Section<SampleKeys>(table, "sample").fixed();
  sample.integer("number", &SampleKeys::number, {1, 1'000'000'000}, "how many states");
  sample.integer("chains", &SampleKeys::chains, {0, 10'000'000},
                 "independent chains; 0: as many as states, but from 16 to 1000");
  sample.integer("annealing", &SampleKeys::annealing, {0, 1'000'000'000}, "sweeps from the reference to beta");
  sample.integer("thermalization", &SampleKeys::thermalization, {0, 1'000'000'000},
                 "sweeps at beta before the first state, in which the chains are compared");
  sample.integer("every", &SampleKeys::every, {1, 1'000'000'000}, "sweeps between two states of a chain");
  sample.flag("hidden", &SampleKeys::hidden, "hidden units too, behind the visible ones");
  Schema schema = study_schema();
  schema.sections.push_back("sample");
  for (StudyKey& key : table.take()) schema.keys.push_back(std::move(key));
  for (StudyKey& key : schema.keys) key.griddable = false;
  schema.check = check_sample;
  schema.check_tasks = {};
  schema.grid = false;
  return schema;
}

/// On the command line a method's keys would be passed over without a word.
void refuse_keys_of_methods(const Settings& keys) {
  for (const auto& [name, value] : keys)
    if (name.starts_with("method.") && name != "method.beta" && name != "method.temperature")
      throw RequestError(
          fmt::format("--{}: `gibbsite sample` draws by a plan of its own; see --chains, --annealing, "
                      "--thermalization and --every",
                      name));
}

/// The study that a model file stands for: the model itself, from its base rates where it has them.
std::vector<Entry> study_of_model(const std::string& file, bool has_data) {
  const auto entry = [&](const char* key, Value value) {
    value.place = file;
    return Entry{.key = key, .value = std::move(value), .place = file};
  };
  const std::string path = std::filesystem::absolute(file).string();
  if (const std::string kind = energy_kind_in(file); !kind.empty())
    return {entry("model.name", {kind}), entry("model.file", {path}), entry("method.beta", {1.0})};
  const ModelFile model = read_model(file);
  return {entry("model.name", {model.name()}), entry("model.file", {path}),
          entry("model.reference", {std::string(model.base_rates || has_data ? "base-rate" : "uniform")}),
          entry("method.beta", {1.0})};
}

}  // namespace

const Schema& sample_schema() {
  static const Schema schema = make_sample_schema();
  return schema;
}

Request read_sample(const std::string& study_or_model, const Settings& given) {
  Settings keys = given;
  for (auto& [name, value] : keys)
    if (name == "hidden") name = "sample.hidden", value = "true";
  refuse_keys_of_methods(keys);
  if (std::filesystem::path(study_or_model).extension() == ".toml")
    return read_study(study_or_model, keys, sample_schema());
  const bool has_data = std::any_of(keys.begin(), keys.end(), [](const auto& key) { return key.first == "data.file"; });
  return assemble(study_of_model(study_or_model, has_data), entries_of(keys, sample_schema()), study_or_model,
                  sample_schema());
}

}  // namespace gibbsite
