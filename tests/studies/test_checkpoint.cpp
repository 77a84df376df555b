/// Checkpoints: what was saved comes back to the bit, draws are written once, and a process killed at any moment leaves
/// one consistent state.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include "studies/archive.hpp"
#include "studies/checkpoint.hpp"
#include "tests/studies/sample_record.hpp"
#include "tests/studies/scratch.hpp"

namespace fs = std::filesystem;
using namespace gibbsite;
using Catch::Matchers::Contains;
using test::read_bytes;
using test::same;
using test::Scratch;
using test::write_bytes;

namespace {

const Manifest manifest{"[model]\nname = \"Größe\"\n", "0.1.0", "abc"};

/// A run of which everything follows from the number of draws.
Trace trace_at(std::size_t draws) {
  Trace trace{3, {}};
  for (std::size_t i = 0; i < 3 * draws; ++i) trace.rows.push_back(std::sin(static_cast<double>(i)));
  return trace;
}
Snapshot snapshot_at(std::size_t draws) {
  Snapshot snapshot;
  snapshot.numbers["draws"] = {static_cast<double>(draws), -0.0, std::nan("1"), INFINITY};
  snapshot.numbers["nothing"] = {};
  snapshot.counts["time"] = {draws, ~std::uint64_t{0} - draws};
  snapshot.counts["none"] = {};
  snapshot.bytes["state"] = std::vector<std::byte>(1 + draws % 7, static_cast<std::byte>(draws * 37));
  snapshot.bytes["empty"] = {};
  return snapshot;
}
bool is_at(const TaskState& state, std::size_t draws) {
  const Snapshot expected = snapshot_at(draws);
  return same(state.snapshot.numbers, expected.numbers) && same(state.snapshot.counts, expected.counts) &&
         same(state.snapshot.bytes, expected.bytes) && state.trace.width == 3 &&
         same(state.trace.rows, trace_at(draws).rows);
}
void save_at(Parts& parts, std::size_t task, std::size_t draws, Standing standing = {}) {
  parts.save(task, snapshot_at(draws), trace_at(draws), standing);
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("parts come back to the bit") {
  const Scratch scratch;
  const fs::path out = scratch / "out.h5", folder = scratch / "out.h5.parts";
  {
    Parts parts(out);
    CHECK_FALSE(parts.exist());
    CHECK_THROWS_WITH(parts.resume(), Contains("no unfinished run"));
    CHECK(scratch.entries() == 0);
    parts.begin(manifest);
    CHECK(parts.exist());
    save_at(parts, 0, 0);
    save_at(parts, 0, 5);
    save_at(parts, 0, 5);  // no new draws, no new segment
    save_at(parts, 0, 12, {false, 1.5});
    save_at(parts, 17, 4, {true, 2.5});
    parts.save(3, {}, {}, {true, 0});  // a method without a trace, or state
  }
  CHECK(files_in(folder) == 2 + 3 + 2 + 1);
  Parts parts(out);
  const Manifest found = parts.resume();
  CHECK(found.study == manifest.study);
  CHECK(found.version == manifest.version);
  CHECK(found.git_commit == manifest.git_commit);
  const auto zero = parts.load(0), three = parts.load(3), seventeen = parts.load(17);
  REQUIRE((zero && three && seventeen));
  CHECK(is_at(*zero, 12));
  CHECK(zero->standing.seconds == 1.5);
  CHECK_FALSE(zero->standing.done);
  CHECK(is_at(*seventeen, 4));
  CHECK(seventeen->standing.done);
  CHECK(three->snapshot.numbers.empty());
  CHECK(three->trace.draws() == 0);
  CHECK_FALSE(parts.load(1));

  save_at(parts, 0, 20);  // goes on with its own number
  CHECK(fs::exists(folder / "task-0-segment-2.h5"));
  CHECK(is_at(*parts.load(0), 20));
  parts.remove();
  CHECK(scratch.entries() == 0);
}

TEST_CASE("a segment is written once") {
  const Scratch scratch;
  Parts parts(scratch / "out.h5");
  parts.begin(manifest);
  save_at(parts, 0, 100);
  const fs::path first = scratch / "out.h5.parts/task-0-segment-0.h5";
  const auto time = fs::last_write_time(first);
  const std::string bytes = read_bytes(first);
  save_at(parts, 0, 200);
  CHECK(fs::last_write_time(first) == time);
  CHECK(read_bytes(first) == bytes);
  CHECK(fs::file_size(scratch / "out.h5.parts/task-0-segment-1.h5") == bytes.size());
}

TEST_CASE("a save that did not get to its state counts for nothing") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  {
    Parts parts(scratch / "out.h5");
    parts.begin(manifest);
    save_at(parts, 0, 5);
    const std::string state = read_bytes(folder / "task-0.h5");
    save_at(parts, 0, 9);
    write_bytes(folder / "task-0.h5", state);
    save_at(parts, 1, 3);
    fs::remove(folder / "task-1.h5");
    write_bytes(folder / ".task-0.h5.tmp-1-2", "cut short");
    write_bytes(scratch / ".out.h5.tmp-1-2", "cut short");
    write_bytes(scratch / ".out.h55.tmp-1-2", "someone else's");
  }
  Parts parts(scratch / "out.h5");
  parts.resume();
  CHECK(is_at(parts.load(0).value(), 5));
  CHECK_FALSE(parts.load(1));
  CHECK(files_in(folder) == 4);  // manifest, lock, one segment and one state
  CHECK(scratch.entries() == 2);
  save_at(parts, 0, 7);
  save_at(parts, 1, 2);
  CHECK(is_at(parts.load(0).value(), 7));
  CHECK(is_at(parts.load(1).value(), 2));
}

TEST_CASE("what a run left is dropped when another begins, and nothing else") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  fs::create_directory(folder);
  write_bytes(folder / "notes.txt", "mine");
  Parts parts(scratch / "out.h5");
  parts.begin(manifest);
  save_at(parts, 0, 5);
  parts.begin(manifest);
  CHECK_FALSE(parts.load(0));
  save_at(parts, 0, 2);
  CHECK(is_at(parts.load(0).value(), 2));
  parts.remove();
  CHECK(files_in(folder) == 1);
  CHECK(read_bytes(folder / "notes.txt") == "mine");
}

