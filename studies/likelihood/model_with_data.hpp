/// What commands on a model file and data have in common: `gibbsite predict` and `gibbsite embed`.
#pragma once

#include <string>
#include <vector>

#include "studies/study/command.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

/// [data], what `add` adds to it, and run.threads; no grids.
Schema schema_with_data(void (*add)(KeyTable&));
/// The keys of a command line by such a schema, and the model file, in NetworkKeys::file.
Request read_model_with_data(const std::string& model, const Settings& keys, const Schema& schema);
/// --data, --labels and the rest of [data]; more: those of the command, behind them, and --force, --json, --help at the
/// end.
std::vector<Option> options_with_data(std::vector<Option> more);
/// A file of this kind that the study asks to be compared with: data.against.
void add_against_key(KeyTable& table, const char* allowed, const char* help);
struct AgainstKeys {
  std::string against = "";  ///< resolved path
};

}  // namespace gibbsite
