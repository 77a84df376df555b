/// A finished run made longer is one long run, to the bit; and what cannot be made longer says why.
#include <fmt/format.h>

#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// A study, run short and long, with the short one to be made as long.
class Pair {
 public:
  explicit Pair(const std::string& study, const std::string& sweeps, const std::string& more_sweeps, Words more = {})
      : more_sweeps_(more_sweeps), more_(std::move(more)) {
    write_bytes(folder / "study.toml", study);
    REQUIRE(made({"-o", "short.h5", "--method.sweeps", sweeps}).code == 0);
  }
  Ended made(const Words& words) const {
    const Ended ended = run(Words{"run", "study.toml", "--quiet", "--run.threads", "2"} + words + more_, folder.path());
    INFO(ended.err);
    CHECK(ended.code == 0);
    return ended;
  }
  Ended resume(const Words& more = {}, const Words& environment = {}) const {
    return run(Words{"resume", "short.h5", "--quiet", "--run.threads", "1"} + more, folder.path(), environment);
  }
  Ended longer(const Words& environment = {}) const { return resume({"--method.sweeps", more_sweeps_}, environment); }
  /// Where the longer one and one long run differ.
  Words found() const {
    if (!fs::exists(folder / "long.h5")) made({"-o", "long.h5", "--method.sweeps", more_sweeps_});
    return differences(folder / "long.h5", folder / "short.h5");
  }

  const Scratch folder;

 private:
  std::string more_sweeps_;
  Words more_;
};

const std::string machine = R"(
[model]
name = "rbm"
layers = [6, 5]
coupling = 2.0
disorder_seed = 1
[method]
name = "tempering"
beta = "0:1:4"
chains = 2
thermalization = 200
every = 3
)";

void check_longer(const std::string& study, const Words& more = {}) {
  const Pair pair(study, "3000", "7003", more);
  const Ended ended = pair.longer();
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(pair.found() == Words{});
  CHECK(pair.folder.entries() == 3);
}

}  // namespace

TEST_CASE("program: longer is one long run, chains of a packed layout") {
  check_longer(small_study("heat-bath"), {"--method.snapshots", "0"});
}
TEST_CASE("program: longer is one long run, clusters tuned in thermalization") {
  check_longer(small_study("wolff"), {"--method.every", "2"});
}
TEST_CASE("program: longer is one long run, one chain whose overlaps are followed") {
  check_longer(small_study("grid"), {"--method.chains", "1", "--sampler.name", "heat-bath", "--method.every", "3"});
}
TEST_CASE("program: longer is one long run, tempering on an adaptive ladder") {
  check_longer(small_study("tempering"), {"--method.snapshots", "0", "--method.every", "2"});
}
TEST_CASE("program: longer is one long run, a grid in groups") {
  check_longer(small_study("grid"), {"--method.every", "3"});
}
TEST_CASE("program: longer is one long run, a grid in arrays") {
  check_longer(small_study("grid"), {"--method.every", "3", "--run.tasks_in_file", "2"});
}
TEST_CASE("program: longer is one long run, a machine whose log ratios are no series") { check_longer(machine); }

TEST_CASE("program: longer twice is long at once, and sweeps per draw are kept and told") {
  const Pair pair(small_study("wolff"), "4000", "20000");
  const Ended ended = pair.longer();
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(contains(ended.err,
                 "a draw stands for 4 sweeps, as in short.h5; a run of this length from its beginning would "
                 "have chosen 20"));
  pair.made({"-o", "long.h5", "--method.sweeps", "20000", "--method.every", "4"});
  Words found = pair.found();
  std::erase_if(found, [](const std::string& what) { return what == "/@study"; });  // every = "auto" there
  CHECK(found == Words{});
}

TEST_CASE("program: snapshots of a longer run are those of the first") {
  const Pair pair(small_study("heat-bath"), "3000", "7000");
  const Group before = read_archive(pair.folder / "short.h5");
  REQUIRE(pair.longer().code == 0);
  const Group after = read_archive(pair.folder / "short.h5");
  for (const char* name : {"configuration", "draw"})
    CHECK(same(*before.child("configurations")->find(name), *after.child("configurations")->find(name)));
  for (const std::string& difference : pair.found()) {
    INFO(difference);
    CHECK((difference.starts_with("/configurations/") || difference.starts_with("/final_state/")));
  }
}

