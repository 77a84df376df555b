/// `gibbsite manual FOLDER`: man pages, completions and the schema of studies as files, as an installation holds them.
#include "studies/command_line/manual.hpp"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <span>

#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/files/version.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/manual/markup.hpp"
#include "studies/manual/topics.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

std::string man_header(const std::string& name, int section, const std::string& summary) {
  std::string title = name;
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return fmt::format(".TH {} {} \"\" \"gibbsite {}\" \"Gibbsite\"\n.SH NAME\n{} \\- {}\n", roff(title), section,
                     version(), roff(name), roff(summary));
}

/// A command's page says what its help says, as it says it: lines of tables stand as they are.
std::string page_of_command(const std::string& name, const std::string& summary, const std::string& text) {
  return man_header(name, 1, summary) + ".SH DESCRIPTION\n.EX\n" + roff(text) + ".EE\n";
}

std::string see_also() {
  std::string out = ".SH SEE ALSO\n";
  for (const Command* command : commands())
    if (command->name != "help") out += fmt::format(".BR gibbsite\\-{} (1),\n", command->name);
  const auto topics = manual_topics();
  for (std::size_t k = 0; k < topics.size(); ++k)
    out += fmt::format(".BR gibbsite\\-{} (7){}\n", topics[k].name, k + 1 < topics.size() ? "," : "");
  return out;
}

class Writer {
 public:
  explicit Writer(std::filesystem::path folder, bool force) : folder_(std::move(folder)), force_(force) {}
  void write(const std::filesystem::path& place, const std::string& text) {
    const std::filesystem::path path = folder_ / place;
    std::error_code error;
    if (!force_ && std::filesystem::exists(path, error))
      throw RequestError(
          fmt::format("{} is there already; --force overwrites it, or name another folder", path.string()));
    std::filesystem::create_directories(path.parent_path());
    write_whole_file(path, std::as_bytes(std::span(text)));
  }

 private:
  std::filesystem::path folder_;
  bool force_;
};

int manual(const Request& request, const std::string&) {
  Writer writer(request.arguments.front(), request.force);
  writer.write("man/man1/gibbsite.1",
               page_of_command("gibbsite", "simulate models of statistical physics", help_text("")) + see_also());
  for (const Command* command : commands()) {
    const std::string name = "gibbsite-" + command->name;
    writer.write(fmt::format("man/man1/{}.1", name), page_of_command(name, command->summary, help_text(command->name)));
  }
  for (const Topic& topic : manual_topics()) {
    const std::string name = "gibbsite-" + topic.name;
    writer.write(fmt::format("man/man7/{}.7", name),
                 man_header(name, 7, topic.summary) + ".SH DESCRIPTION\n" + for_man(read_markup(topic.text)));
  }
  writer.write("bash-completion/completions/gibbsite", completion_script("bash"));
  writer.write("zsh/site-functions/_gibbsite", completion_script("zsh"));
  writer.write("fish/vendor_completions.d/gibbsite.fish", completion_script("fish"));
  writer.write("gibbsite/study.schema.json", study_json_schema("run").dump() + '\n');
  writer.write("gibbsite/training.schema.json", study_json_schema("train").dump() + '\n');
  return 0;
}

}  // namespace

const Command& manual_command() {
  static const Command command{
      .name = "manual",
      .arguments = "FOLDER",
      .summary = "write man pages, shell completions and the schema of studies into a folder",
      .details = "As below PREFIX/share of an installation, where `cmake --install` puts them.",
      .least = 1,
      .most = 1,
      .options = {force_option, help_option},
      .examples = {"gibbsite manual ~/.local/share"},
      .run = manual};
  return command;
}

}  // namespace gibbsite
