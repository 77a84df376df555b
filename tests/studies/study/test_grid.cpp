/// Grids: expansion, order, coordinates; and the resolved study, which reads back to the same tasks.
#include "studies/catalogue/catalogue.hpp"
#include "studies/methods/annealing_keys.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/methods/tempering_keys.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "tests/studies/options_fixture.hpp"

using namespace gibbsite;
using Catch::Matchers::StartsWith;

namespace {

const std::string one_beta = "[method]\nbeta = 0.4\n";

std::vector<std::string> coordinates(const Request& request) {
  std::vector<std::string> out;
  for (const Task& task : request.tasks) {
    std::string line;
    for (const auto& [key, value] : task.coordinates) line += (line.empty() ? "" : " ") + key + '=' + value;
    out.push_back(line);
  }
  return out;
}

/// Every key of a study that says something, bit for bit.
std::string fingerprint(const Study& study) {
  std::string out;
  for (const StudyKey& key : study_schema().keys)
    if (const auto value = key.get(study); value && key.applies(study)) out += key.name + '=' + to_toml(*value) + '\n';
  return out;
}

}  // namespace

TEST_CASE("Every combination of a grid is a task, the last key fastest") {
  const Request request = read(one_beta + R"(
[model]
disorder = "bimodal"
[grid]
"model.size" = [16, [4, 8]]
"model.disorder_seed" = "1:3"
)");
  CHECK(coordinates(request) ==
        std::vector<std::string>{"model.size=16 model.disorder_seed=1", "model.size=16 model.disorder_seed=2",
                                 "model.size=16 model.disorder_seed=3", "model.size=4x8 model.disorder_seed=1",
                                 "model.size=4x8 model.disorder_seed=2", "model.size=4x8 model.disorder_seed=3"});
  CHECK(request.tasks[4].study.keys<LatticeKeys>().size == std::vector<std::int64_t>{4, 8});
  CHECK(request.tasks[4].study.keys<InteractionKeys>().disorder_seed == 2);
  REQUIRE(request.grid.size() == 2);
  CHECK(request.grid[0].first == "model.size");
  CHECK(request.grid[0].second == std::vector<std::string>{"16", "4x8"});
}

TEST_CASE("A grid takes the place of the single value that the file gives beside it") {
  const Request request = read(one_beta + "[grid]\n\"model.size\" = [4, 8]\n[model]\nsize = [32, 32]\n");
  CHECK(coordinates(request) == std::vector<std::string>{"model.size=4", "model.size=8"});
  CHECK(read(request.resolved).tasks.size() == 2);
}

TEST_CASE("The order of a grid is the order in the file, quoted or not") {
  const Request request = read(one_beta +
                               "[grid]\nsampler.name = [\"wolff\", \"heat-bath\"]\nmodel.field = \"0:1:3\"\n"
                               "\"model.boundary\" = [\"open\"]\n");
  REQUIRE(request.grid.size() == 3);
  CHECK(request.grid[0].first == "sampler.name");
  CHECK(request.grid[1].first == "model.field");
  CHECK(request.grid[1].second == std::vector<std::string>{"0", "0.5", "1"});
  CHECK(request.grid[2].first == "model.boundary");
  CHECK(request.tasks[1].study.keys<InteractionKeys>().field == 0.5);
}

TEST_CASE("A key belongs to a grid where it has a part in one of the tasks") {
  CHECK(refused(one_beta + "particles = 10\n[grid]\n\"method.name\" = [\"mcmc\", \"annealing\"]\n") == "(accepted)");
  CHECK_THAT(refused(one_beta + "particles = 10\n[grid]\n\"method.name\" = [\"mcmc\"]\n"),
             StartsWith("`method.particles` (study.toml:3:1) has no part in this study"));
}

