/// Whatever is wrong with a request: one clear message, the right exit code, nothing on stdout, no file harmed or left.
#include <sys/stat.h>

#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// Every file below a folder with what it holds and when it was changed; every folder.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status = {};
    ::lstat(entry.path().c_str(), &status);
    all[entry.path()] = entry.is_regular_file()
                            ? std::to_string(status.st_ino) + ' ' + std::to_string(status.st_mtim.tv_nsec) + ' ' +
                                  read_bytes(entry.path())
                            : "(not a file)";
  }
  return all;
}

struct Refusal {
  Words words;
  int code;
  Words said;  ///< all of these
};

void check_refused(const Scratch& folder, const Refusal& refusal) {
  std::string words = "gibbsite";
  for (const std::string& word : refusal.words) words += ' ' + word;
  INFO(words);
  const auto before = contents(folder.path());
  const Ended ended = run(refusal.words, folder.path());
  INFO(ended.err);
  CHECK(ended.code == refusal.code);
  CHECK(ended.out == "");
  CHECK(is_one_message(ended.err));
  for (const std::string& part : refusal.said) CHECK(contains(ended.err, part));
  const auto after = contents(folder.path());
  for (const auto& [path, bytes] : after) {
    INFO(path);
    CHECK(before.contains(path));
  }
  CHECK(before == after);
}

const std::string good_study = "[model]\nsize = 4\n[method]\nbeta = [0.2, 0.4]\nsweeps = 50\nthermalization = 10\n";

/// A folder with a good study, a result of it, and files of every kind that is not one.
struct StudyFolder : Scratch {
  StudyFolder() {
    const Scratch& here = *this;
    write_bytes(here / "good.toml", good_study);
    REQUIRE(run({"run", "good.toml", "--quiet"}, here.path()).code == 0);
    const std::string bytes = read_bytes(here / "good.h5");
    for (const std::size_t percent : {1, 10, 50, 90, 99})
      write_bytes(here / fmt_name(percent), bytes.substr(0, bytes.size() * percent / 100));
    std::string damaged = bytes;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    write_bytes(here / "damaged.h5", damaged);
    write_bytes(here / "empty.h5", "");
    write_bytes(here / "text.h5", "not HDF5 at all\n");
    write_archive(here / "foreign.h5",
                  {"", {{"made_by", "someone else"}}, {{"x", {"x"}, {2}, std::vector<double>{1, 2}, "1", "x"}}, {}});
    fs::create_directory(here / "folder");
    fs::create_directory(here / "folder.h5");
    write_bytes(here / "graph.txt", "1 2 1\n2 3 -1\n");
    write_bytes(here / "cut.txt", "1 2 1\n2 3\n4 5 1\n");
    write_bytes(here / "outside.txt", "3 2\n1 2 1\n2 4 1\n");
    write_bytes(here / "zero.txt", "0 1 1\n");
    write_bytes(here / "word.txt", "1 2 strong\n");
    write_bytes(here / "nan.txt", "1 2 nan\n");
    write_bytes(here / "fields.txt", "1 1 0.5\n2 2 -0.5\n");
    write_bytes(here / "nothing.txt", "# no couplings\n");
    write_bytes(here / "fewer.txt", "3 3\n1 2 1\n2 3 1\n");
  }
  static std::string fmt_name(std::size_t percent) { return "cut" + std::to_string(percent) + ".h5"; }
};

Words with(const Words& more) { return Words{"run", "good.toml", "-o", "new.h5"} + more; }

}  // namespace

