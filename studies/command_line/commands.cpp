#include "studies/command_line/commands.hpp"

#include <fmt/format.h>

#include <array>

#include "studies/bench/command.hpp"
#include "studies/learning/command.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/models/command.hpp"
#include "studies/page/command.hpp"
#include "studies/results/command.hpp"
#include "studies/reweight/command.hpp"
#include "studies/runs/run.hpp"
#include "studies/sample/command.hpp"
#include "studies/scaling/command.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {

std::span<const Command* const> commands() {
  static const std::array all = {
      &run_command(),     &resume_command(), &show_command(),    &exact_command(),      &reweight_command(),
      &scaling_command(), &diff_command(),   &export_command(),  &report_command(),     &train_command(),
      &import_command(),  &loglik_command(), &predict_command(), &embed_command(),      &sample_command(),
      &init_command(),    &list_command(),   &bench_command(),   &completion_command(), &schema_command(),
      &manual_command(),  &help_command(),
  };
  return all;
}

const Command& find_command(std::string_view name, const std::vector<std::string>& topics) {
  std::vector<std::string> names;
  for (const Command* command : commands()) {
    if (command->name == name) return *command;
    names.push_back(command->name);
  }
  const std::string known = "the commands are " + join(names, ", ");
  names.insert(names.end(), topics.begin(), topics.end());
  throw RequestError(fmt::format("unknown command {}`{}`{}{}", topics.empty() ? "" : "or topic ", name,
                                 and_then(did_you_mean(name, names), known),
                                 topics.empty() ? "" : "; `gibbsite help` lists what else is explained"));
}

}  // namespace gibbsite
