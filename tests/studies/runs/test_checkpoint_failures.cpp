/// Checkpoints when things go wrong: two processes at once, damaged parts, a full disk, a process killed at any moment.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>

#include "tests/studies/sample_run.hpp"
#include "tests/studies/scratch.hpp"

namespace fs = std::filesystem;
using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Matchers::Contains;

TEST_CASE("two processes cannot work on one result") {
  const Scratch scratch;
  const fs::path out = scratch / "out.h5";
  CheckpointFolder first(out), second(out);
  first.begin(manifest);
  save_at(first, 0, 5);
  CHECK_THROWS_WITH(second.begin(manifest), Catch::StartsWith(out.string() + ": another process is at work on it"));
  CHECK_THROWS_WITH(second.resume(), Contains("another process"));
  CHECK(is_at(first.load(0).value(), 5));
  first.remove();
  second.begin(manifest);
  CHECK_THROWS_WITH(first.begin(manifest), Contains("another process"));

  int lock_is_free = 0;  // once its owner has been killed
  const pid_t child = ::fork();
  if (child == 0) {
    CheckpointFolder own(scratch / "killed.h5");
    own.begin(manifest);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, &lock_is_free, 0);
  CHECK_NOTHROW(CheckpointFolder(scratch / "killed.h5").resume());
}

TEST_CASE("parts that cannot be used are refused in words") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  CHECK_THROWS_WITH(CheckpointFolder(scratch / "no/out.h5").begin(manifest), Contains("cannot be made: No such file"));
  write_bytes(scratch / "file.h5.parts", "");
  CHECK_THROWS_WITH(CheckpointFolder(scratch / "file.h5").begin(manifest), Contains("cannot be made: File exists"));

  CheckpointFolder parts(scratch / "out.h5");
  CHECK_THROWS_AS(parts.load(0), std::logic_error);
  CHECK_THROWS_AS(save_at(parts, 0, 1), std::logic_error);
  parts.begin(manifest);
  save_at(parts, 0, 5);
  save_at(parts, 0, 9);
  CHECK_THROWS_AS(save_at(parts, 0, 8), std::logic_error);
  const fs::path segment = folder / "task-0-segment-0.h5", state = folder / "task-0.h5";
  const std::string bytes = read_bytes(segment);
  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_AS(parts.load(0), std::runtime_error);
    CHECK_THROWS_WITH(parts.load(0), Contains(why));
  };
  fs::remove(segment);
  refused("task-0-segment-0.h5: there is no such file");
  write_bytes(segment, bytes.substr(0, bytes.size() / 2));
  refused("task-0-segment-0.h5: the file is damaged or cut short");
  fs::copy_file(folder / "task-0-segment-1.h5", segment, fs::copy_options::overwrite_existing);
  refused("task-0-segment-0.h5: it does not fit");
  write_bytes(segment, bytes);
  CHECK(is_at(parts.load(0).value(), 9));
  fs::copy_file(segment, state, fs::copy_options::overwrite_existing);
  refused("task-0.h5: it does not fit the other parts of its run; start the run anew with --force");
}

TEST_CASE("a save that fails leaves the one before") {
  const Scratch scratch;
  CheckpointFolder parts(scratch / "out.h5");
  parts.begin(manifest);
  save_at(parts, 0, 5);
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  std::string segment_failed, state_failed;
  const auto try_with = [&](rlim_t bytes) {
    const rlimit tight{bytes, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    std::string said;
    try {
      save_at(parts, 0, 6);
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    return said;
  };
  const auto segment_bytes = fs::file_size(scratch / "out.h5.parts/task-0-segment-0.h5");
  CHECK_THAT(try_with(10), Contains("task-0-segment-1.h5: File too large"));
  CHECK_THAT(try_with(segment_bytes), Contains("task-0.h5: File too large"));
  ::signal(SIGXFSZ, handler);
  CHECK(is_at(parts.load(0).value(), 5));
  save_at(parts, 0, 7);
  CHECK(is_at(parts.load(0).value(), 7));
}

TEST_CASE("a run killed again and again loses only what was not saved") {
  const Scratch scratch;
  const fs::path out = scratch / "out.h5";
  std::mt19937_64 random(3);
  std::size_t last[2] = {0, 0};
  for (int kill = 0; kill < 40; ++kill) {
    const Announced saves;
    const pid_t child = ::fork();
    if (child == 0) {
      CheckpointFolder parts(out);
      parts.exist() ? static_cast<void>(parts.resume()) : parts.begin(manifest);
      std::size_t draws[2] = {0, 0};
      for (std::size_t task : {0, 1})
        if (const auto state = parts.load(task)) draws[task] = state->trace.draws();
      for (;;)
        for (std::size_t task : {0, 1}) {
          save_at(parts, task, draws[task] += 1 + task);
          saves.one_more();
        }
    }
    saves.wait_for(std::uniform_int_distribution(kill == 0 ? 0 : 1, 5)(random));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));  // any moment of a save will do
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CheckpointFolder parts(out);
    if (!parts.exist()) continue;  // killed before it began
    REQUIRE(parts.resume().study == manifest.study);
    for (std::size_t task : {0, 1}) {
      const auto state = parts.load(task);
      const std::size_t draws = state ? state->trace.draws() : 0;
      REQUIRE(draws >= last[task]);
      if (state) REQUIRE(is_at(*state, draws));
      last[task] = draws;
    }
    std::size_t leftovers = 0;
    for (const auto& entry : fs::directory_iterator(scratch / "out.h5.parts"))
      leftovers += entry.path().filename().string().starts_with(".");
    REQUIRE(leftovers == 0);
  }
  CHECK(last[0] > 10);
  CHECK(last[1] > 10);
}
