/// Records of runs that were stopped: every combination of tasks not begun, begun, half done and done can be made,
/// written, read, shown and reweighted.
#include <unistd.h>

#include "studies/command_line/options.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/results/print_result.hpp"
#include "studies/reweight/reweighted.hpp"
#include "studies/runs/whole_result.hpp"
#include "studies/study/request.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// Steps of a task from its beginning to its end.
std::size_t steps_of(const Task& task) {
  ProgressMeter meter({1, 1}, {1, 1}, true);
  TaskRun run(task, 0);
  std::size_t steps = 0;
  run.advance([&] { return ++steps > 1000000; }, meter);
  REQUIRE(run.done());
  return steps - 1;
}

/// What tables say, without saying it.
class NoOutput {
 public:
  NoOutput() : before_(::dup(1)) {
    std::fflush(stdout);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, 1);
    ::close(nowhere);
  }
  ~NoOutput() {
    std::fflush(stdout);
    ::dup2(before_, 1);
    ::close(before_);
  }
  NoOutput(const NoOutput&) = delete;
  NoOutput& operator=(const NoOutput&) = delete;

 private:
  int before_;
};

void check_combinations(const std::string& text, const std::string& most_tasks) {
  const Scratch folder;
  write_bytes(folder / "study.toml", text);
  const Request request = parse(
      {"run", (folder / "study.toml").string(), "-o", (folder / "out.h5").string(), "--run.tasks_in_file", most_tasks});
  REQUIRE(request.tasks.size() == 2);
  std::vector<std::vector<std::size_t>> stages(2);  // steps done; none: not begun
  for (std::size_t k = 0; k < 2; ++k) {
    const std::size_t all = steps_of(request.tasks[k]);
    const auto thermal = static_cast<std::size_t>(request.tasks[k].study.keys<SweepKeys>().thermalization);
    for (const std::size_t stage : {std::size_t{0}, std::size_t{1}, std::min(all, thermal + 1),
                                    std::min(all, thermal + 2), all / 2, all - 1, all})
      if (std::ranges::find(stages[k], stage) == stages[k].end()) stages[k].push_back(stage);
  }
  ProgressMeter meter({1, 1}, {1, 1}, true);
  for (const std::size_t first : stages[0])
    for (const std::size_t second : stages[1]) {
      INFO(first << " and " << second << " steps");
      std::vector<std::unique_ptr<TaskRun>> tasks;
      for (std::size_t k = 0; k < 2; ++k) {
        const std::size_t steps = k == 0 ? first : second;
        tasks.push_back(std::make_unique<TaskRun>(request.tasks[k], k));
        std::size_t done = 0;
        if (steps > 0) tasks.back()->advance([&] { return done++ >= steps; }, meter);
      }
      const Group made = whole_result(request, tasks, "a command", 1.5);
      write_archive(folder / "out.h5", made);
      const Group root = read_archive(folder / "out.h5");
      CHECK(differences(made, root) == Words{});
      const bool whole = tasks[0]->done() && tasks[1]->done();
      CHECK(attribute_of(root, "state") == (whole ? "complete" : "partial"));
      if (whole) CHECK(root.child("estimates") != nullptr);
      const NoOutput quiet;
      CHECK_NOTHROW(print_result(root, "out.h5"));
      CHECK_NOTHROW(result_as_json(root).dump());
      try {
        (void)read_curves((folder / "out.h5").string());
      } catch (const RequestError&) {  // too few draws, or none of them on chains: said in words
      }
    }
}

void check_combinations(const std::string& text) {
  check_combinations(text, "64");
  check_combinations(text, "0");  // as arrays
}

}  // namespace

TEST_CASE("partial records: chains, one task with exact answers and one without") {
  check_combinations(
      "[method]\nbeta = [0.2, 0.4]\nthermalization = 4\nsweeps = 12\nevery = 1\nchains = 2\n[grid]\n\"model.size\" = "
      "[4, "
      "[30, 31]]\n");
}
TEST_CASE("partial records: disorder") {
  check_combinations(
      "[model]\nsize = 4\ndisorder = \"bimodal\"\n[method]\nbeta = [0.2, 0.4]\nthermalization = 4\nsweeps = 12\nevery "
      "= "
      "1\nchains = 2\n[grid]\n\"model.disorder_seed\" = [1, 2]\n");
}
TEST_CASE("partial records: ladders that move") {
  check_combinations(
      "[model]\nsize = 4\ndisorder = \"gaussian\"\n[method]\nname = \"tempering\"\nbeta = \"0:1:4\"\nladder = "
      "\"adaptive\"\nthermalization = 40\nsweeps = 12\nevery = 1\nchains = 2\n[grid]\n\"model.disorder_seed\" = [1, "
      "2]\n");
}
TEST_CASE("partial records: annealing there and back") {
  check_combinations(
      "[model]\nsize = 4\n[method]\nname = \"annealing\"\nbeta = [0.2, 0.4]\nparticles = 10\ntemperatures = "
      "6\nthermalization = 4\nevery = 1\n[grid]\n\"model.field\" = [0, 0.1]\n");
}
TEST_CASE("partial records: machines, on a path of places") {
  const Scratch data;
  write_bytes(data / "data.csv", "0,1,1,0\n1,1,0,0\n0,1,0,1\n");
  check_combinations("[model]\nname = \"rbm\"\nlayers = [4, 3]\nreference = \"base-rate\"\n[data]\nfile = \"" +
                     (data / "data.csv").string() +
                     "\"\n[method]\nbeta = [0, 0.5, 1]\nthermalization = 4\nsweeps = 12\nevery = 1\nchains = "
                     "2\n[grid]\n\"model.disorder_seed\" = [1, 2]\n");
}
