#include "studies/likelihood/model_with_data.hpp"

#include <filesystem>

#include "studies/data/data_keys.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {

Schema schema_with_data(void (*add)(KeyTable&)) {
  KeyTable table;
  add_data_keys(table);
  add(table);
  const auto run = Section<Study::Run>(table, "run", &Study::run).fixed();
  run.integer("threads", &Study::Run::threads, {0, 4096}, "how many; 0: all cores; results do not depend on it");
  Schema schema;
  schema.sections = {"data", "run"};
  schema.keys = table.take();
  for (StudyKey& key : schema.keys) key.griddable = false;
  return schema;
}

Request read_model_with_data(const std::string& model, const Settings& keys, const Schema& schema) {
  Request request = assemble({}, entries_of(keys, schema), "command line", schema);
  std::string file = std::filesystem::absolute(model).lexically_normal();
  request.tasks.front().study.keys<NetworkKeys>().file = file;
  request.inputs.insert(request.inputs.begin(), std::move(file));
  return request;
}

std::vector<Option> options_with_data(std::vector<Option> more) {
  std::vector<Option> all = {
      {"data", 0, "FILE", "the data, as `gibbsite loglik` takes them; required", "data.file"},
      {"labels", 0, "FILE", "of the data, as data.labels: a file, or column:WHICH", "data.labels"},
      {"binarize", 0, "HOW", "as data.binarize; so are --dataset, --rows, --columns, --alphabet, --maximum",
       "data.binarize"},
      {"dataset", 0, "NAME", "", "data.dataset"},
      {"rows", 0, "BEGIN:END", "", "data.rows"},
      {"columns", 0, "WHICH", "", "data.columns"},
      {"alphabet", 0, "WHICH", "", "data.alphabet"},
      {"maximum", 0, "NUMBER", "", "data.maximum"},
      {"shrink", 0, "AS", "images made smaller, as 28x28:8x8", "data.shrink"}};
  all.insert(all.end(), more.begin(), more.end());
  all.insert(all.end(), {force_option, json_option, help_option});
  return all;
}

void add_against_key(KeyTable& table, const char* allowed, const char* help) {
  StudyKey& key =
      Section<AgainstKeys>(table, "data")
          .add(
              "against", allowed, help, [](AgainstKeys& keys, const Value& value) { keys.against = read_path(value); },
              optional_text(&AgainstKeys::against));
  key.text = key.file = true;
}

}  // namespace gibbsite
