/// The text of `gibbsite help`, made from the commands and the schema.
#include <fmt/format.h>

#include <algorithm>

#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/manual/markup.hpp"
#include "studies/manual/topics.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t page = 100;      // columns
using Row = std::vector<std::string>;  // cells

std::string paragraph(const std::string& words) {
  std::string out;
  for (const std::string& line : wrap(words, page)) out += line + '\n';
  return out;
}

std::string default_of(const StudyKey& key, const Schema& schema) {
  if (const auto value = key.get(schema.first)) return value->list() == nullptr ? to_text(*value) : to_toml(*value);
  return key.name == "method.beta" ? "(required)" : "-";
}

/// What a key means and takes; what is in parentheses stays together.
std::string meaning(const StudyKey& key) {
  if (!key.choices.empty()) return key.help + ": " + key.allowed;
  std::string allowed = " (" + key.allowed + ')';
  std::replace(allowed.begin() + 1, allowed.end(), ' ', unbroken);
  return key.help + allowed;
}

/// The first key that is a number, at its default.
std::string example_option(const Schema& schema) {
  const auto key = std::find_if(schema.keys.begin(), schema.keys.end(),
                                [](const StudyKey& k) { return k.shape.type == ValueShape::Type::integer; });
  return key == schema.keys.end() ? "--SECTION.KEY=VALUE" : fmt::format("--{}={}", key->name, default_of(*key, schema));
}

std::string keys_text(const Schema& schema) {
  std::vector<std::vector<Row>> tables;
  std::vector<std::size_t> widths = {0, 0};
  for (const std::string& section : schema.sections) {
    std::vector<Row>& rows = tables.emplace_back();
    for (const StudyKey& key : schema.keys) {
      if (!key.name.starts_with(section + '.')) continue;
      rows.push_back({key.name.substr(section.size() + 1), default_of(key, schema), meaning(key)});
      for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], rows.back()[c].size());
    }
  }
  std::string out =
      '\n' + paragraph(schema.grid ? "Keys of a study, with defaults. On the command line each is an option by its "
                                     "full name, --model.size=64, and wins over the file."
                                   : "Keys, with defaults. Each is an option by its full name, " +
                                         example_option(schema) + ".");
  for (std::size_t i = 0; i < tables.size(); ++i)
    out += fmt::format("\n[{}]\n", schema.sections[i]) + tabulate(tables[i], widths);
  return out;
}

const char* const grid_text = R"(
[grid]
  Makes one task of every combination, the last key fastest. A key takes a list, "1:100" (every
  integer) or "0.3:0.5:21" (start:stop:count); in the file, or the same on the command line:
    "model.size" = [16, 32, 64]         --grid.model.size '[16, 32, 64]'
    "model.disorder_seed" = "1:100"     --grid.model.disorder_seed 1:100
)";

std::string option_name(const Option& option) {
  std::string name = option.letter != 0 ? fmt::format("-{}, --{}", option.letter, option.name) : "    --" + option.name;
  return option.value.empty() ? name : name + ' ' + option.value;
}

std::string overview() {
  std::vector<Row> rows;
  for (const Command* command : commands()) rows.push_back({command->name, command->summary});
  std::string out =
      "Gibbsite simulates models of statistical physics: sampling, tempering, annealing, free energies,\n"
      "with honest errors, next to exact answers where they exist.\n"
      "\nUsage:\n  gibbsite COMMAND [ARGUMENTS] [OPTIONS]\n"
      "\nCommands:\n";
  out += tabulate(rows, {0});
  rows.clear();
  for (const Topic& topic : manual_topics()) rows.push_back({topic.name, topic.summary});
  rows.push_back({"a key", "`method.ladder`, `model.size`: what it means, takes and goes with"});
  rows.push_back({"a name", "`wolff`, `tempering`, `rbm`: what it is, and which keys it has"});
  out += "\nMore help, by `gibbsite help TOPIC`:\n" + tabulate(rows, {0});
  rows = {{"-h, --help", "this text; after a command, that command's"}, {"    --version", "version and commit"}};
  out += "\nOptions:\n" + tabulate(rows, {0});
  rows = {{"0", "done"},
          {"1", "failed while running; what was checkpointed is kept"},
          {"2", "the request is wrong: usage, study file, data"},
          {"3", "done, but --strict was asked and the verdict is no"},
          {"75", "stopped on request at a checkpoint; the same command with --resume continues"}};
  out += "\nExit codes:\n" + tabulate(rows, {0});
  return out + "\nExample:\n  gibbsite run onsager.toml && gibbsite show onsager.h5\n";
}