TEST_CASE("Bad grids are refused with key, line and column") {
  const std::string allowed = "; allowed: a list, \"1:100\" or \"0.3:0.5:21\"";
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"\"model.size\" = 4", "grid `model.size` = 4 (study.toml:4:16) is an integer, not several values" + allowed},
      {"\"model.size\" = []", "grid `model.size` = [] (study.toml:4:16) is an empty list" + allowed},
      {"\"model.size\" = \"9:1\"", "grid `model.size` = \"9:1\" (study.toml:4:16) is a descending range" + allowed},
      {"\"model.size\" = \"1-9\"", "grid `model.size` = \"1-9\" (study.toml:4:16) is not a range" + allowed},
      {"\"model.size\" = \"1:1000000000000\"",
       "grid `model.size` = \"1:1000000000000\" (study.toml:4:16) is a range of more than 100000 values" + allowed},
      {"\"model.size\" = \"1:2:5\"",
       "`model.size` = 1.25 (study.toml:4:16) is not an integer; allowed: integer >= 1 or a list"},
      {"\"model.size\" = [4, 8, 4.0]", "grid `model.size` (study.toml:4:23) has 4 twice"},
      {"\"model.size\" = [4, 0]",
       "`model.size` = 0 (study.toml:4:20) is out of range; allowed: integer >= 1 or a list"},
      {"\"model.size\" = [4, 1]",
       "model.size has a periodic side of 1, which would bond sites to themselves; allowed: sides of 2 or more, or "
       "model.boundary = \"open\" (study.toml, model.size = 1)"},
      {"\"run.seed\" = \"1:3\"", "no grid can run over `run.seed` (study.toml:4:1)"},
      {"\"method.beta\" = [0.1, 0.2]",
       "no grid can run over `method.beta` (study.toml:4:1); give all its values to the key itself"},
      {"\"model.disorder_seed\" = \"1:3\"",
       "`model.disorder_seed` (study.toml:4:1) has no part in this study; it goes with model.disorder = \"bimodal\" or "
       "\"gaussian\", or a network with random weights"},
      {"\"model.size\" = \"2:99999\"\n\"model.field\" = \"1:100\"", "the grid has more than 100000 combinations"},
      {"\"model.size\" = [4]\nmodel.size = [8]", "`model.size` is given twice (study.toml:5:7 and study.toml:4:1)"},
  };
  for (const auto& [text, message] : mistakes) {
    INFO(text);
    CHECK(refused(one_beta + "[grid]\n" + text + '\n') == message);
  }
  CHECK_THAT(refused(one_beta + "[grid]\n\"model.sise\" = [4]\n"),
             StartsWith("unknown key `model.sise` (study.toml:4:1); did you mean `model.size`?"));
  CHECK_THAT(refused("grid = 3\n" + one_beta), StartsWith("unknown key `grid` (study.toml:1:1)"));
}

TEST_CASE("The command line wins over the file, key by key") {
  const std::string file = one_beta + "[model]\nsize = 8\n[grid]\n\"model.field\" = [0, 1]\n";
  CHECK(read(file, {{"model.size", "16"}}).tasks[0].study.keys<LatticeKeys>().size == std::vector<std::int64_t>{16});
  CHECK(coordinates(read(file, {{"model.field", "2"}})) == std::vector<std::string>{""});
  CHECK(read(file, {{"model.field", "2"}}).tasks[0].study.keys<InteractionKeys>().field == 2);
  CHECK(coordinates(read(file, {{"grid.model.field", "[3]"}, {"grid.model.size", "[4, [5, 6]]"}})) ==
        std::vector<std::string>{"model.size=4 model.field=3", "model.size=5x6 model.field=3"});
  CHECK(read(file, {{"method.temperature", "2"}}).tasks[0].study.method.beta == std::vector<double>{0.5});
}

TEST_CASE("The command line silences keys of the file that it leaves without a part") {
  const std::string file =
      "[method]\nname = \"tempering\"\nladder = \"adaptive\"\nbeta = [0, 1]\n[model]\n"
      "lattice = \"hypercubic\"\ndimension = 3\nsize = 4\ndisorder = \"bimodal\"\ndisorder_seed = 9\n";
  CHECK(read(file, {{"method.name", "mcmc"}}).tasks[0].study.keys<TemperingKeys>().ladder == TemperingKeys{}.ladder);
  const Request instance = read(file, {{"model.couplings", "graph.txt"}});
  CHECK(instance.tasks[0].study.keys<LatticeKeys>().disorder == "none");
  CHECK_THAT(refused(file, {{"method.name", "mcmc"}, {"method.ladder", "fixed"}}),
             StartsWith("`method.ladder` (on the command line) has no part in this study"));
  CHECK_THAT(refused(file, {{"method.particles", "10"}}),
             StartsWith("`method.particles` (on the command line) has no part in this study"));
}

