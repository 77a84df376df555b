/// The text of `gibbsite help`, made from the commands and the schema.
#include <fmt/format.h>

#include <algorithm>

#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t page = 100;  // columns
constexpr char unbroken = '\x1f';  // a blank where no line may break

using Row = std::vector<std::string>;  // cells

void widen(std::vector<std::size_t>& widths, const Row& row) {
  for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
}

/// Rows in columns of at least `widths`; the last cell takes what is left of the page, wrapped.
std::string tabulate(const std::vector<Row>& rows, std::vector<std::size_t> widths) {
  for (const Row& row : rows) widen(widths, row);
  std::size_t indent = 2;
  for (const std::size_t width : widths) indent += width + 2;
  std::string out;
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t c = 0; c < widths.size(); ++c) line += fmt::format("{:<{}}  ", row[c], widths[c]);
    for (const std::string& words : wrap(row.back(), page - indent)) {
      out += line + words + '\n';
      line.assign(indent, ' ');
    }
  }
  std::replace(out.begin(), out.end(), unbroken, ' ');
  return out;
}

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

std::string keys_text(const Schema& schema) {
  std::vector<std::vector<Row>> tables;
  std::vector<std::size_t> widths = {0, 0};
  for (const std::string& section : schema.sections) {
    std::vector<Row>& rows = tables.emplace_back();
    for (const StudyKey& key : schema.keys) {
      if (!key.name.starts_with(section + '.')) continue;
      rows.push_back({key.name.substr(section.size() + 1), default_of(key, schema), meaning(key)});
      widen(widths, rows.back());
    }
  }
  std::string out =
      '\n' + paragraph(schema.grid ? "Keys of a study, with defaults. On the command line each is an option by its "
                                     "full name, --model.size=64, and wins over the file."
                                   : "Keys, with defaults. Each is an option by its full name, --ais.particles=1000.");
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

/// Of `gibbsite help errors`: paragraphs, the first line of each its title.
const std::vector<std::pair<std::string, std::string>> errors_text = {
    {"What an error is",
     "NAME_error is one standard error: over many seeds, (value - truth)/error has mean 0 and variance 1, also where "
     "the run was short, and NAME_degrees says of how many degrees of freedom the error itself is made. With few of "
     "them an error is uncertain; it is widened by sqrt(n/(n - 2)), and beyond 2 errors the law of Student holds, not "
     "the normal one. (?) means that the run cannot tell: the draws never changed, or too few independent ones are "
     "left."},
    {"What errors hold",
     "Autocorrelation, the curvature of derived quantities, events that the next hotter temperature shows and the own "
     "draws missed, and chains that disagree: then what each alone would say lies within the error."},
    {"What they cannot hold",
     "A phase or a valley that no chain ever visited. No number made of draws shows it. So look for it: chains and "
     "ladders begin in states that differ in kind."},
    {"How chains begin",
     "start = \"mixed\" takes in turn: a random state, the ordered state (along the fields, where there are some), the "
     "lowest energy of short annealings, the ordered state turned over, and a quench. A ladder begins with all its "
     "rungs in one of them. Glasses without fields know no order: quenches stand for it. start = \"FILE\" begins in a "
     "state you know."},
    {"What agreement proves",
     "That no phase which these starts reach was missed, for chains stay where they begin if they cannot leave. Not "
     "that there is no other. Disagreement proves that the run is too short, or stuck; its warnings say so."},
    {"Annealing there and back",
     "The way back starts from what came there, moved on at the target. That both ways agree proves that no phase "
     "which "
     "annealing reaches was missed, and nothing of phases that it does not reach: compare with chains or tempering "
     "from "
     "mixed starts."},
    {"One chain",
     "One chain or ladder cannot tell whether it is trapped, and the table says so as a note. It is warned of where a "
     "state from another start stays at lower energies than the run ever had, and in glasses where it never turned "
     "over."},
    {"Warnings",
     "A warning is a reason to doubt this run. It is meant to come in fewer than 1 of 50 sound runs, and an answer off "
     "by more than 4 errors without any in fewer than 1 of 1000; tests/calibration counts both over cases with exact "
     "answers, and what is unlike them all may do worse. A note speaks of every run of its kind, and doubts none."},
    {"In a field",
     "Every sweep ends with a heat bath of the sign of all spins, so that both sides of a field are seen. It does not "
     "lead between phases that are not mirror images of each other."},
    {"Disorder averages",
     "Errors over n samples are widened for n - 1 degrees of freedom; below 4 they are (?). Below 8 they hold only if "
     "samples are much alike: a rare sample of great weight is missed more often than not."},
    {"Reweighting",
     "An answer at another temperature is given only where draws of the run lie on both sides of its energies. Beyond, "
     "the tail that matters was never drawn, and no weight shows that."},
};
std::string topic(const std::vector<std::pair<std::string, std::string>>& paragraphs) {
  std::string out;
  for (const auto& [title, words] : paragraphs)
    out += (out.empty() ? "" : "\n") + title + ":\n" + tabulate(std::vector<Row>{Row{words}}, {});
  return out;
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
  for (const std::string& name : help_topics())
    rows.push_back({name, "what errors and warnings promise, and what they do not"});
  out += "\nMore help, by `gibbsite help TOPIC`:\n" + tabulate(rows, {0});
  rows = {{"-h, --help", "this text; after a command, that command's"}, {"    --version", "version and commit"}};
  out += "\nOptions:\n" + tabulate(rows, {0});
  rows = {{"0", "done"},
          {"1", "failed while running; what was checkpointed is kept"},
          {"2", "the request is wrong: usage, study file, data"},
          {"75", "stopped on request at a checkpoint; the same command with --resume continues"}};
  out += "\nExit codes:\n" + tabulate(rows, {0});
  return out + "\nExample:\n  gibbsite run onsager.toml && gibbsite show onsager.h5\n";
}

}  // namespace

