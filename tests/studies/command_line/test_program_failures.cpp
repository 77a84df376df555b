/// The program among failures that are not its own: checkpoints that vanish, kills as it ends, standard error that is
/// closed or full, threads that cannot be had, calls that a signal breaks off.
#include <fmt/format.h>
#include <sys/resource.h>

#include "studies/runs/checkpoint.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"
#include "tests/studies/sample_models.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

const Words still_clock = {"MOMENTS_STEP=1e-9"};
const Words fast_clock = {"MOMENTS_STEP=1"};  // a second at each look: every step is worth a checkpoint

struct Attempt {  // short: what fails are calls, and runs of any length make the same ones
  explicit Attempt(const std::string& name = "wolff") {
    write_bytes(folder / "study.toml", small_study(name));
    const Ended ended = run(words("whole.h5"), folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
  }
  Words words(const std::string& out, const Words& more = {}) const {
    return Words{"run", "study.toml", "-o", out, "--run.threads", "1", "--quiet", "--method.sweeps", "1000"} + more;
  }
  /// How often a whole run makes calls of a kind, and that it ends well.
  long count(const std::string& kind, const Words& clock, const Words& more = {}) const {
    const Ended ended = run(words("counted.h5", more), folder.path(),
                            at_moments("", clock + Words{"MOMENTS_COUNTS=" + (folder / "counts").string()}));
    REQUIRE(ended.code == 0);
    fs::remove(folder / "counted.h5");
    const long found = calls_counted(folder / "counts").at(kind);
    fs::remove(folder / "counts");
    return found;
  }
  /// The result is the whole one, and nothing else is left.
  void check_same() const {
    CHECK(differences(folder / "whole.h5", folder / "out.h5") == Words{});
    CHECK(folder.entries() == 3);
  }

  const Scratch folder;
};

std::string at(const char* kind, long number, const char* act) { return fmt::format("{}:{}:{}", kind, number, act); }

}  // namespace

TEST_CASE("program: checkpoints that vanish as the result goes to its place do no harm") {
  const Attempt trial;
  const long last = trial.count("rename", still_clock) - 1;  // the result's, before the manifest's
  Child child(trial.words("out.h5"), trial.folder.path(), at_moments(at("rename", last, "s19"), still_clock));
  REQUIRE(wait_until([&] { return child.stopped(); }));
  CHECK(fs::remove_all(trial.folder / "out.h5.parts") > 1);
  child.send(SIGCONT);
  const Ended ended = child.wait();
  CHECK(ended.code == 0);
  CHECK(ended.err == "");
  trial.check_same();
}

TEST_CASE("program: checkpoints that vanish in the middle are made anew") {
  for (const std::string name : {"wolff", "grid"}) {
    const Attempt trial(name);
    Child child(trial.words("out.h5", {"--run.checkpoint", "20"}), trial.folder.path(),
                at_moments("rename:6:s19", fast_clock));
    REQUIRE(wait_until([&] { return child.stopped(); }));
    CHECK(fs::remove_all(trial.folder / "out.h5.parts") > 1);
    child.send(SIGCONT);
    const Ended ended = child.wait();
    INFO(ended.err);
    CHECK(ended.code == 0);
    CHECK(contains(ended.err, "out.h5.parts was taken away; all checkpoints are written anew"));
    trial.check_same();
  }
}

TEST_CASE("program: killed at any call as it ends, the next start leaves nothing but the result") {
  const Attempt trial;
  const long calls = trial.count("file", still_clock);
  int kills = 0, unfinished = 0;
  for (long call = 1; call <= calls; ++call) {
    INFO("call " << call << " of " << calls);
    const Ended killed =
        run(trial.words("out.h5"), trial.folder.path(), at_moments(at("file", call, "s9"), still_clock));
    CHECK(killed.code == 128 + SIGKILL);
    kills += killed.code != 0;
    const bool in_place = fs::exists(trial.folder / "out.h5");
    if (in_place) CHECK(differences(trial.folder / "whole.h5", trial.folder / "out.h5") == Words{});
    const bool begun = fs::exists(trial.folder / "out.h5.parts/manifest.h5");
    unfinished += begun;
    const Ended next = run(trial.words("out.h5", begun ? Words{"--resume"} : Words{}), trial.folder.path());
    INFO(next.err);
    CHECK(next.code == (begun || !in_place ? 0 : 2));
    if (next.code == 2) CHECK(contains(next.err, "out.h5 exists"));
    trial.check_same();
    fs::remove(trial.folder / "out.h5");
  }
  CHECK(kills == calls);
  CHECK(unfinished > 3);
  CHECK(unfinished < kills);
}

