/// A run interrupted at any moments, in any way, and resumed gives the bits of a run never interrupted.
#include <fmt/format.h>

#include "studies/runs/checkpoint.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// Stops, kills and time limits come after parts of a run's steps, counted by its looks at the clock: a share of its
/// time would be another moment on every machine.
constexpr double tick = 0.001;  // seconds from one look to the next, where time is made of them

/// One small study: its result without interruption, and a place to interrupt it in.
class Trial {
 public:
  explicit Trial(const std::string& name) {
    write_bytes(folder / "study.toml", small_study(name));
    const Ended ended = run({"run", "study.toml", "-o", "whole.h5", "--run.threads", "1", "--quiet"}, folder.path(),
                            at_moments("", {"MOMENTS_COUNTS=" + (folder / "counts").string()}));
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    looks_ = static_cast<double>(calls_counted(folder / "counts").at("clock"));
    fs::remove(folder / "counts");
    REQUIRE(looks_ > 100);
  }

  bool begun() const { return fs::exists(folder / "out.h5.parts/manifest.h5"); }
  Words words(const Words& more) const {
    return Words{"run", "study.toml", "-o", "out.h5"} + (begun() ? Words{"--resume"} : Words{}) + more;
  }

  /// Starts the run or goes on with it under a clock that its looks move; `moments` may end it.
  Ended at(const std::string& moments, const Words& more) {
    const Ended ended = run(words(more), folder.path(), at_moments(moments, {"MOMENTS_STEP=" + std::to_string(tick)}));
    interruptions += ended.code == 0 ? 0 : 1;
    return ended;
  }
  /// Sends it a signal after `part` of the steps that it takes in all.
  Ended interrupt(int signal, double part, const Words& more) {
    return at(fmt::format("clock:{}:s{}", 10 + static_cast<long>(part * looks_), signal), more);
  }

  void finish(const Words& more) {
    if (!begun() && fs::exists(folder / "out.h5")) return;  // it was done before it could be interrupted
    const Ended ended = run(words(more) + Words{"--quiet"}, folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    CHECK(ended.err == "");
  }

  /// The result is the uninterrupted one, and nothing else is left.
  void check_same() {
    CHECK(differences(folder / "whole.h5", folder / "out.h5") == Words{});
    CHECK(folder.entries() == 3);
    fs::remove(folder / "out.h5");
  }

  /// `part` of a whole run, in seconds of a clock that its looks move.
  std::string seconds(double part) const { return std::to_string(part * looks_ * tick); }

  const Scratch folder;
  int interruptions = 0;

 private:
  double looks_ = 0;
};

void check_stopped(const Trial& trial, const Ended& ended, const std::string& reason) {
  INFO(ended.err);
  REQUIRE(ended.code == 75);
  CHECK(is_one_message(ended.err));
  CHECK(contains(ended.err, "stopped by " + reason));
  CHECK(contains(ended.err, "--resume"));
  CHECK(contains(ended.out, "PARTIAL"));
  CHECK(attribute_of(read_archive(trial.folder / "out.h5"), "state") == "partial");
  const Ended shown = run({"show", "out.h5"}, trial.folder.path());
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "PARTIAL"));
  CHECK(shown.err == "");
}

void check_signals(Trial& trial) {
  const std::vector<std::tuple<int, std::string, double, std::string>> moments = {
      {SIGINT, "SIGINT", 0.1, "1"}, {SIGTERM, "SIGTERM", 0.3, "2"}, {SIGUSR1, "SIGUSR1", 0.2, "4"}};
  for (const auto& [signal, name, part, threads] : moments) {
    const Ended ended = trial.interrupt(signal, part, {"--run.threads", threads});
    if (ended.code == 0) break;
    check_stopped(trial, ended, name);
  }
  trial.finish({"--run.threads", "2"});
  trial.check_same();
}

void check_time_limit(Trial& trial) {
  Ended ended;
  for (int round = 0; round < 50; ++round) {
    ended = trial.at("", {"--run.threads", round % 2 == 0 ? "1" : "2", "--run.max_time", trial.seconds(0.25)});
    if (ended.code == 0) break;
    check_stopped(trial, ended, "run.max_time");
  }
  REQUIRE(ended.code == 0);
  trial.check_same();
}

void check_kills(Trial& trial) {
  for (const double part : {0.15, 0.3, 0.3}) {
    const Ended ended = trial.interrupt(SIGKILL, part, {"--run.checkpoint", trial.seconds(0.02), "--run.threads", "1"});
    if (ended.code == 0) break;
    CHECK(ended.code == 128 + SIGKILL);
    CHECK_FALSE(fs::exists(trial.folder / "out.h5"));
  }
  trial.finish({"--run.threads", "1"});
  trial.check_same();
}

void check_resume(const std::string& name) {
  Trial trial(name);
  check_signals(trial);
  check_time_limit(trial);
  check_kills(trial);
  CHECK(trial.interruptions >= 4);
}

}  // namespace

TEST_CASE("program: interrupted is uninterrupted, chains moved by clusters") { check_resume("wolff"); }
TEST_CASE("program: interrupted is uninterrupted, chains with snapshots") { check_resume("heat-bath"); }
TEST_CASE("program: interrupted is uninterrupted, tempering on an adaptive ladder") { check_resume("tempering"); }
TEST_CASE("program: interrupted is uninterrupted, annealing there and back") { check_resume("reverse"); }
TEST_CASE("program: interrupted is uninterrupted, annealing with resampling") { check_resume("resample"); }
TEST_CASE("program: interrupted is uninterrupted, a grid of tasks") { check_resume("grid"); }
TEST_CASE("program: interrupted is uninterrupted, until a target error") { check_resume("target"); }

