/// Files made to harm: what they say reaches no terminal as orders, what they promise is not believed, where they point
/// nobody follows.
#include <nlohmann/json.hpp>

#include "studies/utf8.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Matchers::Contains;

namespace {

/// A model made by hand, with a note.
void write_noted_model(const fs::path& path, const std::string& note) {
  Group root{"", {{"content", "model"}, {"model", "rbm"}, {"note", note}}, {}, {}};
  for (const char* layer : {"layer_0", "layer_1"})
    root.groups.push_back(
        {layer, {{"units_kind", "binary"}}, {{"bias", {}, {2}, std::vector<double>{0, 0}, "1", ""}}, {}});
  root.groups.push_back({"weights_0", {}, {{"W", {}, {2, 2}, std::vector<double>{1, 2, 3, 4}, "1", ""}}, {}});
  write_archive(path, root, Packing::plain);
}

bool obeyed(const std::string& said) {
  return said.find_first_of("\x1b\x07\x08\r\x7f") != said.npos || contains(said, "\u009b") || contains(said, "\u202e");
}

}  // namespace

TEST_CASE("text that a terminal would obey is shown instead") {
  CHECK(printable("plain: ß✓𝛽 100 %") == "plain: ß✓𝛽 100 %");
  CHECK(printable("\x1b]0;title\x07") == "\\x1b]0;title\\x07");
  CHECK(printable("a\r\n\tb\x7f") == "a\\x0d\\x0a\\x09b\\x7f");
  CHECK(printable("\u009b2J") == "\\x9b2J");
  CHECK(printable("txt.\u202exe") == "txt.\\u202exe");
  CHECK(printable("\x9b") == "\uFFFD");
}

TEST_CASE("a note's terminal escapes are not printed raw") {
  const Scratch scratch;
  const std::string note = "\x1b[2J\x1b]0;owned\x07 \u009b31m \u202e rest\r";
  write_noted_model(scratch / "a.h5", note);
  const Ended shown = run({"show", "a.h5"}, scratch.path());
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains("\\x1b[2J\\x1b]0;owned\\x07 \\x9b31m \\u202e rest\\x0d"));
  CHECK(!obeyed(shown.out));
  const Ended json = run({"show", "a.h5", "--json"}, scratch.path());
  CHECK(nlohmann::json::parse(json.out)["note"] == note);
  const Ended imported = run({"import", "a.h5", "-o", "b.h5"}, scratch.path());
  CHECK(imported.code == 0);
  CHECK(!obeyed(imported.out + imported.err));
  CHECK(same(read_archive(scratch / "b.h5").attributes.back().second,
             Group{"", {{"n", note}}, {}, {}}.attributes[0].second));
}

TEST_CASE("results with names, plans and warnings that hold escapes are shown without them") {
  const Scratch scratch;
  const std::string bad = "\x1b[31m";
  Group root{"", {{"program", "gibbsite"}, {"system", bad}, {"plan", bad}, {"state", "complete"}}, {}, {}};
  root.groups.push_back({"diagnostics",
                         {{"layout", bad}},
                         {{"warnings", {}, {1}, std::vector<std::string>{bad + " beware"}, "1", ""}},
                         {}});
  write_archive(scratch / "a.h5", root, Packing::plain);
  const Ended shown = run({"show", "a.h5"}, scratch.path());
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains("\\x1b[31m beware"));
  CHECK(!obeyed(shown.out));
}
