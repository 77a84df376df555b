#include "studies/command_line/execute.hpp"

#include <fmt/format.h>

#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/files/version.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text = "gibbsite";
  for (const std::string& word : words) {
    const bool plain = word.find_first_of(" \t\"'$&|;<>()*?[]#~`\\") == std::string::npos && !word.empty();
    text += plain ? ' ' + word : " '" + word + '\'';
  }
  return text;
}

}  // namespace

int execute(const std::vector<std::string>& words) {
  const Request request = parse(words);
  if (request.command == "version") {
    fmt::print("gibbsite {} ({})\n", version(), git_commit());
    return 0;
  }
  if (words.empty()) {  // help that nobody asked for
    say_plainly(help_text(""));
    return 2;
  }
  return find_command(request.command).run(request, joined(words));
}

}  // namespace gibbsite
