/// Checkpoints: what was saved comes back to the bit, draws are written once, and what does not count is dropped.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/studies/sample_record.hpp"
#include "tests/studies/sample_run.hpp"
#include "tests/studies/scratch.hpp"

namespace fs = std::filesystem;
using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Matchers::Contains;

namespace {

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("parts come back to the bit") {
  const Scratch scratch;
  const fs::path out = scratch / "out.h5", folder = scratch / "out.h5.parts";
  {
    CheckpointFolder parts(out);
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
  CHECK(files_in(folder) == 2 + 4 + 3 + 2);  // a state and its copy each
  CheckpointFolder parts(out);
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
  CheckpointFolder parts(scratch / "out.h5");
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
    CheckpointFolder parts(scratch / "out.h5");
    parts.begin(manifest);
    save_at(parts, 0, 5);
    const std::string state = read_bytes(folder / "task-0.h5");
    save_at(parts, 0, 9);
    write_bytes(folder / "task-0.h5", state);
    save_at(parts, 1, 3);
    fs::remove(folder / "task-1.h5");
    fs::remove(folder / "task-1-copy.h5");
    write_bytes(folder / ".task-0.h5.tmp-1-2", "cut short");
    write_bytes(scratch / ".out.h5.tmp-1-2", "cut short");
    write_bytes(scratch / ".out.h55.tmp-1-2", "someone else's");
  }
  CheckpointFolder parts(scratch / "out.h5");
  parts.resume();
  CHECK(is_at(parts.load(0).value(), 5));
  CHECK_FALSE(parts.load(1));
  CHECK(files_in(folder) == 5);  // manifest, lock, one segment, one state and its copy
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
  CheckpointFolder parts(scratch / "out.h5");
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

TEST_CASE("tasks may be saved at the same time") {
  const Scratch scratch;
  CheckpointFolder parts(scratch / "out.h5");
  parts.begin(manifest);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t draws = 1; draws <= 15; ++draws) save_at(parts, t, draws * (t + 1));
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < 4; ++t) CHECK(is_at(parts.load(t).value(), 15 * (t + 1)));
}

TEST_CASE("the result of a task stands in place of its state and draws, and goes with the parts") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  Group result = sample_record();
  {
    CheckpointFolder parts(scratch / "out.h5");
    parts.begin(manifest);
    save_at(parts, 0, 5);
    save_at(parts, 1, 5);
    CHECK_FALSE(parts.load_result(0));
    parts.save_result(0, result);
    CHECK_FALSE(parts.load(0));
    CHECK(files_in(folder) == 2 + 1 + 3);
  }
  CheckpointFolder parts(scratch / "out.h5");
  parts.resume();
  const std::optional<Group> found = parts.load_result(0);
  REQUIRE(found);
  result.name = found->name;
  CHECK(same(*found, result));
  CHECK_FALSE(parts.load_result(1));
  parts.remove();
  CHECK(scratch.entries() == 0);
}
