/// Files made to harm: what they say reaches no terminal as orders, what they promise is not believed, where they point
/// nobody follows.
#include <sys/resource.h>

#include <chrono>
#include <random>

#include "studies/data/arrays.hpp"
#include "studies/files/child_reader.hpp"
#include "studies/files/hdf5.hpp"
#include "studies/text/utf8.hpp"
#include "tests/studies/json.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/python.hpp"
#include "tests/studies/sample_record.hpp"

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

/// Written by h5py, once.
const Scratch& hostile() {
  static const Scratch folder;
  static const bool made = (run_python("hostile_files.py", folder.path().string()), true);
  REQUIRE(made);
  return folder;
}

/// With what an array is refused.
std::string complaint_about(const std::string& file, const std::string& array = "") {
  return refusal([&] { read_array(hostile() / file, array); });
}

/// The largest memory that this process, or a child of it, ever had.
long peak_kilobytes() {
  rusage own{}, children{};
  ::getrusage(RUSAGE_SELF, &own);
  ::getrusage(RUSAGE_CHILDREN, &children);
  return std::max(own.ru_maxrss, children.ru_maxrss);
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
  CHECK(read_json(json.out)["note"] == note);
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

TEST_CASE("HDF5: groups in groups without end are refused, groups in circles read once") {
  CHECK_THAT(complaint_about("deep.h5"), Contains("deeper than 64 levels"));
  const Ended shown = run({"show", (hostile() / "deep.h5").string()}, hostile().path());
  CHECK(shown.code == 2);
  CHECK(is_one_message(shown.err));
  CHECK(read_array(hostile() / "round.h5", "a/samples").values.size() == 6);
}

TEST_CASE("HDF5: the promises of all datasets together are bounded by what the file holds") {
  const long before = peak_kilobytes();
  for (const char* file : {"wide.h5", "linked.h5"})
    CHECK_THAT(refusal([&] { read_arrays(hostile() / file); }), Contains("larger than the file can hold"));
  CHECK(peak_kilobytes() - before < 1'000'000);  // 2.5 and 100 GB are promised
}

TEST_CASE("HDF5: of an array that is named only that one is read") {
  CHECK(read_array(hostile() / "wide.h5", "small").values.size() == 6);
  CHECK(read_array(hostile() / "mixed.h5", "").values.size() == 6);
  CHECK(read_array(hostile() / "mixed.h5", "/samples").shape == std::vector<std::size_t>{2, 3});
  CHECK_THAT(complaint_about("mixed.h5", "vast"), Contains("larger than the file can hold"));
  CHECK_THAT(complaint_about("mixed.h5", "other"), Contains("there are: ") && Contains("samples") && Contains("vast"));
}

TEST_CASE("HDF5: no other file is opened, and what lies there is named") {
  CHECK_THAT(complaint_about("outside.h5"), Contains("several arrays") || Contains("another file"));
  CHECK_THAT(complaint_about("outside.h5", "samples"),
             Contains("array `samples` has its numbers in another file (") && Contains("secret)"));
  CHECK_THAT(complaint_about("piped.h5"), Contains("pipe)"));
  CHECK_THAT(complaint_about("virtual.h5", "samples"), Contains("is a virtual dataset"));
  CHECK(read_array(hostile() / "outside.h5", "safe").values.size() == 6);
  CHECK(read_array(hostile() / "virtual.h5", "safe").values.size() == 6);
  CHECK_THAT(complaint_about("links.h5"), Contains("holds no arrays"));
}

TEST_CASE("HDF5: no filter plugin is loaded, whatever a file or the environment asks for") {
  read_array(hostile() / "mixed.h5", "");  // in a child
  const Scratch scratch;
  write_noted_model(scratch / "ours.h5", "");
  read_archive(scratch / "ours.h5");  // here
  unsigned allowed = 1;
  CHECK(H5PLget_loading_state(&allowed) >= 0);
  CHECK(allowed == 0);
}

TEST_CASE("pipes in place of files are refused, not waited for") {
  for (const Words& words : {Words{"import", "pipe", "-o", "a.h5"}, Words{"show", "pipe"},
                             Words{"import", "elsewhere.h5", "--data", "pipe", "-o", "a.h5"},
                             Words{"loglik", "pipe", "--data", "pipe"}, Words{"reweight", "pipe", "--beta", "1"}}) {
    INFO(words[0]);
    const Ended ended = run(words, hostile().path());
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
  }
  const Scratch scratch;
  write_bytes(scratch / "a.toml", "[model]\ncouplings = \"/dev/zero\"\n[method]\nbeta = 1\n");
  const Ended ended = run({"run", "a.toml"}, scratch.path());
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("not a regular file"));
}

