// Command lines by Boost.Program_options: the one place that knows it.
#include "studies/command_line/read_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

namespace po = boost::program_options;

/// What went wrong with an option, in words that name it.
std::string explain(const Command& command, const std::string& option, const char* problem) {
  return fmt::format("option `{}` {}; see gibbsite help {}", option, problem, command.name);
}

po::options_description describe(const Command& command) {
  po::options_description described;
  const auto add = [&](const std::string& name, bool takes_value) {
    if (takes_value)
      described.add_options()(name.c_str(), po::value<std::string>());
    else
      described.add_options()(name.c_str(), "");
  };
  for (const Option& option : command.options)
    add(option.letter != 0 ? option.name + ',' + option.letter : option.name, !option.value.empty());
  for (const Option& option : command.options)
    if (!option.key.empty() && command.schema == nullptr) add(option.key, true);
  if (command.schema == nullptr) return described;
  for (const StudyKey& key : command.schema().keys) {
    add(key.name, true);
    if (key.griddable && command.schema().grid) add("grid." + key.name, true);
  }
  return described;
}

std::string unknown_option(const Command& command, const std::string& option) {
  const std::string bare = option.starts_with("--grid.") ? "--" + option.substr(7) : option;  // no key of a grid
  std::vector<std::string> known;
  for (const Option& candidate : command.options) known.push_back("--" + candidate.name);
  if (command.schema != nullptr)
    for (const StudyKey& key : command.schema().keys) known.push_back("--" + key.name);
  return fmt::format("unknown option `{}`{}", option,
                     and_then(did_you_mean(bare, known), "see gibbsite help " + command.name));
}

/// Whether a word that stands where a value should is an option instead (-1 and -.5:.5:3 are values).
bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word[1] != '.' && (word[1] < '0' || word[1] > '9');
}

/// An option and the key that it stands for are one: by the key's name where the command has keys, else by its own.
std::string one_name(const Command& command, const std::string& name) {
  for (const Option& option : command.options)
    if (!option.key.empty() && (option.name == name || option.key == name))
      return command.schema == nullptr ? option.name : option.key;
  return name;
}

}  // namespace

Line read_line(const Command& command, const std::vector<std::string>& words) {
  using namespace po::command_line_style;
  constexpr int strict =
      allow_long | long_allow_adjacent | long_allow_next | allow_short | allow_dash_for_short | short_allow_next;
  const po::options_description described = describe(command);
  Line line;
  try {
    for (const po::option& option : po::command_line_parser(words).options(described).style(strict).run().options) {
      const std::string value = option.value.empty() ? "" : option.value.front();
      if (option.string_key.empty()) {
        if (option.original_tokens.front() != value) throw po::unknown_option(option.original_tokens.front());
        line.arguments.push_back(value);
        continue;
      }
      const std::string& word = option.original_tokens.front();
      const std::string name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
      const std::string key = one_name(command, option.string_key);
      const auto same = [&](const auto& given) { return given.first == key; };
      if (std::any_of(line.options.begin(), line.options.end(), same))
        throw RequestError(explain(command, name, "is given twice"));
      const bool takes_value = described.find(option.string_key, false).semantic()->max_tokens() > 0;
      const bool joined = word.starts_with("--") && word.find('=') != std::string::npos;  // --alphabet=-ACG
      if (takes_value && (value.empty() || value[0] == '=' || (!joined && looks_like_option(value))))
        throw RequestError(explain(command, name, "needs a value"));
      line.options.emplace_back(key, value);
    }
  } catch (const po::unknown_option& error) {
    throw RequestError(unknown_option(command, error.get_option_name()));
  } catch (const po::invalid_command_line_syntax& error) {
    const bool idle = error.kind() == po::invalid_command_line_syntax::extra_parameter;
    throw RequestError(explain(command, error.get_option_name(), idle ? "takes no value" : "needs a value"));
  }
  return line;
}

}  // namespace gibbsite