std::string command_text(const Command& command) {
  std::string out = "Usage:\n  gibbsite " + command.name + (command.arguments.empty() ? "" : ' ' + command.arguments);
  if (command.options.size() > 1) out += " [OPTIONS]";
  if (command.schema != nullptr) out += " [--KEY VALUE ...]";
  out += "\n\n" + paragraph(command.details);

  std::vector<Row> rows;
  for (const Option& option : command.options)
    if (!option.help.empty()) rows.push_back({option_name(option), option.help});
  out += "\nOptions:\n" + tabulate(rows, {0});
  if (command.explains_keys) out += keys_text(command.schema()) + (command.schema().grid ? grid_text : "");
  out += command.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const std::string& example : command.examples) out += "  " + example + '\n';
  return out;
}

/// The whole of one key: what it means, takes and goes with.
std::string key_text(const StudyKey& key, const Schema& schema, const Command& command) {
  std::vector<Row> rows = {{"means", key.help}, {"takes", key.allowed}, {"default", default_of(key, schema)}};
  const std::string of = key.named_by == NamedBy::model ? "models" : "methods";
  std::string names;
  for (const Owner& owner : key.owners) {
    const bool again = names.find(owner.name) != std::string::npos;
    if (!owner.name.empty() && !again) names += (names.empty() ? "" : ", ") + owner.name;
  }
  if (!names.empty()) rows.push_back({of, names});
  for (const Owner& owner : key.owners)
    if (owner.condition && (rows.back().front() != "goes with" || rows.back().back() != owner.condition->goes_with))
      rows.push_back({"goes with", owner.condition->goes_with});
  if (schema.grid) rows.push_back({"in a grid", key.griddable ? "yes" : "no"});
  const std::size_t dot = key.name.find('.');
  rows.push_back({"in a file", fmt::format("[{}] {} = ...", key.name.substr(0, dot), key.name.substr(dot + 1))});
  rows.push_back({"as an option", fmt::format("gibbsite {} ... --{} VALUE", command.name, key.name)});
  return key.name + ":\n" + tabulate(rows, {0});
}

/// Of every schema there is, the first that has the key; empty: none.
std::string text_of_key(const std::string& name) {
  for (const Command* command : commands())
    if (command->schema != nullptr)
      if (const StudyKey* key = command->schema().find(name)) return key_text(*key, command->schema(), *command);
  return "";
}

/// A name that a study may hold: what it is, and its keys. Empty: there is none.
std::string text_of_name(const std::string& name) {
  std::string out;
  for (const std::string& topic : topics())
    for (const Listing& entry : listings(topic)) {
      if (entry.name != name) continue;
      out += fmt::format("{}{} ({}):\n", out.empty() ? "" : "\n", name, topic) + tabulate({{entry.meaning}}, {});
      std::vector<Row> rows;
      for (const StudyKey& key : study_schema().keys) {
        const bool its = (topic == "models" && key.named_by == NamedBy::model) ||
                         (topic == "methods" && key.named_by == NamedBy::method);
        if (its && std::any_of(key.owners.begin(), key.owners.end(), [&](const Owner& o) { return o.name == name; }))
          rows.push_back({key.name, default_of(key, study_schema()), meaning(key)});
      }
      if (!rows.empty()) out += "\nKeys, with defaults:\n" + tabulate(rows, {0, 0});
    }
  return out;
}

std::vector<std::string> topics_and_names() {
  std::vector<std::string> all;
  for (const Topic& topic : manual_topics()) all.push_back(topic.name);
  for (const std::string& topic : topics())
    for (const Listing& entry : listings(topic)) all.push_back(entry.name);
  for (const StudyKey& key : study_schema().keys) all.push_back(key.name);
  return all;
}

}  // namespace

std::string help_text(const std::string& name) {
  if (name.empty()) return overview();
  const Topic* topic = find_topic(name);
  const std::string page_of_topic = topic == nullptr ? "" : for_terminal(read_markup(topic->text));
  for (const Command* command : commands())
    if (command->name == name) return command_text(*command) + (topic == nullptr ? "" : '\n' + page_of_topic);
  if (topic != nullptr) return page_of_topic;
  std::string known = text_of_key(name);
  if (known.empty()) known = text_of_name(name);
  if (known.empty()) find_command(name, topics_and_names());  // throws
  return known;
}

namespace {

int help(const Request& request, const std::string&) {
  fmt::print("{}", help_text(request.arguments.empty() ? "" : request.arguments.front()));
  return 0;
}

/// The name of a command, a topic, a key or what a study may name.
void check_topic(Request& request) {
  if (!request.arguments.empty()) help_text(request.arguments.front());
}

}  // namespace

const Command& help_command() {
  static const Command command{.name = "help",
                               .arguments = "[COMMAND|TOPIC|KEY|NAME]",
                               .summary = "explain a command, a topic, a key or a name; `help run` lists every key",
                               .details = "Without an argument, an overview of them.",
                               .most = 1,
                               .options = {help_option},
                               .examples = {"gibbsite help run", "gibbsite help files", "gibbsite help method.ladder"},
                               .complete = check_topic,
                               .run = help};
  return command;
}

}  // namespace gibbsite
