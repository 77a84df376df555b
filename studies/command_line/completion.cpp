/// `gibbsite completion SHELL`: scripts that complete command lines, made from the commands and their schemas.
#include <fmt/format.h>

#include "studies/command_line/commands.hpp"
#include "studies/command_line/manual.hpp"
#include "studies/manual/topics.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// One --option of a command, be it its own or a key of its study.
struct Offered {
  std::string name;                  ///< without --
  std::string help;                  ///< one line
  bool takes_value = false;          ///< else a switch
  bool file = false;                 ///< its value is a path
  std::vector<std::string> choices;  ///< what its value can be, where that is a list of words
};

std::vector<Offered> offered(const Command& command) {
  std::vector<Offered> all;
  for (const Option& option : command.options)
    all.push_back({option.name, option.help, !option.value.empty(), option.value.starts_with("FILE"), {}});
  if (command.schema != nullptr)
    for (const StudyKey& key : command.schema().keys)
      all.push_back(
          {key.name, key.help, true, key.file,
           key.shape.type == ValueShape::Type::flag ? std::vector<std::string>{"true", "false"} : key.choices});
  return all;
}

/// What the arguments of a command can be, where that is a list of words; else they are files.
std::vector<std::string> arguments_of(const Command& command) {
  if (command.name != "help") return command.topics;
  std::vector<std::string> all;
  for (const Command* other : commands()) all.push_back(other->name);
  for (const Topic& topic : manual_topics()) all.push_back(topic.name);
  return all;
}

std::vector<std::string> names_of_commands() {
  std::vector<std::string> all;
  for (const Command* command : commands()) all.push_back(command->name);
  return all;
}

/// A text between apostrophes of a shell (fish too knows \' but within them).
std::string quoted(std::string_view text, std::string_view apostrophe) {
  std::string out = "'";
  for (const char c : text)
    if (c == '\'')
      out += apostrophe;
    else
      out += c;
  return out + '\'';
}

std::string for_bash() {
  std::string words, values;
  for (const Command* command : commands()) {
    std::string names;
    for (const Offered& option : offered(*command)) {
      names += (names.empty() ? "--" : " --") + option.name;
      if (!option.choices.empty())
        values += fmt::format("    {}:--{}) COMPREPLY=($(compgen -W '{}' -- \"$word\"){}); return ;;\n", command->name,
                              option.name, join(option.choices, " "), option.file ? " $(compgen -f -- \"$word\")" : "");
      else if (option.takes_value && !option.file)
        values += fmt::format("    {}:--{}) return ;;\n", command->name, option.name);
      else if (option.file)
        values +=
            fmt::format("    {}:--{}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", command->name, option.name);
    }
    words += fmt::format("    {}) options='{}' arguments='{}' ;;\n", command->name, names,
                         join(arguments_of(*command), " "));
  }
  return fmt::format(R"(# bash completion for gibbsite; source it, or put it among bash-completion's completions
_gibbsite() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} options arguments
  local IFS=$' \t\n'
  COMPREPLY=()
  if [ "$word" = = ]; then word=; elif [ "$before" = = ]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$word"))
    return
  fi
  case $command:$before in
    *:-o) COMPREPLY=($(compgen -f -- "$word")); return ;;
{}  esac
  case $command in
{}    *) return ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) if [ -n "$arguments" ]; then COMPREPLY=($(compgen -W "$arguments" -- "$word"));
       else COMPREPLY=($(compgen -f -- "$word")); fi ;;
  esac
}}
complete -o filenames -o bashdefault -F _gibbsite gibbsite
)",
                     join(names_of_commands(), " "), values, words);
}

std::string for_zsh() {
  const auto described = [](std::string_view text) {  // within [...] of _arguments
    std::string out;
    for (const char c : text) {
      if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
      out += c;
    }
    return out;
  };
  std::string names, cases;
  for (const Command* command : commands()) {
    names += fmt::format("    {}\n", quoted(command->name + ':' + command->summary, "'\\''"));
    cases += fmt::format("    {})\n      _arguments \\\n", command->name);
    for (const Offered& option : offered(*command)) {
      const std::string action = !option.choices.empty() ? '(' + join(option.choices, " ") + ')'
                                 : option.file           ? "_files"
                                                         : " ";
      const std::string value = option.takes_value ? ":value:" + action : "";
      cases +=
          "        " +
          quoted(fmt::format("--{}{}[{}]{}", option.name, option.takes_value ? "=" : "", described(option.help), value),
                 "'\\''") +
          " \\\n";
    }
    const auto arguments = arguments_of(*command);
    cases += arguments.empty() ? "        '*:file:_files'\n" : "        '*:name:(" + join(arguments, " ") + ")'\n";
    cases += "      ;;\n";
  }
  return fmt::format(R"(#compdef gibbsite
_gibbsite() {{
  local -a commands
  commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}
if [ "$funcstack[1]" = _gibbsite ]; then _gibbsite "$@"; else compdef _gibbsite gibbsite; fi
)",
                     names, cases);
}

std::string for_fish() {
  const auto line = [](const std::string& when, const std::string& what, const std::string& help) {
    return fmt::format("complete -c gibbsite -n {} {} -d {}\n", quoted(when, "\\'"), what, quoted(help, "\\'"));
  };
  std::string out = "# fish completion for gibbsite\n";
  for (const Command* command : commands())
    out += line("__fish_use_subcommand", "-f -a " + command->name, command->summary);
  for (const Command* command : commands()) {
    const std::string when = "__fish_seen_subcommand_from " + command->name;
    for (const Offered& option : offered(*command)) {
      std::string what = "-l " + option.name;
      if (option.takes_value) what += option.file ? " -r -F" : " -x";
      if (!option.choices.empty()) what += " -a " + quoted(join(option.choices, " "), "\\'");
      out += line(when, what, option.help);
    }
    if (const auto arguments = arguments_of(*command); !arguments.empty())
      out += fmt::format("complete -c gibbsite -n {} -f -a {}\n", quoted(when, "\\'"),
                         quoted(join(arguments, " "), "\\'"));
  }
  return out;
}

int completion(const Request& request, const std::string&) {
  fmt::print("{}", completion_script(request.arguments.front()));
  return 0;
}

}  // namespace

std::vector<std::string> shells() { return {"bash", "zsh", "fish"}; }

std::string completion_script(const std::string& shell) {
  return shell == "bash" ? for_bash() : shell == "zsh" ? for_zsh() : for_fish();
}

const Command& completion_command() {
  static const Command command{
      .name = "completion",
      .arguments = join(shells(), "|"),
      .summary = "print a script that completes command lines in a shell",
      .details =
          "Commands, options, keys of studies and the words they take. Installed with the program for shells that "
          "look there; else load it as the examples show.",
      .least = 1,
      .most = 1,
      .topics = shells(),
      .options = {help_option},
      .examples = {"source <(gibbsite completion bash)", "gibbsite completion fish | source"},
      .run = completion};
  return command;
}

}  // namespace gibbsite
