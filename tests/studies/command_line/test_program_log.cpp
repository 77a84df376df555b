/// What a run tells as it goes: lines on stderr where that is no terminal, in a file, as JSON; and one line of progress
/// on a terminal of any width.
#include <pty.h>
#include <sys/ioctl.h>

#include <sstream>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The words after the time: "start", "task", ...
std::vector<std::string> events_of(const std::string& log) {
  std::vector<std::string> events;
  for (const std::string& line : lines_of(log)) {
    REQUIRE(is_log_line(line));
    events.push_back(line.substr(21, line.find(' ', 21) - 21));
  }
  return events;
}

struct Logged {
  explicit Logged(const std::string& name) { write_bytes(folder / "study.toml", small_study(name)); }
  Ended go(const Words& more, const Words& environment = {}) const {
    const bool named = std::ranges::find(more, "-o") != more.end();
    return test::run(
        Words{"run", "study.toml", "--run.threads", "1"} + (named ? Words{} : Words{"-o", "out.h5"}) + more,
        folder.path(), environment);
  }
  const Scratch folder;
};

/// What the program writes to a terminal of so many columns; Ctrl-C is pressed once a line of progress stands there.
struct OnTerminal {
  std::string text;
  int code = -1;
};
OnTerminal seen_on_terminal(const Words& words, const fs::path& folder, unsigned short columns, bool interrupt) {
  Words all = {GIBBSITE_PROGRAM};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  const winsize size{24, columns, 0, 0};
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (pid == 0) {
    ::unsetenv("COLUMNS");
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  REQUIRE(pid > 0);
  OnTerminal seen;
  char block[4096];
  for (ssize_t n; (n = ::read(terminal, block, sizeof block)) > 0;) {
    seen.text.append(block, static_cast<std::size_t>(n));
    if (interrupt && contains(seen.text, " % ")) {
      CHECK(::write(terminal, "\x03", 1) == 1);
      interrupt = false;
    }
  }
  ::close(terminal);
  int status = 0;
  ::waitpid(pid, &status, 0);
  seen.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return seen;
}

}  // namespace

TEST_CASE("program: a line of progress fits the terminal, and Ctrl-C is answered") {
  const Scratch folder;
  write_bytes(folder / "study.toml", small_study("grid"));
  const Words words = {"run",     "study.toml",        "-o",      "out.h5", "--run.threads", "1", "--method.sweeps",
                       "5000000", "--grid.model.size", "[16, 20]"};
  const OnTerminal seen = seen_on_terminal(words, folder.path(), 40, true);
  CHECK(seen.code == 75);
  CHECK(contains(seen.text, "stopping at the next checkpoint; again: now"));
  CHECK(contains(seen.text, "stopped by SIGINT at a checkpoint"));
  const auto named = [&](const std::string& phase) { return contains(seen.text, phase + " 1/6"); };
  CHECK((named("thermalization") || named("sampling")));  // whichever it was when the line was drawn
  std::size_t lines = 0;
  const std::string begin = "\r\033[K";
  for (std::size_t at = seen.text.find(begin); at != seen.text.npos; at = seen.text.find(begin, at + 1)) {
    const std::size_t from = at + begin.size(), to = seen.text.find_first_of("\r\n", from);
    const std::string line = seen.text.substr(from, to - from);
    if (!contains(line, " % ")) continue;
    ++lines;
    CHECK(line.substr(0, line.find("^C")).size() < 40);  // that is the terminal's own echo
  }
  CHECK(lines >= 1);
}

TEST_CASE("program: where stderr is no terminal it gets a line for start, tasks and end") {
  const Logged place("grid");
  const Ended ended = place.go({});
  REQUIRE(ended.code == 0);
  CHECK(ended.err == "");
  CHECK(events_of(ended.log) == Words{"start", "task", "task", "task", "task", "task", "task", "end"});
  const auto lines = lines_of(ended.log);
  for (const char* part : {"study=study.toml", "file=out.h5", "version=0.", "host=", "threads=1", "tasks=6"})
    CHECK(contains(lines.front(), part));
  CHECK_FALSE(contains(lines.front(), "resumed_from"));
  CHECK(contains(lines[2], "task=2/6 at=\"size=4 disorder_seed=2\""));
  CHECK(contains(lines.back(), "state=complete file=out.h5"));
  const Ended quiet = place.go({"--force", "--quiet"});
  CHECK(quiet.log + quiet.err + quiet.out == "");
}

