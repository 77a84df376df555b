/// What a run will take is known before it starts: never less than it takes, and not much more.
#include <sys/resource.h>
#include <sys/wait.h>

#include "studies/command_line/options.hpp"
#include "studies/files/memory.hpp"
#include "studies/runs/needs.hpp"
#include "studies/runs/whole_result.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Matchers::Contains;

namespace {

/// A request and its tasks.
struct Planned {
  explicit Planned(const std::string& text, const Words& more = {}) {
    write_bytes(folder / "study.toml", text);
    request = parse(Words{"run", (folder / "study.toml").string(), "-o", (folder / "out.h5").string()} + more);
    for (std::size_t k = 0; k < request.tasks.size(); ++k) {
      tasks.push_back(std::make_unique<TaskRun>(request.tasks[k], k));
      tasks.back()->settle_sweeps_per_draw(1);
    }
  }
  RunNeeds needs() const { return needs_of(request, tasks, 1, 0); }

  const Scratch folder;
  Request request;
  std::vector<std::unique_ptr<TaskRun>> tasks;
};

std::string refusal_of(const RunNeeds& needs, const Request& request, double memory, double disk) {
  try {
    check_needs(needs, request, memory, disk);
  } catch (const RequestError& error) {
    return error.what();
  }
  return "";
}

/// The most memory that the program holds as it runs.
double peak_of_program(const Words& words, const fs::path& folder) {
  Words all = Words{GIBBSITE_PROGRAM} + words;
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::chdir(folder.c_str()) == 0) ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  REQUIRE(::wait4(pid, &status, 0, &used) == pid);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return 1024.0 * static_cast<double>(used.ru_maxrss);
}

}  // namespace

TEST_CASE("needs: the draws of a task are as many numbers as its trace has, or somewhat fewer") {
  for (const std::string name : {"wolff", "heat-bath", "tempering", "reverse", "resample", "grid"}) {
    INFO(name);
    Planned planned(small_study(name), {"--run.threads", "1"});
    TaskRun& task = *planned.tasks.front();
    const DrawsToCome to_come = task.draws_to_come();
    ProgressMeter meter({1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}, true);
    task.advance([] { return false; }, meter);
    const auto numbers = static_cast<double>(task.numbers_made());
    CHECK(to_come.draws * to_come.numbers >= numbers);
    CHECK(to_come.draws * to_come.numbers <= 2 * numbers);
  }
}

TEST_CASE("needs: memory and disk that are not there are refused in words that help") {
  const Planned planned(small_study("grid"), {"--method.sweeps", "1000000000", "--method.every", "1"});
  const RunNeeds needs = planned.needs();
  CHECK(needs.draws >= 6 * 1e9 * 8 * 2 * 2 * 2);
  CHECK(needs.spills);
  CHECK_FALSE(needs.arrays);
  CHECK(refusal_of(needs, planned.request, 1e15, 1e15) == "");
  const std::string memory = refusal_of(needs, planned.request, 1e9, 1e15);
  CHECK_THAT(memory, Contains("of memory") && Contains("1 GB free here") && Contains("raise method.every (it is 1)"));
  const std::string disk = refusal_of(needs, planned.request, 1e15, 1e9);
  CHECK_THAT(disk, Contains("of disk") && Contains("out.h5") && Contains("method.store"));
  const Planned arrays(small_study("grid"),
                       {"--method.sweeps", "1000000000", "--method.every", "1", "--run.tasks_in_file", "2"});
  CHECK(arrays.needs().memory > 2 * needs.memory);
  CHECK_THAT(refusal_of(arrays.needs(), arrays.request, 1e9, 1e15), Contains("raise run.tasks_in_file to 6"));
  const Planned target(small_study("target"), {"--method.sweeps", "1000000000000"});
  CHECK(refusal_of(target.needs(), target.request, 1e9, 1e9) == "");  // it may stop long before
}

TEST_CASE("needs: a study of terabytes is refused before it starts, and a dry run says so") {
  const Scratch folder;
  write_bytes(folder / "study.toml", small_study("wolff"));
  const Words words = {"run", "study.toml", "--method.sweeps", "1000000000000", "--method.every", "1"};
  for (const Words& more : {Words{}, Words{"--dry-run"}}) {
    const Ended ended = run(words + more, folder.path());
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
    CHECK_THAT(ended.err, Contains("this run would take up to") && Contains("raise method.every"));
    CHECK(ended.log == "");
    CHECK(folder.entries() == 1);
  }
}

TEST_CASE("needs: memory and disk are bounded from above, within a factor of about two") {
  const std::string text =
      "[model]\nsize = 4\n[method]\nchains = 8\nbeta = [0.2, 0.4, 0.6]\nthermalization = 10\nevery = 1\n";
  const Words words = {"run", "study.toml", "--quiet", "--force", "--run.threads", "1"};
  const Planned few(text, {"--method.sweeps", "2000"}), many(text, {"--method.sweeps", "150000"});
  const double base = peak_of_program(words + Words{"--method.sweeps", "2000"}, few.folder.path());
  const double peak = peak_of_program(words + Words{"--method.sweeps", "150000"}, few.folder.path());
  const double bound = many.needs().memory - few.needs().memory;
  INFO(bound << " for " << peak - base);
  CHECK(bound >= peak - base);
  CHECK(bound <= 2.2 * (peak - base));

  // Stopped near its end: draws in checkpoints, and a result of them.
  const Ended stopped = run(words + Words{"--method.sweeps", "150000", "-o", "stopped.h5"}, few.folder.path(),
                            at_moments("clock:149000:s15"));
  REQUIRE(stopped.code == 75);
  double used = static_cast<double>(fs::file_size(few.folder / "stopped.h5"));
  for (const auto& entry : fs::directory_iterator(few.folder / "stopped.h5.parts"))
    used += static_cast<double>(entry.file_size());
  INFO(many.needs().disk << " for " << used);
  CHECK(many.needs().disk >= used);
  CHECK(many.needs().disk <= 2.2 * used);
}

TEST_CASE("needs: tasks that leave memory when they are done give the same result") {
  Planned here(small_study("grid")), away(small_study("grid"));
  for (Planned* planned : {&here, &away}) {
    CheckpointFolder parts(planned->request.out);
    parts.begin({"study", "0", "c", planned->tasks.size()});
    ProgressMeter meter(std::vector(6, 1.0), std::vector(6, 1.0), true);
    const bool in_parts = planned == &away;
    for (const auto& task : planned->tasks) {
      task->advance([] { return false; }, meter);
      task->finish(parts, meter, in_parts ? TaskRun::Held::in_parts : TaskRun::Held::here);
    }
    const Group root = whole_result(planned->request, planned->tasks, "command", 0);
    for (const Group& task : root.child("tasks")->groups) CHECK(task.child("series")->variables.empty());
    write_archive(planned->request.out, root, Packing::compressed, in_parts ? Made::on_disk : Made::in_memory);
    parts.remove();
    CHECK(planned->folder.entries() == 2);
  }
  CHECK(differences(here.request.out, away.request.out) == Words{});
  CHECK(read_archive(here.request.out).child("tasks")->groups.front().child("series")->find("energy") != nullptr);
}
