/// Command lines and study files, understood: dispatch on the first word, then one strict parser per command.
#include <fmt/format.h>

#include <algorithm>

#include "studies/command_line/options.hpp"
#include "studies/command_line/read_line.hpp"
#include "studies/study/request.hpp"
#include "studies/study/schema.hpp"
#include "studies/study/study_file.hpp"
#include "studies/study/value_parsers.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::string_view grid_prefix = "grid.";

void check_arguments(const Command& command, const std::vector<std::string>& arguments) {
  const std::string usage = fmt::format("usage: gibbsite {} {}", command.name, command.arguments);
  if (arguments.size() < command.least)
    throw RequestError(fmt::format("`gibbsite {}` needs an argument; {}", command.name, usage));
  if (arguments.size() > command.most)
    throw RequestError(
        fmt::format("`gibbsite {}` takes no argument `{}`; {}", command.name, arguments[command.most], usage));
  for (const std::string& argument : arguments) {
    if (argument.empty()) throw RequestError(fmt::format("an argument is empty; {}", usage));
    const auto& topics = command.topics;
    if (!topics.empty() && std::find(topics.begin(), topics.end(), argument) == topics.end())
      throw RequestError(fmt::format("`gibbsite {}` knows no `{}`{}", command.name, argument,
                                     and_then(did_you_mean(argument, topics), usage)));
  }
}

void check_out(const Request& request) {
  std::vector<std::string> inputs = request.arguments;
  for (const Task& task : request.tasks)
    for (const std::string& file : {task.study.model.file, task.study.model.couplings, task.study.data.file})
      if (!file.empty()) inputs.push_back(file);
  for (const std::string& input : inputs) {
    std::error_code error;
    if (request.out == input || std::filesystem::equivalent(request.out, input, error))
      throw RequestError(fmt::format("-o {} would overwrite what is read; name another file", request.out.string()));
  }
}

/// Inputs are read more than once, so that a pipe would be waited for, and a device might never end.
void check_inputs(const Request& request) {
  for (const Task& task : request.tasks)
    for (const std::string& file : {task.study.model.file, task.study.model.couplings, task.study.data.file}) {
      std::error_code none;
      const auto status = std::filesystem::status(file, none);
      if (!file.empty() && std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
          !std::filesystem::is_directory(status))
        throw RequestError(fmt::format("{}: it is not a regular file; copy it into one", file));
    }
}

std::vector<double> read_beta_option(const std::string& words) {
  try {
    return read_betas(read_words(words, Reading::typed));
  } catch (const BadValue& bad) {
    throw RequestError(
        fmt::format("--beta {} {}; allowed: start:stop:count, a list, or one number", words, bad.reason));
  }
}

/// The words that stand where a command should.
Request parse_first(const std::string& first, std::size_t words) {
  Request request;
  if (first == "--help" || first == "-h")
    request.command = "help";
  else if (first == "--version")
    request.command = "version";
  else
    throw RequestError(fmt::format(
        "`{}` stands before the command; the command comes first, for example: gibbsite run STUDY.toml --model.size 64",
        first));
  if (words > 1) throw RequestError(fmt::format("`gibbsite {}` takes no more words", first));
  request.help = request.command == "help";
  return request;
}

}  // namespace

namespace {

/// Keys and values of a command line.
std::vector<Entry> entries_of(const std::vector<std::pair<std::string, std::string>>& overrides, Purview purview) {
  std::vector<Entry> given;
  for (const auto& [name, words] : overrides) {
    const bool grid = name.starts_with(grid_prefix);
    const std::string key_name = grid ? name.substr(grid_prefix.size()) : name;
    const StudyKey* key = find_key(key_name, purview);
    const bool text = key != nullptr && key->text;
    const Value value = read_words(words, !text ? Reading::typed : grid ? Reading::list_of_text : Reading::text);
    given.push_back({key_name, grid, value, value.place, Entry::Origin::command_line});
  }
  return given;
}

}  // namespace

Request read_study(const std::filesystem::path& file,
                   const std::vector<std::pair<std::string, std::string>>& overrides) {
  return assemble(read_entries(file), entries_of(overrides, Purview::study), file.string());
}

Request read_likelihood(const std::filesystem::path& model,
                        const std::vector<std::pair<std::string, std::string>>& overrides) {
  Request request = assemble({}, entries_of(overrides, Purview::likelihood), "command line", Purview::likelihood);
  request.tasks.front().study.model.file = std::filesystem::absolute(model).lexically_normal();
  return request;
}

Request parse(const std::vector<std::string>& words) {
  Request request;
  request.command = "help";
  if (words.empty()) return request;
  if (words.front().starts_with('-')) return parse_first(words.front(), words.size());

  const Command& command = find_command(words.front());
  const Line line = read_line(command, {words.begin() + 1, words.end()});
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const auto& [name, value] : line.options) {
    if (name == "help")
      request.help = true;
    else if (name == "out")
      request.out = value;
    else if (name == "force")
      request.force = true;
    else if (name == "resume")
      request.resume = true;
    else if (name == "json")
      request.json = true;
    else if (name == "quiet")
      request.quiet = true;
    else if (name == "quick")
      request.quick = true;
    else if (name == "beta")
      request.beta = read_beta_option(value);
    else if (name == "data" && command.keys)
      overrides.emplace_back("data.file", value);
    else
      overrides.emplace_back(name, value);
  }
  if (request.help) {  // whatever else was asked for is not done
    request.arguments = {command.name};
    return request;
  }

  check_arguments(command, line.arguments);
  if (request.force && request.resume)
    throw RequestError("--force and --resume contradict each other: overwrite the result file, or continue it?");
  const std::vector<std::string> topics = help_topics();
  if (command.name == "help" && !line.arguments.empty() &&
      std::find(topics.begin(), topics.end(), line.arguments.front()) == topics.end())
    find_command(line.arguments.front(), topics);
  if (command.name == "reweight" && request.beta.empty())
    throw RequestError("`gibbsite reweight` needs --beta, for example --beta 0.40:0.48:161");
  if (command.keys) {
    Request study = command.keys == Purview::study ? read_study(line.arguments.front(), overrides)
                                                   : read_likelihood(line.arguments.front(), overrides);
    request.tasks = std::move(study.tasks);
    request.grid = std::move(study.grid);
    request.resolved = std::move(study.resolved);
  } else {
    request.settings = std::move(overrides);
  }
  request.command = command.name;
  request.arguments = line.arguments;
  if (command.name == "run" && request.out.empty())
    request.out = std::filesystem::path(line.arguments.front()).filename().replace_extension(".h5");
  check_inputs(request);
  if (!request.out.empty()) check_out(request);
  return request;
}

}  // namespace gibbsite