TEST_CASE("two processes cannot work on one result") {
  const Scratch scratch;
  const fs::path out = scratch / "out.h5";
  Parts first(out), second(out);
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
    Parts own(scratch / "killed.h5");
    own.begin(manifest);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, &lock_is_free, 0);
  CHECK_NOTHROW(Parts(scratch / "killed.h5").resume());
}

TEST_CASE("parts that cannot be used are refused in words") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  CHECK_THROWS_WITH(Parts(scratch / "no/out.h5").begin(manifest), Contains("cannot be made: No such file"));
  write_bytes(scratch / "file.h5.parts", "");
  CHECK_THROWS_WITH(Parts(scratch / "file.h5").begin(manifest), Contains("cannot be made: File exists"));

  Parts parts(scratch / "out.h5");
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
  Parts parts(scratch / "out.h5");
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

TEST_CASE("tasks may be saved at the same time") {
  const Scratch scratch;
  Parts parts(scratch / "out.h5");
  parts.begin(manifest);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t draws = 1; draws <= 15; ++draws) save_at(parts, t, draws * (t + 1));
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < 4; ++t) CHECK(is_at(parts.load(t).value(), 15 * (t + 1)));
}

TEST_CASE("a run killed again and again loses only what was not saved") {
  const Scratch scratch;
  const fs::path out = scratch / "out.h5";
  const auto start = std::chrono::steady_clock::now();
  {
    Parts practice(scratch / "practice.h5");
    practice.begin(manifest);
    for (std::size_t draws = 1; draws <= 10; ++draws) save_at(practice, 0, draws);
    practice.remove();
  }
  const std::chrono::duration<double> ten_saves = std::chrono::steady_clock::now() - start;
  std::mt19937_64 random(3);
  std::size_t last[2] = {0, 0};
  for (int kill = 0; kill < 40; ++kill) {
    const pid_t child = ::fork();
    if (child == 0) {
      Parts parts(out);
      parts.exist() ? static_cast<void>(parts.resume()) : parts.begin(manifest);
      std::size_t draws[2] = {0, 0};
      for (std::size_t task : {0, 1})
        if (const auto state = parts.load(task)) draws[task] = state->trace.draws();
      for (;;)
        for (std::size_t task : {0, 1}) save_at(parts, task, draws[task] += 1 + task);
    }
    std::this_thread::sleep_for(ten_saves * std::uniform_real_distribution(0.0, 1.0)(random));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Parts parts(out);
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