TEST_CASE("program: wrong words are refused") {
  const StudyFolder place;
  const std::vector<Refusal> refusals = {
      {{"rum", "good.toml"}, 2, {"unknown command `rum`", "did you mean `run`?"}},
      {{"train", "good.toml"}, 2, {"unknown section `[method]`", "training"}},
      {{"--model.size", "8", "run", "good.toml"}, 2, {"`--model.size` stands before the command"}},
      {{"-o", "new.h5", "run", "good.toml"}, 2, {"`-o` stands before the command"}},
      {{"--quiet", "run", "good.toml"}, 2, {"stands before the command"}},
      {{"--version", "run"}, 2, {"--version"}},
      {{"run"}, 2, {"needs an argument", "usage: gibbsite run STUDY.toml"}},
      {{"run", "good.toml", "other.toml"}, 2, {"other.toml", "usage"}},
      {{"show"}, 2, {"needs an argument"}},
      {{"show", "good.h5", "cut1.h5"}, 2, {"cut1.h5"}},
      {{"list", "sampler"}, 2, {"sampler", "did you mean `samplers`?"}},
      {{"help", "ran"}, 2, {"unknown command or topic `ran`", "did you mean `run`?"}},
      {with({"--forc"}), 2, {"--forc"}},
      {with({"--res"}), 2, {"--res"}},
      {with({"--outt", "x.h5"}), 2, {"--outt"}},
      {with({"--model.siz", "8"}), 2, {"unknown option `--model.siz`", "did you mean `--model.size`?"}},
      {with({"--size", "8"}), 2, {"unknown option `--size`", "did you mean `--model.size`?"}},
      {with({"--model.size", "8", "--model.size", "16"}), 2, {"model.size", "twice"}},
      {with({"-o", "other.h5"}), 2, {"`-o` is given twice"}},
      {with({"--model.size"}), 2, {"model.size"}},
      {with({"--force", "--resume"}), 2, {"--force and --resume contradict each other"}},
      {with({"--method.beta", "0.1", "--method.temperature", "3"}), 2, {"both given"}},
      {with({"--json=1"}), 2, {"--json"}},
  };
  for (const Refusal& refusal : refusals) check_refused(place, refusal);
}

TEST_CASE("program: wrong values are refused") {
  const StudyFolder place;
  const std::vector<Refusal> refusals = {
      {with({"--model.size", "0"}), 2, {"`model.size` = 0", "out of range", "allowed: integer >= 1"}},
      {with({"--model.size", "[4, 0]"}), 2, {"`model.size` = 0"}},
      {with({"--model.size", "-4"}), 2, {"`model.size` = -4"}},
      {with({"--model.size", "big"}), 2, {"`model.size` = \"big\"", "is text, not an integer"}},
      {with({"--model.size", "4.5"}), 2, {"`model.size` = 4.5"}},
      {with({"--model.size", "[2, 3, 4]"}), 2, {"3 sides", "square"}},
      {with({"--model.size", "100000"}), 2, {"sites"}},
      {with({"--method.beta", "[0.4, 0.2]"}), 2, {"`method.beta`", "is descending (0.2 follows 0.4)"}},
      {with({"--method.beta", "[0.2, 0.2]"}), 2, {"`method.beta`"}},
      {with({"--method.beta", "0.5:0.3:5"}), 2, {"`method.beta`"}},
      {with({"--method.beta", "nan"}), 2, {"`method.beta` = nan", "not a finite number"}},
      {with({"--method.beta", "[0.1, nan]"}), 2, {"nan"}},
      {with({"--method.beta", "inf"}), 2, {"`method.beta`"}},
      {with({"--method.beta", "-0.1"}), 2, {"`method.beta`"}},
      {with({"--method.temperature", "0"}), 2, {"`method.temperature`"}},
      {with({"--method.sweeps", "-5"}), 2, {"`method.sweeps` = -5"}},
      {with({"--method.sweeps", "1e30"}), 2, {"`method.sweeps`"}},
      {with({"--method.every", "51"}), 2, {"method.every"}},
      {with({"--method.target_error", "0.1", "--method.target", "happiness"}),
       2,
       {"method.target = \"happiness\" is unknown", "energy_density"}},
      {with({"--method.target", "log_z"}), 2, {"method.target = \"log_z\"", "begins at 0"}},
      {with({"--method.target", "overlap"}), 2, {"method.target = \"overlap\"", "couplings"}},
      {with({"--run.seed", "-1"}), 2, {"`run.seed` = -1"}},
      {with({"--run.threads", "many"}), 2, {"`run.threads`"}},
      {with({"--run.checkpoint", "0"}), 2, {"`run.checkpoint`"}},
      {with({"--model.lattice", "sqare"}), 2, {"`model.lattice`", "did you mean `square`?"}},
      {with({"--sampler.name", "glauber"}), 2, {"`sampler.name`", "heat-bath"}},
      {with({"--method.name", "tempering", "--method.beta", "0.4"}), 2, {"tempering", "at least 2"}},
      {with({"--method.name", "annealing", "--method.beta", "0"}), 2, {"annealing"}},
      {with({"--grid.model.size", "[]"}), 2, {"grid `model.size`", "empty"}},
      {with({"--grid.model.size", "[4, 4]"}), 2, {"4 twice"}},
      {with({"--grid.run.seed", "1:3"}), 2, {"unknown option `--grid.run.seed`"}},
  };
  for (const Refusal& refusal : refusals) check_refused(place, refusal);
}