TEST_CASE("Words on the command line mean what they mean in the file, and text needs no quotes") {
  const auto first = [](const Overrides& overrides) { return read(one_beta, overrides).tasks.at(0).study; };
  CHECK(first({{"model.size", "[32, 64]"}}).keys<LatticeKeys>().size == std::vector<std::int64_t>{32, 64});
  CHECK(first({{"method.sweeps", "2e4"}}).keys<ChainKeys>().sweeps == 20000);
  CHECK(first({{"method.beta", "0.3:0.5:3"}}).method.beta == std::vector<double>{0.3, 0.4, 0.5});
  CHECK(first({{"method.beta", "[0.1,0.2]"}}).method.beta == std::vector<double>{0.1, 0.2});
  CHECK(first({{"sampler.name", "wolff"}}).sampler.kind == SamplerKind::wolff);
  CHECK_FALSE(first({{"method.name", "annealing"}, {"method.reverse", "false"}}).keys<AnnealingKeys>().reverse);
  CHECK(first({{"model.couplings", "1"}}).keys<LatticeKeys>().couplings ==
        (std::filesystem::current_path() / "1").string());
  CHECK(coordinates(read(one_beta, {{"grid.sampler.name", "[wolff, \"swendsen-wang\"]"}})) ==
        std::vector<std::string>{"sampler.name=wolff", "sampler.name=swendsen-wang"});
  const std::string place = " (on the command line) ";
  CHECK(refused(one_beta, {{"run.seed", "-1"}}) ==
        "`run.seed` = -1" + place + "is out of range; allowed: integer >= 0");
  CHECK(refused(one_beta, {{"run.seed", "18446744073709551616"}}) ==
        "`run.seed` = 1.8446744073709552e+19" + place + "is too large to be an exact integer; allowed: integer >= 0");
  CHECK(refused(one_beta, {{"method.sweeps", "nan"}}) ==
        "`method.sweeps` = nan" + place + "is not a finite number; allowed: integer >= 1");
  CHECK(refused(one_beta, {{"method.sweeps", "0x10"}}) ==
        "`method.sweeps` = \"0x10\"" + place + "is text, not an integer; allowed: integer >= 1");
  CHECK(refused(one_beta, {{"model.size", "[3, 4"}}) ==
        "`model.size` = \"[3, 4\"" + place + "is text, not an integer; allowed: integer >= 1 or a list");
  CHECK_THAT(refused(one_beta, {{"model.sise", "3"}}), StartsWith("unknown key `model.sise`" + place.substr(0, 22)));
}

TEST_CASE("The resolved study reads back to the same tasks") {
  const std::vector<std::string> studies = {
      one_beta,
      "[method]\nbeta = \"0.1:0.7:101\"\nsweeps = 12\n[model]\nfield = 0.1\ncoupling = 1e-17\n[run]\ncheckpoint = "
      "1e9\n",
      "[method]\ntemperature = \"1:3:23\"\nname = \"tempering\"\nladder = \"adaptive\"\n",
      "[method]\nbeta = [0.1, 0.3]\nname = \"annealing\"\ntemperatures = [0, 0.1, 0.3]\nreverse = false\n",
      one_beta + "particles = 7\n[grid]\nmethod.name = [\"mcmc\", \"annealing\"]\nmodel.field = \"0:0.3:4\"\n",
      one_beta + "[model]\ncouplings = \"odd \\\"name\\\"\\t\\\\.txt\"\nindex_base = 0\n",
      one_beta + "[model]\nlattice = \"hypercubic\"\n[grid]\n\"model.size\" = [4, [3, 4, 5]]\n",
      one_beta + "[grid]\n\"model.couplings\" = [\"a.txt\", \"b.txt\"]\n"};
  for (const std::string& text : studies) {
    INFO(text);
    const Request once = read(text);
    INFO(once.resolved);
    const Request twice = read(once.resolved);
    CHECK(twice.resolved == once.resolved);
    CHECK(twice.grid == once.grid);
    REQUIRE(twice.tasks.size() == once.tasks.size());
    for (std::size_t i = 0; i < once.tasks.size(); ++i) {
      CHECK(twice.tasks[i].coordinates == once.tasks[i].coordinates);
      CHECK(fingerprint(twice.tasks[i].study) == fingerprint(once.tasks[i].study));
    }
  }
}

TEST_CASE("The resolved study holds every key that has a part, by section") {
  CHECK(read("[method]\nbeta = [0.25, 0.5]\nname = \"annealing\"\n[grid]\n\"model.size\" = [4, [3, 5]]\n").resolved ==
        R"([model]
name = "ising"
lattice = "square"
boundary = "periodic"
coupling = 1.0
disorder = "none"
field = 0.0

[sampler]
name = "heat-bath"
scan = "default"
layout = "fastest"

[method]
name = "annealing"
beta = [0.25, 0.5]
thermalization = 1000
every = "auto"
store = "all"
particles = 1000
temperatures = 1000
schedule = "adaptive"
resample = 0.0
reverse = true

[run]
seed = 1
threads = 0
checkpoint = 300.0
max_time = 0.0
keep_states = true
tasks_in_file = 64

[grid]
"model.size" = [4, [3, 5]]
)");
}