TEST_CASE("program: the log tells of checkpoints, minutes, stops and where a run went on") {
  const Logged place("wolff");
  const Words clock = {"MOMENTS_STEP=0.2"};
  const Ended stopped = place.go({"--run.checkpoint", "100"}, at_moments("clock:1500:s15", clock));
  REQUIRE(stopped.code == 75);
  CHECK(is_one_message(stopped.err));
  const auto events = events_of(stopped.log);
  CHECK(events.front() == "start");
  CHECK(std::ranges::count(events, "checkpoint") >= 2);
  CHECK(std::ranges::count(events, "progress") >= 4);
  CHECK(events.back() == "end");
  CHECK(contains(stopped.log, " progress done="));
  CHECK(contains(stopped.log, "phase=sampling"));
  CHECK(contains(stopped.log, "left="));
  CHECK(contains(lines_of(stopped.log).back(), "state=stopped"));
  CHECK(contains(lines_of(stopped.log).back(), "by=SIGTERM"));
  const Ended resumed = run({"resume", "out.h5"}, place.folder.path());
  REQUIRE(resumed.code == 0);
  CHECK(contains(lines_of(resumed.log).front(), "resumed_from="));
  CHECK_FALSE(contains(resumed.log, "resumed_from=0.0%"));
}

TEST_CASE("program: --log writes the same lines to a file, behind those of runs before") {
  const Logged place("grid");
  const Ended ended = place.go({"--log", "run.log"});
  REQUIRE(ended.code == 0);
  CHECK(read_bytes(place.folder / "run.log") == ended.log);
  const Ended quiet = place.go({"--log", "run.log", "--quiet", "--force"});
  CHECK(quiet.code == 0);
  CHECK(quiet.log == "");
  CHECK(events_of(read_bytes(place.folder / "run.log")).size() == 2 * events_of(ended.log).size());
  for (const char* file : {"study.toml", "out.h5", "."}) {
    const Ended refused = place.go({"--log", file, "--force"});
    CHECK(refused.code == 2);
    CHECK(is_one_message(refused.err));
    CHECK(contains(refused.err, "--log"));
  }
  CHECK(place.folder.entries() == 3);
}

TEST_CASE("program: --json prints an object a line, and nothing else") {
  const Logged place("grid");
  const Ended ended = place.go({"--json"});
  REQUIRE(ended.code == 0);
  CHECK(ended.err + ended.log == "");
  std::vector<json> events;
  for (const std::string& line : lines_of(ended.out)) events.push_back(read_json(line));
  REQUIRE(events.size() == 8);
  CHECK(events.front().at("event") == "start");
  CHECK(events.front().at("tasks") == 6);
  CHECK(events[3].at("task") == 3);
  CHECK(events[3].at("at") == "size=4 disorder_seed=3");
  CHECK(events[3].at("draws") == 1000);
  CHECK(events.back().at("state") == "complete");
  CHECK(events.back().at("file") == "out.h5");
  for (const json& event : events) CHECK(event.at("time").get<std::string>().size() == 20);
}

TEST_CASE("program: a run that fails says so in its log") {
  const Logged place("wolff");
  const Ended ended = place.go({"--log", "run.log"}, at_moments("rename:2:E28"));
  CHECK(ended.code == 1);
  const auto lines = lines_of(read_bytes(place.folder / "run.log"));
  REQUIRE(lines.size() >= 2);
  CHECK(contains(lines.back(), "state=failed error=\""));
  CHECK(contains(lines.back(), "No space left"));
}

TEST_CASE("program: what is told changes no number") {
  const Logged place("wolff");
  REQUIRE(place.go({"--quiet", "-o", "quiet.h5"}).code == 0);
  REQUIRE(place.go({"--json"}).code == 0);
  CHECK(differences(place.folder / "quiet.h5", place.folder / "out.h5") == Words{});
}
