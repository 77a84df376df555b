/// Command lines and study files, understood: dispatch on the first word, then one strict parser per command.
#include <fmt/format.h>

#include <algorithm>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/command_line/read_line.hpp"
#include "studies/study/request.hpp"
#include "studies/study/schema.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

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
  inputs.insert(inputs.end(), request.inputs.begin(), request.inputs.end());
  for (const std::string& input : inputs) {
    std::error_code error;
    if (request.out == input || std::filesystem::equivalent(request.out, input, error))
      throw RequestError(fmt::format("-o {} would overwrite what is read; name another file", request.out.string()));
  }
}

void check_log(const Request& request) {
  if (request.log.empty()) return;
  std::error_code error;
  if (request.log == request.out || std::filesystem::equivalent(request.log, request.out, error))
    throw RequestError(fmt::format("--log {} is where the result goes; name another file", request.log.string()));
}

/// Inputs are read more than once, so that a pipe would be waited for, and a device might never end.
void check_inputs(const Request& request) {
  for (const std::string& file : request.inputs) {
    std::error_code none;
    const auto status = std::filesystem::status(file, none);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
        !std::filesystem::is_directory(status))
      throw RequestError(fmt::format("{}: it is not a regular file; copy it into one", file));
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

Request read_study(const std::filesystem::path& file, const Settings& keys) {
  return read_study(file, keys, study_schema());
}

Request parse(const std::vector<std::string>& words) {
  Request request;
  request.command = "help";
  if (words.empty()) return request;
  if (words.front().starts_with('-')) return parse_first(words.front(), words.size());

  const Command& command = find_command(words.front());
  const Line line = read_line(command, {words.begin() + 1, words.end()});
  Settings settings;
  for (const auto& [name, value] : line.options) {
    if (name == "help")
      request.help = true;
    else if (name == "out")
      request.out = value;
    else if (name == "log")
      request.log = value;
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
    else if (name == "strict")
      request.strict = true;
    else if (name == "dry-run")
      request.dry_run = true;
    else
      settings.emplace_back(name, value);
  }
  if (request.help) {  // whatever else was asked for is not done
    request.arguments = {command.name};
    return request;
  }

  check_arguments(command, line.arguments);
  if (request.force && request.resume)
    throw RequestError("--force and --resume contradict each other: overwrite the result file, or continue it?");
  if (command.read != nullptr) {
    Request study = command.read(line.arguments.front(), settings);
    request.tasks = std::move(study.tasks);
    request.grid = std::move(study.grid);
    request.inputs = std::move(study.inputs);
    request.resolved = std::move(study.resolved);
    request.extend = study.extend;
  } else {
    request.settings = std::move(settings);
  }
  request.command = command.name;
  request.arguments = line.arguments;
  if (command.complete != nullptr) command.complete(request);
  check_inputs(request);
  if (!request.out.empty()) check_out(request);
  check_log(request);
  return request;
}

}  // namespace gibbsite