std::vector<std::string> help_topics() { return {"errors"}; }

std::string help_text(const std::string& name) {
  if (name.empty()) return overview();
  if (name == "errors") return topic(errors_text);
  const Command& command = find_command(name);
  std::string out = fmt::format("Usage:\n  gibbsite {} {}", command.name, command.arguments);
  if (command.options.size() > 1) out += " [OPTIONS]";
  if (command.schema != nullptr) out += " [--KEY VALUE ...]";
  out += "\n\n" + paragraph(command.details);

  std::vector<Row> rows;
  for (const Option& option : command.options) rows.push_back({option_name(option), option.help});
  out += "\nOptions:\n" + tabulate(rows, {0});
  if (command.explains_keys) out += keys_text(command.schema()) + (command.schema().grid ? grid_text : "");
  out += command.examples.size() == 1 ? "\nExample:\n" : "\nExamples:\n";
  for (const std::string& example : command.examples) out += "  " + example + '\n';
  return out;
}

namespace {

int help(const Request& request, const std::string&) {
  fmt::print("{}", help_text(request.arguments.empty() ? "" : request.arguments.front()));
  return 0;
}

/// The name of a command or of another topic.
void check_topic(Request& request) {
  if (request.arguments.empty()) return;
  const std::vector<std::string> topics = help_topics();
  const std::string& name = request.arguments.front();
  if (std::find(topics.begin(), topics.end(), name) == topics.end()) find_command(name, topics);
}

}  // namespace

const Command& help_command() {
  static const Command command{.name = "help",
                               .arguments = "[COMMAND]",
                               .summary = "explain a command; `help run` lists every key of a study",
                               .details = "Without COMMAND, an overview of them.",
                               .most = 1,
                               .options = {help_option},
                               .examples = {"gibbsite help run"},
                               .complete = check_topic,
                               .run = help};
  return command;
}

}  // namespace gibbsite