TEST_CASE("program: killed while it writes, again and again") {
  for (const std::string name : {"heat-bath", "grid"}) {
    Trial trial(name);
    for (const char* moment : {"open:1", "open:4", "write:2", "write:5", "fsync:3", "fsync:8", "close:6", "close:11",
                               "rename:2", "rename:3", "rename:7"}) {
      INFO(name << " " << moment);
      const Ended ended =
          trial.at(moment + std::string(":s9"), {"--run.checkpoint", trial.seconds(0.005), "--run.threads", "1"});
      CHECK(ended.code == 128 + SIGKILL);
      if (fs::exists(trial.folder / "out.h5")) CHECK_NOTHROW(read_archive(trial.folder / "out.h5"));
    }
    trial.finish({"--run.threads", "1"});
    trial.check_same();
  }
}

TEST_CASE("program: killed before the first checkpoint, it starts from the beginning") {
  Trial trial("wolff");
  CHECK(trial.interrupt(SIGKILL, 0.3, {}).code == 128 + SIGKILL);
  const Ended shown = run({"show", "out.h5"}, trial.folder.path());
  CHECK(shown.code == 2);
  CHECK(is_one_message(shown.err));
  CHECK(contains(shown.err, "`gibbsite resume out.h5`"));
  trial.finish({});
  trial.check_same();
}

TEST_CASE("program: stopped before it has done anything, it says so and can be resumed") {
  for (const std::string name : {"wolff", "grid"}) {
    Trial trial(name);
    const Ended ended = run(trial.words({"--run.max_time", "1e-9"}), trial.folder.path());
    check_stopped(trial, ended, "run.max_time");
    trial.finish({});
    trial.check_same();
  }
}

TEST_CASE("program: resume needs neither the study file nor its keys again") {
  for (const std::string name : {"tempering", "grid"}) {
    Trial trial(name);
    const std::string study = read_bytes(trial.folder / "study.toml");
    const auto resume = [&](const Words& more) {
      return run(Words{"resume", "out.h5", "--quiet"} + more, trial.folder.path());
    };
    CHECK(resume({}).code == 2);
    CHECK(contains(resume({}).err, "out.h5 is not there"));
    check_stopped(trial, trial.interrupt(SIGTERM, 0.3, {"--run.threads", "1"}), "SIGTERM");
    fs::remove(trial.folder / "study.toml");
    const Ended other = resume({"--run.seed", "77"});
    CHECK(other.code == 2);
    CHECK(contains(other.err, "was begun by another study"));
    const Ended ended = resume({"--run.threads", "2"});
    INFO(ended.err);
    CHECK(ended.code == 0);
    const Ended done = resume({});
    CHECK(done.code == 2);
    CHECK(contains(done.err, "nothing to resume"));
    write_bytes(trial.folder / "study.toml", study);
    trial.check_same();
    // Killed: only checkpoints are left.
    const Ended killed = trial.interrupt(SIGKILL, 0.5, {"--run.checkpoint", trial.seconds(0.02), "--run.threads", "1"});
    REQUIRE(killed.code == 128 + SIGKILL);
    fs::remove(trial.folder / "study.toml");
    CHECK(resume({}).code == 0);
    write_bytes(trial.folder / "study.toml", study);
    trial.check_same();
  }
}

TEST_CASE("program: a resume that goes wrong is seen in the result") {
  const std::vector<std::pair<std::string, std::function<void(TaskState&)>>> mutants = {
      {"a spin is flipped", [](TaskState& t) { t.snapshot.bytes.at("states")[5] ^= std::byte{0xfe}; }},
      {"two replicas change places",
       [](TaskState& t) {
         auto& states = t.snapshot.bytes.at("states");
         std::rotate(states.begin(), states.begin() + 48, states.end());
       }},
      {"random numbers of another time", [](TaskState& t) { t.snapshot.counts.at("time")[0] += 1; }},
      {"clusters per sweep are forgotten", [](TaskState& t) { t.snapshot.numbers.at("setting")[1] += 1; }},
      {"nothing is wrong", [](TaskState&) {}}};
  Trial trial("wolff");
  for (const auto& [name, damage] : mutants) {
    INFO(name);
    const Ended ended = trial.interrupt(SIGTERM, 0.3, {"--run.threads", "1"});
    REQUIRE(ended.code == 75);
    {
      CheckpointFolder parts(trial.folder / "out.h5");
      parts.resume();
      TaskState state = parts.load(0).value();
      damage(state);
      parts.save(0, state.snapshot, state.trace, state.standing);
    }
    trial.finish({"--run.threads", "1"});
    const Words found = differences(trial.folder / "whole.h5", trial.folder / "out.h5");
    CHECK(found.empty() == (name == "nothing is wrong"));
    fs::remove(trial.folder / "out.h5");
  }
}

TEST_CASE("program: a stopped run does not estimate finished tasks again") {
  Trial trial("grid");
  REQUIRE(trial.interrupt(SIGTERM, 0.6, {"--run.threads", "1"}).code == 75);
  std::size_t finished = 0;
  {
    CheckpointFolder parts(trial.folder / "out.h5");
    parts.resume();
    for (std::size_t k = 0; k < 6; ++k)
      if (std::optional<Group> result = parts.load_result(k)) {
        ++finished;
        result->attributes.emplace_back("mark", std::string("not made again"));
        parts.save_result(k, *result);
      }
  }
  CHECK(finished >= 1);
  CHECK(finished < 6);
  trial.finish({"--run.threads", "1"});
  const Group root = read_archive(trial.folder / "out.h5");
  std::size_t marked = 0;
  for (const Group& task : root.child("tasks")->groups)
    marked += attribute_of(task, "mark") == "not made again" ? 1 : 0;
  CHECK(marked == finished);
}