TEST_CASE("a child that crashes, hangs up or talks nonsense is a message") {
  const auto said = [](const std::function<ReadApart()>& work) {
    try {
      read_apart(work, 0);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(said([]() -> ReadApart {
               ::raise(SIGSEGV);
               return {};
             }),
             Contains("library broke on it"));
  CHECK_THAT(said([]() -> ReadApart {
               ::raise(SIGKILL);
               return {};
             }),
             Contains("too much time or memory"));
  CHECK_THAT(said([]() -> ReadApart { ::_exit(0); }), Contains("library broke on it"));
  CHECK(said([]() -> ReadApart { throw std::runtime_error("its own words"); }) == "its own words");
  CHECK(said([]() -> ReadApart { throw std::bad_alloc(); }) == "it does not fit into memory; use a larger machine");
  CHECK(same(read_apart([] { return ReadApart{sample_record(), {}}; }, 0).root, sample_record()));
  const ReadApart unread = read_apart([] { return ReadApart{{}, {{"a", "b"}, {"c", ""}}}; }, 0);
  REQUIRE(unread.unread.size() == 2);
  CHECK(unread.unread[1].name == "c");
}

TEST_CASE("HDF5 without our seal: whatever byte is damaged, the end is a message") {
  const std::string whole = read_bytes(hostile() / "texts.h5");
  const Scratch scratch;
  std::mt19937_64 random(10);
  const std::size_t heap = whole.find("GCOL");
  REQUIRE(heap != whole.npos);
  std::size_t read = 0;
  for (int k = 0; k < 120; ++k) {
    std::string damaged = whole;
    for (int byte = 0; byte <= k % 3; ++byte) {  // in the first global heap's collection, or anywhere
      const std::size_t at = k % 2 == 0 ? heap + random() % 4096 : random() % whole.size();
      damaged[std::min(at, whole.size() - 1)] = static_cast<char>(random());
    }
    write_bytes(scratch / "a.h5", damaged);
    INFO("trial " << k);
    try {
      read_archive(scratch / "a.h5");
      ++read;
    } catch (const std::runtime_error& error) {
      CHECK_THAT(error.what(), Catch::StartsWith((scratch / "a.h5").string() + ": "));
    }
  }
  CHECK(read > 0);
}

TEST_CASE("results made by others are refused where they are not whole") {
  const Scratch scratch;
  const auto shown = [&](Group root, const Words& more = {}) {
    root.attributes.insert(root.attributes.begin(), {"program", "gibbsite"});
    write_archive(scratch / "a.h5", root, Packing::plain);
    const Ended ended = run(Words{"show", "a.h5"} + more, scratch.path());
    CHECK((ended.code == 0 || (ended.code == 2 && is_one_message(ended.err))));
  };
  const Variable numbers{"log_z", {}, {3}, std::vector<double>{1, 2, 3}, "1", ""};
  const Variable words{"warnings", {}, {1}, std::vector<double>{1}, "1", ""};
  for (const Words& more : {Words{}, Words{"--json"}}) {
    shown({"", {}, {}, {}}, more);
    shown({"", {}, {}, {{"likelihood", {}, {}, {}}}}, more);
    shown({"", {}, {}, {{"likelihood", {}, {}, {}}, {"free_energy", {}, {numbers}, {}}}}, more);
    shown({"", {}, {}, {{"diagnostics", {}, {words}, {}}}}, more);
    shown({"", {}, {}, {{"configurations", {}, {}, {}}}}, more);
    shown({"", {}, {}, {{"exact", {}, {numbers}, {}}, {"free_energy", {}, {numbers}, {}}}}, more);
    shown({"", {}, {}, {{"estimates", {{"sweeps_per_draw", "two"}}, {numbers}, {}}}}, more);
    for (const char* name : {"swap_rate", "weight_ess", "two_sided_overlap", "reconstruction_error"})
      shown({"", {}, {}, {{"diagnostics", {}, {{name, {}, {1}, std::vector<double>{1}, "1", ""}}, {}}}}, more);
  }
}

TEST_CASE("error messages show the controls in names and files") {
  const Scratch scratch;
  const Ended shown = run({"show", "\x1b[2Jnone.h5"}, scratch.path());
  CHECK(shown.code == 2);
  CHECK(!obeyed(shown.err));
  CHECK_THAT(shown.err, Contains("\\x1b[2Jnone.h5"));
  write_bytes(scratch / "a.toml", "[model]\n\"si\\u001bze\" = 3\n");
  const Ended ran = run({"run", "a.toml"}, scratch.path());
  CHECK(ran.code == 2);
  CHECK(!obeyed(ran.err));
}
