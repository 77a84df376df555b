/// Stops that stop: from the first moment on, at a checkpoint, and at once when asked again.
#include <sys/resource.h>

#include <fstream>

#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

const std::vector<std::pair<int, std::string>> stops = {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}};

/// A model that takes minutes to build: the inverse of the overlaps of thousands of patterns.
const std::string large = R"(
[model]
name = "hopfield"
layers = 8000
patterns = 6000
rule = "pseudo-inverse"
[method]
beta = 1
)";

}  // namespace

TEST_CASE("program: it hears stops before it does anything else") {
  const Scratch folder;
  write_bytes(folder / "study.toml", large);
  Child child({"run", "study.toml", "-o", "out.h5"}, folder.path());
  REQUIRE(wait_until([&] { return listens(child.pid(), SIGUSR1) || !child.running(); }));
  child.send(SIGUSR1);
  const Ended ended = child.wait();
  INFO(ended.err);
  CHECK(ended.code == 75);
  CHECK(is_one_message(ended.err));
  CHECK(contains(ended.err, "before anything was written"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("program: learning in single precision is stopped again and again and does no harm") {
  // Products in single precision move the stack register: a handler that ran where it points wrote over other memory,
  // about once in eight stops.
  const Scratch folder;
  write_bytes(folder / "study.toml", R"(
[model]
name = "encoder"
net = ["dense 256", "relu", "dense 256", "relu", "dense 64"]
[data]
file = "bars-and-stripes:8"
[training]
method = "simclr"
views = "noise 0.1"
batch = 200
epochs = 10000
snapshots = 0
)");
  Words words = {"train", "study.toml", "-o", "out.h5", "--quiet", "--run.threads", "1"};
  for (int stop = 0; stop < 12; ++stop) {
    Child child(words, folder.path());
    REQUIRE(wait_until([&] { return std::filesystem::exists(folder / "out.h5.parts") || !child.running(); }));
    // While it works: when it has taken so much of a processor, whatever the clock says.
    const auto worked = [&] {
      std::ifstream in("/proc/" + std::to_string(child.pid()) + "/stat");
      std::string word;
      long ticks = 0;
      for (int k = 1; k <= 14 && in >> word; ++k)
        if (k == 14) ticks = std::stol(word);
      return ticks;
    };
    REQUIRE(wait_until([&] { return worked() >= 20 + stop || !child.running(); }));
    child.send(SIGINT);
    const Ended ended = child.wait();
    INFO(ended.err);
    REQUIRE(ended.code == 75);
    if (stop == 0) words.push_back("--resume");
  }
}

#if !defined( \
    GIBBSITE_SANITIZED)  // there libraries look at the clock as they begin: the program's first look is not known
TEST_CASE("program: stopped while it builds systems, it stops at once") {
  for (const auto& [signal, name] : stops) {
    const Scratch folder;
    write_bytes(folder / "study.toml", large);
    // Its first look at the clock comes when the study is read and systems are about to be built.
    const Ended ended =
        run({"run", "study.toml", "-o", "out.h5"}, folder.path(), at_moments("clock:1:s" + std::to_string(signal)));
    INFO(ended.err);
    CHECK(ended.code == 75);
    CHECK(is_one_message(ended.err));
    CHECK(contains(ended.err, "stopped by " + name + " before anything was written"));
    CHECK(ended.out == "");
    CHECK(folder.entries() == 1);
  }
}
#endif

TEST_CASE("program: its time counts while it builds systems") {
  const Scratch folder;
  write_bytes(folder / "study.toml", large);
  const auto no_longer = [] {  // than a minute of processors, for a program that does not hear its clock
    const rlimit minute{60, 60};
    ::setrlimit(RLIMIT_CPU, &minute);
  };
  const Ended ended = run({"run", "study.toml", "-o", "out.h5", "--run.max_time", "1.5"}, folder.path(), {}, no_longer);
  INFO(ended.err);
  CHECK(ended.code == 75);
  CHECK(is_one_message(ended.err));
  CHECK(contains(ended.err, "stopped by run.max_time while systems were built, before anything was written"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("program: a second stop ends it at once, and it says where it can go on") {
  const Scratch folder;
  write_bytes(folder / "study.toml", small_study("wolff"));
  // A clock that goes on by a second at each look: the second stop comes as the first is heard, a second later.
  const Ended ended = run({"run", "study.toml", "-o", "out.h5", "--run.threads", "1"}, folder.path(),
                          at_moments("clock:200:s15,clock:201:s15", {"MOMENTS_STEP=1"}));
  INFO(ended.err);
  CHECK(ended.code == 75);
  CHECK(is_one_message(ended.err));
  CHECK(contains(ended.err, "a second time"));
  CHECK(contains(ended.err, "--resume"));
  CHECK(fs::exists(folder / "out.h5.parts/manifest.h5"));
  CHECK_FALSE(fs::exists(folder / "out.h5"));
}

TEST_CASE("program: stops that come in one moment are one stop") {
  const Scratch folder;
  write_bytes(folder / "study.toml", small_study("wolff"));
  // A clock that stands still, but for a step of 1e-12 s at each look.
  const Ended ended = run({"run", "study.toml", "-o", "out.h5", "--run.threads", "1"}, folder.path(),
                          at_moments("clock:200:s15,clock:202:s15,clock:204:s2", {"MOMENTS_STEP=1e-12"}));
  INFO(ended.err);
  CHECK(ended.code == 75);
  CHECK(contains(ended.err, "stopped by SIGTERM at a checkpoint"));
  CHECK(contains(ended.out, "PARTIAL"));
}