TEST_CASE("program: stopped or killed while it becomes longer, the result stays as it was and becomes longer later") {
  const Pair pair(small_study("grid"), "3000", "9000", {"--method.every", "1"});
  const std::string before = read_bytes(pair.folder / "short.h5");
  const Words clock = {"MOMENTS_STEP=0.001"};
  const Ended stopped = pair.longer(at_moments("clock:6000:s15", clock));
  INFO(stopped.err);
  REQUIRE(stopped.code == 75);
  CHECK(contains(stopped.err, "short.h5 stays as it was until it is longer: `gibbsite resume short.h5` goes on"));
  CHECK(read_bytes(pair.folder / "short.h5") == before);
  CHECK(fs::exists(pair.folder / "short.h5.parts/manifest.h5"));
  for (const char* moment : {"clock:3000:s9", "rename:4:s9"}) {
    CHECK(pair.resume({}, at_moments(moment, clock)).code == 128 + SIGKILL);
    CHECK(read_bytes(pair.folder / "short.h5") == before);
  }
  REQUIRE(pair.resume().code == 0);
  CHECK(pair.found() == Words{});
}

TEST_CASE("program: killed as its checkpoints are made of the result, a longer run is the same") {
  const Pair pair(small_study("grid"), "2000", "4000", {"--method.every", "2"});
  const std::string before = read_bytes(pair.folder / "short.h5");
  const Ended killed = pair.longer(at_moments("rename:4:s9"));
  CHECK(killed.code == 128 + SIGKILL);
  CHECK(read_bytes(pair.folder / "short.h5") == before);
  const Ended ended = pair.resume();
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(pair.found() == Words{});
}

TEST_CASE("program: what cannot be made longer is left as it is, and says why") {
  const auto check_refused = [](const std::string& study, const Words& made, const Words& asked,
                                const std::string& why) {
    const Scratch folder;
    write_bytes(folder / "study.toml", study);
    REQUIRE(run(Words{"run", "study.toml", "--quiet", "-o", "r.h5"} + made, folder.path()).code == 0);
    const std::string before = read_bytes(folder / "r.h5");
    const Ended ended = run(Words{"resume", "r.h5"} + asked, folder.path());
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
    CHECK(contains(ended.err, why));
    CHECK(read_bytes(folder / "r.h5") == before);
    CHECK(folder.entries() == 2);
  };
  const std::string& wolff = small_study("wolff");
  const Words short_one = {"--method.sweeps", "2000"}, longer = {"--method.sweeps", "4000"};
  check_refused(wolff, short_one, {}, "nothing to resume; more sweeps make it longer");
  check_refused(wolff, short_one, {"--method.sweeps", "2000"}, "makes r.h5 no longer");
  check_refused(wolff, short_one, {"--method.sweeps", "1000"}, "makes r.h5 no longer");
  check_refused(wolff, short_one, longer + Words{"--model.size", "8"}, "by method.sweeps alone");
  check_refused(wolff, short_one + Words{"--run.keep_states", "false"}, longer, "run.keep_states was false");
  check_refused(wolff, short_one + Words{"--method.store", "estimates"}, longer, "method.store left them out");
  check_refused(small_study("reverse"), {}, longer, "annealing cannot be made longer");
  check_refused(small_study("target"), {"--method.target_error", "0.05"}, {"--method.sweeps", "200000"},
                "was reached after");
}

TEST_CASE("program: a longer run that goes on from another state is seen") {
  const Pair pair(small_study("wolff"), "2000", "4000", {"--method.every", "2"});
  Group root = read_archive(pair.folder / "short.h5");
  for (Group& group : root.groups)
    if (group.name == "final_state")
      for (Variable& v : group.variables)
        if (v.name == "state") {
          auto& bytes = std::get<std::vector<std::int8_t>>(v.data);
          bytes.at(bytes.size() - 30) = static_cast<std::int8_t>(bytes.at(bytes.size() - 30) ^ 1);
        }
  write_archive(pair.folder / "short.h5", root);
  const Ended ended = pair.longer();
  CHECK((ended.code == 2 || !pair.found().empty()));
}