TEST_CASE("program: wrong study files are refused with line and column") {
  const StudyFolder place;
  const std::vector<std::pair<std::string, Words>> studies = {
      {"", {"method.beta is missing"}},
      {"[model\nsize = 4\n", {"bad.toml:1:"}},
      {good_study + "sweeps = 4\n", {"bad.toml:7:", "sweeps"}},
      {good_study + "sweep = 4\n", {"unknown key `method.sweep` (bad.toml:7:1)", "did you mean `method.sweeps`?"}},
      {good_study + "[modle]\nsize = 4\n", {"modle", "bad.toml:"}},
      {"[method]\nbeta = \"hot\"\n", {"`method.beta` = \"hot\" (bad.toml:2:8)"}},
      {"[method]\nbeta = [0.3, 0.2]\n", {"`method.beta`", "bad.toml:2:"}},
      {"[method]\nbeta = nan\n", {"`method.beta` = nan (bad.toml:2:8)"}},
      {"[method]\nbeta = true\n", {"`method.beta` = true (bad.toml:2:8)"}},
      {"[method]\nbeta = 2026-01-01\n", {"`method.beta`", "(bad.toml:2:8)"}},
      {"[model]\nsize = 0\n" + good_study.substr(good_study.find("[method]")), {"`model.size` = 0 (bad.toml:2:8)"}},
      {"[model]\nsize = \"four\"\n", {"`model.size` = \"four\" (bad.toml:2:8)"}},
      {"size = 4\n", {"size", "bad.toml:1:1"}},
      {std::string("\xff\xfe\x00", 3), {"bad.toml"}},
      {"[method]\nbeta = 0.1\nparticles = 5\n", {"`method.particles` (bad.toml:3:1) has no part in this study"}},
  };
  for (const auto& [text, said] : studies) {
    write_bytes(place / "bad.toml", text);
    INFO(text);
    check_refused(place, {{"run", "bad.toml"}, 2, said});
    check_refused(place, {{"exact", "bad.toml"}, 2, said});
  }
  check_refused(place, {{"run", "none.toml"}, 2, {"none.toml"}});
  check_refused(place, {{"run", "folder"}, 2, {"folder"}});
  check_refused(place, {{"run", "good.h5"}, 2, {"good.h5"}});
  check_refused(place, {{"run", ""}, 2, {"empty"}});
}