TEST_CASE("program: what is ready is saved before the result is made, and a stop then ends it at once") {
  const Attempt trial;
  const long last = trial.count("rename", fast_clock) - 1;  // the result's, before the manifest's
  const Words words = trial.words("out.h5");
  const auto saved_whole = [&] {
    CheckpointFolder parts(trial.folder / "out.h5");
    parts.resume();
    const auto state = parts.load(0);
    return state && state->standing.done;
  };
  CHECK(run(words, trial.folder.path(), at_moments(at("rename", last, "s9"), fast_clock)).code == 128 + SIGKILL);
  CHECK(saved_whole());
  CHECK(run(words + Words{"--resume"}, trial.folder.path()).code == 0);
  trial.check_same();
  fs::remove(trial.folder / "out.h5");

  const Ended ended = run(words, trial.folder.path(), at_moments(at("rename", last, "s15"), fast_clock));
  INFO(ended.err);
  CHECK(ended.code == 75);
  CHECK(is_one_message(ended.err));
  CHECK(contains(ended.err, "stopped by SIGTERM at a checkpoint, before the result was written"));
  CHECK_FALSE(fs::exists(trial.folder / "out.h5"));
  CHECK(saved_whole());
  CHECK(run(words + Words{"--resume"}, trial.folder.path()).code == 0);
  trial.check_same();
}

TEST_CASE("program: a state that is gone is told of, and its copy goes on") {
  const Attempt trial("grid");
  const Words words = trial.words("out.h5", {"--run.checkpoint", "20"});
  const long third = trial.count("clock", fast_clock) / 3;
  const auto stop = [&](const Words& more) {
    const Ended ended = run(words + more, trial.folder.path(), at_moments(at("clock", third, "s15"), fast_clock));
    INFO(ended.err);
    REQUIRE(ended.code == 75);
    return ended.err;
  };
  const auto in_progress = [&] {  // the task that has a state
    for (int k = 0; k < 6; ++k)
      if (fs::exists(trial.folder / fmt::format("out.h5.parts/task-{}.h5", k))) return k;
    FAIL("no task is at work");
    return -1;
  };
  stop({});
  const int first = in_progress();
  fs::remove(trial.folder / fmt::format("out.h5.parts/task-{}.h5", first));
  CHECK(contains(stop({"--resume"}), fmt::format("task-{}.h5 is not there; the task goes on from its copy", first)));
  const int second = in_progress();
  fs::remove(trial.folder / fmt::format("out.h5.parts/task-{}.h5", second));
  fs::remove(trial.folder / fmt::format("out.h5.parts/task-{}-copy.h5", second));
  const Ended ended = run(words + Words{"--resume"}, trial.folder.path());
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(contains(ended.err, fmt::format("task-{}.h5 is not there, though draws of its task are", second)));
  trial.check_same();
}

