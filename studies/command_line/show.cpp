#include "studies/command_line/show.hpp"

#include <fmt/format.h>

#include "studies/command_line/commands.hpp"
#include "studies/files/json.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/models/model_file.hpp"
#include "studies/results/print_result.hpp"
#include "studies/results/read_result.hpp"
#include "studies/sample/command.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
std::string shown_as_json(const Group& root) {
  check_result(root);
  if (is_samples(root)) return samples_as_json(root);
  if (is_embedding(root)) return embedding_as_json(root);
  if (is_prediction(root)) return prediction_as_json(root);
  return root.child("likelihood") != nullptr ? likelihood_as_json(root) : result_as_json(root).dump();
}

namespace {

int show(const Request& request, const std::string&) {
  const std::string& path = request.arguments.front();
  const Group root = read_result_or_model(path);
  const Selection selection = selection_of(request.settings);
  const bool selective = !selection.columns.empty() || !selection.where.empty();
  if (selective && (is_model(root) || is_samples(root) || is_embedding(root) || is_prediction(root) ||
                    root.child("likelihood") != nullptr))
    throw RequestError(fmt::format("--columns and --where go with results of runs, and {} is none", path));
  if (is_model(root)) {
    if (request.json)
      fmt::print("{}\n", model_as_json(root, path));
    else
      print_model(root, path);
    return 0;
  }
  show_result(path, [&] {
    if (request.json)
      fmt::print("{}\n", selective ? result_as_json(root, selection).dump() : shown_as_json(root));
    else if (is_samples(root))
      print_samples(root, path);
    else if (is_embedding(root))
      print_embedding(root, path);
    else if (is_prediction(root))
      print_prediction(root, path);
    else if (root.child("likelihood") != nullptr)
      print_likelihood(root, path);
    else
      print_result(root, path, selection);
  });
  return 0;
}

}  // namespace

const Command& show_command() {
  static const Command command{
      .name = "show",
      .arguments = "FILE.h5",
      .summary = "print what a result or model file holds",
      .details =
          "Of a result, estimates with errors, next to exact values and z-scores where there are any; free "
          "energies; warnings. Of a model, its units and the ranges of its parameters.",
      .least = 1,
      .most = 1,
      .options = {columns_option, where_option, json_option, help_option},
      .examples = {"gibbsite show onsager.h5",
                   "gibbsite show finite_size.h5 --where size=32 --columns binder_cumulant,R-hat",
                   "gibbsite show onsager.h5 --json | jq .warnings"},
      .complete = [](Request& request) { selection_of(request.settings); },
      .run = show};
  return command;
}

}  // namespace gibbsite