TEST_CASE("program: wrong couplings files are refused with file and line") {
  const StudyFolder place;
  const std::vector<std::pair<std::string, Words>> files = {
      {"none.txt", {"none.txt", "cannot be opened"}},
      {"folder", {"folder"}},
      {"cut.txt", {"cut.txt:2: the line is cut short"}},
      {"outside.txt", {"outside.txt:3: site 4 is not among 1 .. 3"}},
      {"zero.txt", {"zero.txt:1: site 0 is not among", "index_base"}},
      {"word.txt", {"word.txt:1: the coupling is 'strong'"}},
      {"nan.txt", {"nan.txt:1: the coupling 'nan'"}},
      {"nothing.txt", {"nothing.txt", "no couplings"}},
      {"fewer.txt", {"fewer.txt", "2 bonds", "promises 3"}},
  };
  for (const auto& [name, said] : files) {
    write_bytes(place / "graph.toml", "[model]\ncouplings = \"" + name + "\"\n[method]\nbeta = 0.2\nsweeps = 10\n");
    check_refused(place, {{"run", "graph.toml"}, 2, said});
    check_refused(place, {{"exact", "graph.toml"}, 2, said});
  }
}

TEST_CASE("program: samplers that cannot move a system are refused by name") {
  const StudyFolder place;
  const Words wolff = {"--sampler.name", "wolff"};
  const Words couplings = {"--model.couplings", "fields.txt"};
  write_bytes(place / "graph.toml", "[model]\ncouplings = \"fields.txt\"\n[method]\nbeta = 0.2\nsweeps = 10\n");
  const std::vector<Refusal> refusals = {
      {with({"--sampler.scan", "checkerboard", "--model.lattice", "triangular"}),
       2,
       {"heat-bath cannot move", "triangular", "odd length", "scan"}},
      {with({"--sampler.scan", "checkerboard", "--model.size", "5"}), 2, {"odd length"}},
      {{"run", "graph.toml", "--sampler.name", "wolff"}, 2, {"wolff cannot move", "no bonds"}},
      {{"run", "graph.toml", "--sampler.name", "swendsen-wang"}, 2, {"swendsen-wang cannot move", "no bonds"}},
      {with(wolff + Words{"--sampler.scan", "random"}), 2, {"`sampler.scan`", "has no part"}},
      {with(wolff + Words{"--sampler.balance", "barker"}), 2, {"`sampler.balance`", "locally-balanced"}},
      {with({"--sampler.name", "locally-balanced", "--model.name", "clock"}), 2, {"locally-balanced cannot move"}},
      {with({"--sampler.name", "locally-balanced", "--sampler.scan", "random"}), 2, {"`sampler.scan`"}},
  };
  for (const Refusal& refusal : refusals) check_refused(place, refusal);
}

TEST_CASE("program: what cannot be shown is refused") {
  const StudyFolder place;
  for (const std::string name : {"cut1.h5", "cut10.h5", "cut50.h5", "cut90.h5", "cut99.h5", "damaged.h5", "empty.h5",
                                 "text.h5", "foreign.h5", "good.toml", "none.h5", "folder"}) {
    check_refused(place, {{"show", name}, 2, {name}});
    check_refused(place, {{"show", name, "--json"}, 2, {name}});
  }
  check_refused(place, {{"exact", "good.toml", "--model.lattice", "cubic"}, 2, {"no exact answer for", "cubic"}});
}

TEST_CASE("program: outputs that cannot be, or are there already, are refused") {
  const StudyFolder place;
  const auto to = [](const std::string& out, const Words& more = {}) {
    return Words{"run", "good.toml", "-o", out} + more;
  };
  check_refused(place, {{"run", "good.toml"}, 2, {"good.h5 exists", "--force"}});
  check_refused(place, {to("good.h5"), 2, {"good.h5 exists", "-o", "--force"}});
  check_refused(place, {to("text.h5"), 2, {"text.h5 exists"}});
  check_refused(place, {to("good.toml", {"--force"}), 2, {"good.toml would overwrite what is read"}});
  for (const Words& more : {Words{}, Words{"--force"}, Words{"--resume"}}) {
    check_refused(place, {to("none/out.h5", more), more == Words{"--resume"} ? 2 : 1, {"none/out.h5"}});
    check_refused(place, {to("folder", more), 2, {"folder"}});
    check_refused(place, {to("folder/", more), 2, {"folder"}});
    check_refused(place, {to("good.toml/out.h5", more), more == Words{"--resume"} ? 2 : 1, {"good.toml/out.h5"}});
  }
}

