/// Checkpoints own what they made, and nothing else is removed, replaced, followed or taken for a lock.
#include <catch2/catch.hpp>

#include "tests/studies/sample_run.hpp"
#include "tests/studies/scratch.hpp"

namespace fs = std::filesystem;
using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Matchers::Contains;

namespace {

Manifest of_tasks(std::size_t tasks) {
  Manifest known = manifest;
  known.tasks = tasks;
  return known;
}

}  // namespace

TEST_CASE("files of others among the checkpoints stay") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  fs::create_directory(folder);
  const std::vector<std::string> theirs = {".bashrc",    ".profile.tmp-1",   ".task-0.h5.tmp-x-1", ".task-2.h5.tmp-1-1",
                                           "task-2.h5",  "task-notes.h5",    "task-01.h5",         "task-0.h5.bak",
                                           "task-.h5",   "task-0-copy.h5.x", "xtask-0.h5",         "task-0-segment-.h5",
                                           "task-+1.h5", "over.txt",         ".notes.tmp-1-1"};
  for (const std::string& name : theirs) write_bytes(folder / name, name);
  for (int round = 0; round < 2; ++round) {
    {
      CheckpointFolder parts(scratch / "out.h5");
      parts.begin(of_tasks(2));
      save_at(parts, 0, 5);
      save_at(parts, 1, 3);
      save_at(parts, 1, 6);
      parts.begin(of_tasks(2));
      save_at(parts, 0, 5);
    }
    write_bytes(folder / ".task-0.h5.tmp-1-2", "cut short");  // ours
    CheckpointFolder parts(scratch / "out.h5");
    parts.resume();
    CHECK_FALSE(fs::exists(folder / ".task-0.h5.tmp-1-2"));
    CHECK(is_at(parts.load(0).value(), 5));
    CHECK(parts.remove());
    parts.tidy();
    for (const std::string& name : theirs) CHECK(read_bytes(folder / name) == name);
    CHECK(static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})) == theirs.size());
  }
}

TEST_CASE("a file of others where a checkpoint would go is refused, and stays") {
  for (const std::string name : {"task-1.h5", "task-0-segment-3.h5", "task-0-copy.h5", "manifest.h5", "lock"}) {
    INFO(name);
    const Scratch scratch;
    const fs::path folder = scratch / "out.h5.parts";
    fs::create_directory(folder);
    write_bytes(folder / name, "mine");
    CheckpointFolder parts(scratch / "out.h5");
    CHECK_THROWS_WITH(parts.begin(of_tasks(2)), Catch::StartsWith((folder / name).string()));
    CHECK(read_bytes(folder / name) == "mine");
    parts.tidy();
    CHECK(std::distance(fs::directory_iterator(folder), {}) == 1);
    CHECK(read_bytes(folder / name) == "mine");
  }
}

TEST_CASE("links among the checkpoints are not followed") {
  const Scratch scratch;
  fs::create_directory(scratch / "home");
  for (const char* name : {".bashrc", "task-0.h5", "lock", "manifest.h5"}) write_bytes(scratch / "home" / name, "mine");
  const auto untouched = [&] {
    for (const char* name : {".bashrc", "task-0.h5", "lock", "manifest.h5"})
      CHECK(read_bytes(scratch / "home" / name) == "mine");
    CHECK(std::distance(fs::directory_iterator(scratch / "home"), {}) == 4);
  };
  {  // the folder
    fs::create_directory_symlink("home", scratch / "a.h5.parts");
    CheckpointFolder parts(scratch / "a.h5");
    parts.tidy();
    CHECK_THROWS_WITH(parts.begin(manifest), Contains("a.h5.parts: it is a symbolic link"));
    CHECK_THROWS_WITH(parts.resume(), Contains("it is a symbolic link"));
    untouched();
  }
  {  // the lock
    fs::create_directory(scratch / "b.h5.parts");
    fs::create_symlink("../home/lock", scratch / "b.h5.parts/lock");
    CheckpointFolder parts(scratch / "b.h5");
    CHECK_THROWS_WITH(parts.begin(manifest), Contains("lock: it is no file of gibbsite"));
    untouched();
  }
  {  // a part, put there in the middle of the run
    CheckpointFolder parts(scratch / "c.h5");
    parts.begin(manifest);
    save_at(parts, 0, 5);
    fs::remove(scratch / "c.h5.parts/task-0.h5");
    fs::create_symlink("../home/task-0.h5", scratch / "c.h5.parts/task-0.h5");
    save_at(parts, 0, 9);
    untouched();
    CHECK(is_at(parts.load(0).value(), 9));
    CHECK(parts.remove());
    untouched();
  }
}

TEST_CASE("parts that were taken away are no parts, and those of another run are left alone") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  CheckpointFolder first(scratch / "out.h5");
  first.begin(manifest);
  CHECK_FALSE(first.gone());
  fs::remove_all(folder);
  CHECK(first.gone());
  CHECK(first.remove());
  CHECK(scratch.entries() == 0);

  first.begin(manifest);
  fs::remove_all(folder);
  CheckpointFolder second(scratch / "out.h5");
  second.begin(manifest);
  save_at(second, 0, 5);
  CHECK(first.gone());
  CHECK(first.remove());
  CHECK(is_at(second.load(0).value(), 5));
  CHECK_THROWS_WITH(first.begin(manifest), Contains("another process is at work"));
}

TEST_CASE("a state that is gone is found by its copy, and without it the loss is told") {
  const Scratch scratch;
  const fs::path folder = scratch / "out.h5.parts";
  std::vector<std::string> notes;
  const auto note = [&](const std::string& text) { notes.push_back(text); };
  {
    CheckpointFolder parts(scratch / "out.h5");
    parts.begin(manifest);
    save_at(parts, 0, 5);
    save_at(parts, 0, 9);
  }
  fs::remove(folder / "task-0.h5");
  {
    CheckpointFolder parts(scratch / "out.h5");
    parts.resume();
    CHECK(is_at(parts.load(0, note).value(), 9));
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Contains("task-0.h5 is not there; the task goes on from its copy"));
    save_at(parts, 0, 12);
    CHECK(is_at(parts.load(0, note).value(), 12));
    CHECK(notes.size() == 1);
  }
  fs::remove(folder / "task-0.h5");
  fs::remove(folder / "task-0-copy.h5");
  CheckpointFolder parts(scratch / "out.h5");
  parts.resume();
  CHECK_FALSE(parts.load(0, note));
  REQUIRE(notes.size() == 2);
  CHECK_THAT(notes[1], Contains("task-0.h5 is not there, though draws of its task are"));
}
