/// Lines of the log and of progress: what they hold, and what of it where there is little room.
#include <catch2/catch.hpp>

#include "studies/runs/progress.hpp"
#include "studies/runs/run_log.hpp"
#include "studies/study/request.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/terminal.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

TEST_CASE("log: a line is a time, an event, and values that can be taken apart") {
  const std::string time = "2026-11-28T14:40:04Z";
  const std::string line = log_line(time, "task",
                                    {{"task", 3, "3/12"},
                                     {"at", "size=16 field=0.03"},
                                     {"file", "a \"b\"\n\033.h5"},
                                     {"rate", 0.25},
                                     {"none", ""},
                                     {"done", 0.5, "50%"}});
  CHECK(line == time +
                    " task task=3/12 at=\"size=16 field=0.03\" file=\"a \\\"b\\\"\\n\\u001b.h5\" rate=0.25 none=\"\" "
                    "done=50%");
  CHECK(is_log_line(line));
  CHECK_FALSE(is_log_line("gibbsite: note: " + line));
  CHECK_FALSE(is_log_line(time + " task at=size =16"));
}

TEST_CASE("log: a file is written on behind its end, and no other file than a log") {
  const Scratch folder;
  const fs::path file = folder / "run.log";
  for (int k = 0; k < 2; ++k) RunLog(file, true, false).tell("end", {{"state", "complete"}});
  const std::string text = read_bytes(file);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(is_log_line(text.substr(0, text.find('\n'))));
  write_bytes(folder / "study.toml", "[model]\nsize = 8\n");
  CHECK_THROWS_AS(RunLog(folder / "study.toml", true, false), RequestError);
  CHECK_THROWS_AS(RunLog(folder.path(), true, false), RequestError);
  CHECK_THROWS_AS(RunLog(folder / "nowhere/run.log", true, false), RequestError);
  CHECK(read_bytes(folder / "study.toml") == "[model]\nsize = 8\n");
  CHECK(folder.entries() == 2);
}

TEST_CASE("progress: a line begins with what matters and is never wider than the terminal") {
  const Headway h{.share = 0.37,
                  .phase = "estimating",
                  .task = "3/5",
                  .name = "size=16 field=0.03",
                  .rate = 1.234e9,
                  .seconds_left = 428};
  CHECK(progress_line(h, 79) == " 37.0 %  estimating 3/5  7:08 left  size=16 field=0.03  1.2 G spins/s");
  CHECK(progress_line(h, 39) == " 37.0 %  estimating 3/5  7:08 left  siz");
  CHECK(progress_line(h, 0).empty());
  CHECK(progress_line({.share = 0, .phase = "sampling"}, 79) == "  0.0 %  sampling");
  CHECK(cut_to_width("J = 1 \u00b1 0.1", 7) == "J = 1 \u00b1");
  Task task;
  task.coordinates = {{"model.size", "16"}, {"model.field", "0.03"}};
  CHECK(grid_point(task) == "size=16 field=0.03");
  task.coordinates = {{"model.name", "ising"}, {"sampler.name", "wolff"}, {"model.size", "8"}};
  CHECK(grid_point(task) == "model.name=ising sampler.name=wolff size=8");
}

TEST_CASE("progress: estimates that are to come count as work, until they are there") {
  ProgressMeter meter({1, 1}, {1000, 1000}, true);
  RunLog log;
  meter.expect_estimates({1e9, 1e9}, 1);
  for (const std::size_t task : {0u, 1u}) meter.report(task, {.done = 1000, .total = 1000, .phase = "sampling"});
  const Headway before = meter.headway(0);
  CHECK(before.seconds_left > 100);
  CHECK(before.share < 0.5);
  CHECK(before.task == "1/2");
  meter.estimated(0, 1e-9);  // much faster than thought
  CHECK(meter.headway(1).seconds_left < before.seconds_left / 2);
}