TEST_CASE("program: a run is continued only where there is one, by the same study") {
  const StudyFolder place;
  const Words base = {"run", "good.toml", "-o", "new.h5"};
  check_refused(place, {base + Words{"--resume"}, 2, {"new.h5", "no unfinished run", "without --resume"}});
  check_refused(place, {{"run", "good.toml", "-o", "text.h5", "--resume"}, 2, {"text.h5"}});
  check_refused(place, {{"run", "good.toml", "-o", "foreign.h5", "--resume"}, 2, {"foreign.h5"}});
  check_refused(place, {{"run", "good.toml", "-o", "cut50.h5", "--resume"}, 2, {"cut50.h5"}});
  check_refused(place, {{"run", "good.toml", "--resume", "--run.seed", "2"}, 2, {"good.h5", "another study", "seed"}});

  REQUIRE(run(base + Words{"--run.max_time", "1e-9"}, place.path()).code == 75);
  check_refused(place, {base, 2, {"new.h5", "unfinished", "--resume", "--force"}});
  const Words changed = base + Words{"--resume"};
  check_refused(place, {changed + Words{"--model.size", "8"}, 2, {"another study", "it was `size = 4`"}});
  check_refused(place, {changed + Words{"--run.seed", "7"}, 2, {"another study", "seed"}});
  check_refused(place, {changed + Words{"--method.sweeps", "60"}, 2, {"another study", "sweeps"}});
  check_refused(place, {changed + Words{"--grid.model.size", "[4, 8]"}, 2, {"another study"}});
  fs::remove(place / "new.h5");
  check_refused(place, {base, 2, {"new.h5.parts", "unfinished", "--resume", "--force"}});
  CHECK(run(base + Words{"--resume", "--quiet"}, place.path()).code == 0);
  CHECK(differences(place / "good.h5", place / "new.h5") == Words{});

  const std::string bytes = read_bytes(place / "new.h5");
  const Ended again = run(base + Words{"--resume"}, place.path());
  CHECK(again.code == 0);
  CHECK(contains(again.err, "new.h5 is complete"));
  CHECK(read_bytes(place / "new.h5") == bytes);

  REQUIRE(run(base + Words{"--run.max_time", "1e-9", "--force"}, place.path()).code == 75);
  fs::remove_all(place / "new.h5.parts");
  check_refused(place, {base + Words{"--resume"}, 2, {"new.h5", "are gone", "--force"}});
}

TEST_CASE("program: a run is not continued with other couplings under the same name") {
  const StudyFolder place;
  write_bytes(place / "graph.toml",
              "[model]\ncouplings = \"graph.txt\"\n[method]\nbeta = 0.2\nsweeps = 100\nthermalization = 10\n");
  const Words words = {"run", "graph.toml", "--run.max_time", "1e-9"};
  REQUIRE(run(words, place.path()).code == 75);
  const std::string before = read_bytes(place / "graph.txt");
  write_bytes(place / "graph.txt", "1 2 1\n2 3 1\n");
  check_refused(place, {words + Words{"--resume"}, 2, {"graph.txt", "another"}});
  write_bytes(place / "graph.txt", before);
  CHECK(run({"run", "graph.toml", "--resume", "--quiet"}, place.path()).code == 0);
}

TEST_CASE("program: two runs on one result do not meet") {
  const StudyFolder place;
  const Words words = {"run", "good.toml", "-o", "new.h5", "--method.sweeps", "100000000"};
  Child child(words, place.path());
  REQUIRE(wait_until([&] { return fs::exists(place / "new.h5.parts/manifest.h5"); }));  // it holds the lock by then
  for (const Words& more : {Words{"--force"}, Words{"--resume"}})
    check_refused(place, {words + more, 1, {"another process is at work", "-o"}});
  check_refused(place, {words, 2, {"unfinished"}});
  child.send(SIGKILL);
  CHECK(child.wait().code == 128 + SIGKILL);
}