TEST_CASE("program: killed while they write, import, reweight and loglik leave what the next start takes away") {
  const Scratch folder;
  write_bytes(folder / "study.toml", small_study("wolff"));
  REQUIRE(run({"run", "study.toml", "--quiet", "-o", "r.h5", "--method.sweeps", "500"}, folder.path()).code == 0);
  write_bytes(folder / "data.csv", "0,1,1\n1,1,0\n0,1,0\n1,0,0\n");
  write_bytes(folder / "W.csv", "0.5,-0.5\n0.25,0\n1,0.125\n");
  write_bytes(folder / "b.csv", "0.5,0.5,0.25\n");
  write_bytes(folder / "c.csv", "0.5,0.5\n");
  const Words import = {"import", "W.csv", "--visible_bias", "b.csv", "--hidden_bias", "c.csv", "-o", "m.h5"};
  const Ended made = run(import, folder.path());
  INFO(made.err);
  REQUIRE(made.code == 0);
  const std::vector<Words> all = {import + Words{"--force"},
                                  {"reweight", "r.h5", "--beta", "0.4:0.5:3", "-o", "curves.h5", "--force"},
                                  {"loglik", "m.h5", "--data", "data.csv", "-o", "l.h5", "--force", "--quiet"}};
  for (const Words& words : all) {
    INFO(words[0]);
    REQUIRE(run(words, folder.path()).code == 0);
    const std::size_t before = folder.entries();
    CHECK(run(words, folder.path(), at_moments("rename:1:s9")).code == 128 + SIGKILL);
    CHECK(folder.entries() == before + 1);
    CHECK(run(words, folder.path()).code == 0);
    CHECK(folder.entries() == before);
    const Ended stopped = run(words, folder.path(), at_moments("open:1:s15"));
    CHECK((stopped.code == 75 || stopped.code == 0));  // a file on its way goes to its place
    CHECK(folder.entries() == before);
  }
}

TEST_CASE("program: standard error that is closed, full or unread changes no exit code") {
  const Attempt trial;
  write_bytes(trial.folder / "bad.toml", "[model]\nsise = 4\n");
  const auto closed = [] { ::close(2); };
  const auto full = [] { ::dup2(::open("/dev/full", O_WRONLY), 2); };
  const auto unread = [] {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(99);
    ::dup2(ends[1], 2);
    ::close(ends[0]);
    ::close(ends[1]);
  };
  for (const std::function<void()>& prepare : {std::function<void()>(closed), {full}, {unread}}) {
    CHECK(run({"run", "bad.toml"}, trial.folder.path(), {}, prepare).code == 2);
    CHECK(run({"nonsense"}, trial.folder.path(), {}, prepare).code == 2);
    CHECK(run({}, trial.folder.path(), {}, prepare).code == 2);
    CHECK(run(trial.words("no/folder/out.h5"), trial.folder.path(), {}, prepare).code == 1);
    CHECK(run(trial.words("out.h5"), trial.folder.path(), at_moments("clock:300:s15", still_clock), prepare).code ==
          75);
    CHECK(run(trial.words("out.h5", {"--resume"}), trial.folder.path(), {}, prepare).code == 0);
    CHECK(run(trial.words("out.h5", {"--resume"}), trial.folder.path(), {}, prepare).code == 0);  // it is complete
    CHECK(differences(trial.folder / "whole.h5", trial.folder / "out.h5") == Words{});
    fs::remove(trial.folder / "out.h5");
  }
}

#if !defined(GIBBSITE_SANITIZED)  // whose shadow is larger than any limit
TEST_CASE("program: threads that cannot be had are done without, and it says so") {
  const Attempt trial;
  const auto little_room = [] {
    const rlimit stack{64 << 20, 64 << 20}, room{rlim_t{3} << 30, rlim_t{3} << 30};
    ::setrlimit(RLIMIT_STACK, &stack);
    ::setrlimit(RLIMIT_AS, &room);
  };
  const Ended ended =
      run({"run", "study.toml", "-o", "out.h5", "--quiet", "--method.sweeps", "1000", "--run.threads", "200"},
          trial.folder.path(), {}, little_room);
  INFO(ended.err);
  CHECK(ended.code == 0);
  CHECK(is_one_message(ended.err));
  CHECK(contains(ended.err, "of 200 threads could be started"));
  trial.check_same();
}
#endif

TEST_CASE("program: calls that a signal breaks off are made again") {
  const Attempt trial("grid");
  for (const char* kind : {"open", "fsync", "close", "write"}) {
    INFO(kind);
    const Ended ended = run(trial.words("out.h5", {"--run.checkpoint", "50"}), trial.folder.path(),
                            at_moments(at(kind, 1, "i4"), fast_clock));
    INFO(ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.err == "");
    if (fs::exists(trial.folder / "out.h5")) trial.check_same();
    fs::remove(trial.folder / "out.h5");
    fs::remove_all(trial.folder / "out.h5.parts");
  }
}
