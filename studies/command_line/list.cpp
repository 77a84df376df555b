// `gibbsite list [TOPIC]`.
#include <fmt/format.h>

#include <algorithm>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/text/table.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

int list(const Request& request, const std::string&) {
  const std::vector<std::string> wanted = request.arguments.empty() ? topics() : request.arguments;
  for (const std::string& topic : wanted) {
    if (wanted.size() > 1) fmt::print("{}{}\n", topic == wanted.front() ? "" : "\n", topic);
    std::size_t width = 0;
    for (const Listing& entry : listings(topic)) width = std::max(width, entry.name.size());
    for (const Listing& entry : listings(topic))
      fmt::print("  {:<{}}  {}\n", entry.name, width, wrapped(entry.meaning, width + 4));
  }
  return 0;
}

}  // namespace

const Command& list_command() {
  static const Command command{.name = "list",
                               .arguments = '[' + join(topics(), "|") + ']',
                               .summary = "list what there is, one line each",
                               .details = "Without a topic, all of them.",
                               .most = 1,
                               .topics = topics(),
                               .options = {help_option},
                               .examples = {"gibbsite list", "gibbsite list samplers"},
                               .run = list};
  return command;
}

}  // namespace gibbsite
