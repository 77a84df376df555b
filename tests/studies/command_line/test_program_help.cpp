/// Help on whatever a person can name, and the manual's pages in a terminal.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/manual/markup.hpp"
#include "studies/manual/topics.hpp"
#include "studies/text/errors.hpp"

using namespace gibbsite;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Of the longest line that is no code (which stands four columns in).
std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (text.compare(at, 4, "    ") != 0) most = std::max(most, end - at);
    at = end + 1;
  }
  return most;
}

}  // namespace

TEST_CASE("help explains every command, topic, key and name of a study") {
  for (const Command* command : commands()) {
    CHECK(holds(help_text(command->name), "gibbsite " + command->name));
    CHECK(holds(help_text(""), command->name));
  }
  for (const Topic& topic : manual_topics()) {
    INFO(topic.name);
    CHECK(widest(help_text(topic.name)) <= 100);
    CHECK(holds(help_text(""), topic.summary));
    CHECK(holds(help_text(topic.name), for_terminal(read_markup(topic.text))));
  }
  for (const StudyKey& key : study_schema().keys) {
    const std::string text = help_text(key.name);
    INFO(text);
    CHECK(holds(text, key.name + ":\n"));
    CHECK(holds(text, key.help.substr(0, 20)));
  }
  for (const std::string& topic : topics())
    for (const Listing& entry : listings(topic)) {
      INFO(entry.name);
      CHECK(holds(help_text(entry.name), '(' + topic + "):\n"));
    }
}

TEST_CASE("every page of the manual is a topic of help") {
  std::set<std::string> pages, known;
  for (const auto& entry : std::filesystem::directory_iterator(GIBBSITE_SOURCE_DIR "/studies/manual/topics"))
    pages.insert(entry.path().stem().string());
  for (const Topic& topic : manual_topics()) known.insert(topic.name);
  CHECK(pages == known);
}

TEST_CASE("help on a key says what decides about it, and on a name which keys it has") {
  CHECK(holds(help_text("method.ladder"), "tempering"));
  CHECK(holds(help_text("method.ladder"), "fixed, adaptive"));
  CHECK(holds(help_text("ais.particles"), "gibbsite loglik"));
  CHECK(holds(help_text("tempering"), "method.ladder"));
  CHECK(!holds(help_text("mcmc"), "method.ladder"));
  CHECK_THROWS_WITH(help_text("method.lader"), Catch::Contains("did you mean `method.ladder`?"));
  CHECK_THROWS_AS(help_text("nothing of the kind"), RequestError);
}

TEST_CASE("what help says of an import it says of its arrays too") {
  CHECK(holds(help_text("import"), "--visible_bias"));
  CHECK(holds(help_text("import"), "intercept_visible_"));
}

TEST_CASE("markup is taken apart and put together for terminals and man") {
  const auto blocks = read_markup(
      "## Of `this`\n\nA line\nand **more** of it.\n\n- one\n  of them\n- two\n\n| a | holds |\n|---|---|\n| `x|y` | "
      "it |\n\n"
      "```sh\n.dot -a\n\n'quoted' [\n```\n");
  REQUIRE(blocks.size() == 6);
  CHECK(for_terminal(blocks) ==
        "Of `this`:\n  A line and more of it.\n\n  -  one of them\n  -  two\n\n  a      holds\n  `x|y`  it\n\n    .dot "
        "-a\n\n"
        "    'quoted' [\n");
  CHECK(for_man(blocks) ==
        ".SH OF `THIS`\n.PP\nA line and more of it.\n.IP \\(bu 2\none of them\n.IP \\(bu 2\ntwo\n.TP\n.B `x|y`\nit\n"
        ".PP\n.EX\n\\&.dot \\-a\n\n\\&'quoted' [\n.EE\n");
}
