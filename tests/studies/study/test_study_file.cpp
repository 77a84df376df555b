/// Study files: what is accepted, and for each class of mistake the message with key, line and column.
#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/options.hpp"
#include "studies/methods/annealing_keys.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "tests/studies/options_fixture.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {
const std::string complete = "[method]\nbeta = 0.4\n";  // two lines that make any study complete
}

TEST_CASE("A study file fills in the study and leaves the rest at its defaults") {
  const Request request = read(R"(
[model]
lattice = "cubic"
size = [4, 5, 6]
boundary = "open"
coupling = -1
disorder = "gaussian"
disorder_seed = 7
field = 2.5e-1
[sampler]
name = "metropolis"
scan = "random"
[method]
name = "annealing"
beta = "0.30:0.50:21"
particles = 1e4
temperatures = 500
schedule = "linear"
resample = 0.5
reverse = false
[run]
seed = 42
max_time = 60
)");
  REQUIRE(request.tasks.size() == 1);
  const Study& study = request.tasks[0].study;
  CHECK(study.keys<LatticeKeys>().lattice == "cubic");
  CHECK(study.keys<LatticeKeys>().size == std::vector<std::int64_t>{4, 5, 6});
  CHECK(study.keys<InteractionKeys>().coupling == -1);
  CHECK(study.keys<InteractionKeys>().disorder_seed == 7);
  CHECK(study.keys<InteractionKeys>().field == 0.25);
  CHECK(study.sampler.scan == "random");
  CHECK(study.keys<AnnealingKeys>().particles == 10000);
  CHECK(study.keys<AnnealingKeys>().temperatures == std::vector<double>{500});
  CHECK_FALSE(study.keys<AnnealingKeys>().reverse);
  CHECK(study.run.seed == 42);
  CHECK(study.run.max_time == 60);
  CHECK(study.run.checkpoint == Study().run.checkpoint);
  REQUIRE(study.method.beta.size() == 21);
  CHECK(study.method.beta.front() == 0.30);
  CHECK(study.method.beta.back() == 0.50);
  CHECK(study.method.beta[7] == 0.30 + (0.50 - 0.30) * 7 / 20);
}

TEST_CASE("Inverse temperatures come as a range, a list, a number, or temperatures in any order") {
  CHECK(read("[method]\nbeta = 0.44\n").tasks[0].study.method.beta == std::vector<double>{0.44});
  CHECK(read("[method]\nbeta = [0, 0.5, 1]\n").tasks[0].study.method.beta == std::vector<double>{0, 0.5, 1});
  CHECK(read("[method]\ntemperature = [4, 1, 2]\n").tasks[0].study.method.beta == std::vector<double>{0.25, 0.5, 1});
  CHECK(read("[method]\ntemperature = \"2:4:2\"\n").tasks[0].study.method.beta == std::vector<double>{0.25, 0.5});
  CHECK(read("[method]\ntemperature = \"4:2:2\"\n").tasks[0].study.method.beta == std::vector<double>{0.25, 0.5});
}

TEST_CASE("A byte order mark and Windows line ends do no harm") {
  CHECK(read("\xEF\xBB\xBF[method]\r\nbeta = 0.4\r\n").tasks[0].study.method.beta == std::vector<double>{0.4});
}

TEST_CASE("A relative couplings file is relative to the study file, or to the current folder on the command line") {
  const Folder folder;
  const std::string study = folder.write("study.toml", complete + "[model]\ncouplings = \"data/../graph.txt\"\n");
  CHECK(read_study(study, {}).tasks[0].study.keys<LatticeKeys>().couplings == (folder.path() / "graph.txt").string());
  CHECK(read_study(study, {{"model.couplings", "other.txt"}}).tasks[0].study.keys<LatticeKeys>().couplings ==
        (std::filesystem::current_path() / "other.txt").string());
}

TEST_CASE("Unknown keys and sections are refused, with what was perhaps meant") {
  CHECK_THAT(refused(complete + "[model]\nsise = 3\n"),
             StartsWith("unknown key `model.sise` (study.toml:4:1); did you mean `model.size`? [model] has name, "));
  CHECK(refused("size = 3\n" + complete) ==
        "unknown key `size` (study.toml:1:1); did you mean `model.size`? the sections "
        "are model, data, sampler, method, run and grid");
  CHECK(refused("xyzzy = 3\n" + complete) ==
        "unknown key `xyzzy` (study.toml:1:1); the sections are model, data, sampler, method, run and grid");
  CHECK_THAT(refused(complete + "[modle]\nsize = 3\n"),
             StartsWith("unknown section `[modle]` (study.toml:3:2); did you mean `model`?"));
  CHECK_THAT(refused(complete + "[nothing]\n"), StartsWith("unknown section `[nothing]` (study.toml:3:2)"));
  CHECK_THAT(refused("model = 3\n" + complete), StartsWith("`model` (study.toml:1:1) is a section, not a key"));
  CHECK_THAT(refused("[[model]]\nsize = 3\n" + complete),
             StartsWith("`model` (study.toml:1:3) is a section, not a key"));
  CHECK(refused(complete + "[model.size]\n") == "`model.size` (study.toml:3:8) is a key, not a section");
  CHECK_THAT(refused(complete + "[grid]\nsize = [3, 4]\n"),
             StartsWith("unknown key `size` (study.toml:4:1); did you mean "));
}

TEST_CASE("Values of the wrong type or out of range are refused where they stand") {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"[run]\nseed = -1", "`run.seed` = -1 (study.toml:4:8) is out of range; allowed: integer >= 0"},
      {"[run]\nseed = 1.5", "`run.seed` = 1.5 (study.toml:4:8) is not an integer; allowed: integer >= 0"},
      {"[run]\nseed = 1e19",
       "`run.seed` = 1e+19 (study.toml:4:8) is too large to be an exact integer; allowed: integer >= 0"},
      {"[run]\nseed = \"1\"", "`run.seed` = \"1\" (study.toml:4:8) is text, not an integer; allowed: integer >= 0"},
      {"[run]\nseed = 2020-01-01",
       "`run.seed` = a date or time (study.toml:4:8) is a date or time, not an integer; allowed: integer >= 0"},
      {"[run]\nthreads = 5000",
       "`run.threads` = 5000 (study.toml:4:11) is out of range; allowed: integer from 0 to 4096"},
      {"[run]\ncheckpoint = 0", "`run.checkpoint` = 0 (study.toml:4:14) is out of range; allowed: number > 0"},
      {"[run]\nmax_time = -inf",
       "`run.max_time` = -inf (study.toml:4:12) is not a finite number; allowed: number >= 0"},
      {"[model]\nsize = 0", "`model.size` = 0 (study.toml:4:8) is out of range; allowed: integer >= 1 or a list"},
      {"[model]\nsize = [3, 0]", "`model.size` = 0 (study.toml:4:12) is out of range; allowed: integer >= 1 or a list"},
      {"[model]\nsize = []", "`model.size` = [] (study.toml:4:8) is an empty list; allowed: integer >= 1 or a list"},
      {"[model]\nsize = [[3, 4]]",
       "`model.size` = [3, 4] (study.toml:4:9) is a list, not an integer; allowed: integer >= 1 or a list"},
      {"[model]\nfield = nan", "`model.field` = nan (study.toml:4:9) is not a finite number; allowed: number"},
      {"[model]\nfield = true",
       "`model.field` = true (study.toml:4:9) is a truth value, not a number; allowed: number"},
      {"[model]\nlattice = \"sqare\"",
       "`model.lattice` = \"sqare\" (study.toml:4:11) is unknown; allowed: chain, square, cubic, hypercubic, "
       "triangular, honeycomb, complete; did you mean `square`?"},
      {"[model]\nlattice = 3",
       "`model.lattice` = 3 (study.toml:4:11) is an integer, not text; allowed: chain, square, cubic, hypercubic, "
       "triangular, honeycomb, complete"},
      {"[model]\ncouplings = \"\"",
       "`model.couplings` = \"\" (study.toml:4:13) is empty; allowed: text file of lines i j J or i i h"},
      {"[method]\nreverse = 1", "not valid TOML: 'method' is given twice (study.toml:3:1)"},
  };
  for (const auto& [text, message] : mistakes) {
    INFO(text);
    CHECK(refused(complete + text + '\n') == message);
  }
  CHECK(refused("[method]\nname = \"annealing\"\nbeta = 1\nreverse = 1\n") ==
        "`method.reverse` = 1 (study.toml:4:11) is an integer, not true or false; allowed: true or false");
  CHECK(refused("[method]\nbeta = 1\nsweeps = -5\n") ==
        "`method.sweeps` = -5 (study.toml:3:10) is out of range; allowed: integer >= 1");
}

TEST_CASE("Inverse temperatures that are missing, double, descending or not numbers are refused") {
  const std::string allowed = "; allowed: \"start:stop:count\", a list or one number";
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"beta = [0.5, 0.3]", "`method.beta` = [0.5, 0.3] (study.toml:2:8) is descending (0.3 follows 0.5)"},
      {"beta = \"0.5:0.3:3\"", "`method.beta` = \"0.5:0.3:3\" (study.toml:2:8) is descending (0.4 follows 0.5)"},
      {"beta = [0.3, 0.3]", "`method.beta` = [0.3, 0.3] (study.toml:2:8) has 0.3 twice"},
      {"beta = []", "`method.beta` = [] (study.toml:2:8) is an empty list"},
      {"beta = nan", "`method.beta` = nan (study.toml:2:8) is not a finite number"},
      {"beta = [0.1, inf]", "`method.beta` = inf (study.toml:2:14) is not a finite number"},
      {"beta = -0.1", "`method.beta` = -0.1 (study.toml:2:8) has a negative beta (-0.1)"},
      {"beta = \"0.1\"", "`method.beta` = \"0.1\" (study.toml:2:8) is not a range start:stop:count"},
      {"beta = \"0.1:0.2\"", "`method.beta` = \"0.1:0.2\" (study.toml:2:8) is not a range start:stop:count"},
      {"beta = \"0.1:x:3\"", "`method.beta` = \"0.1:x:3\" (study.toml:2:8) is not a range start:stop:count"},
      {"beta = \"0.1:0.2:1\"", "`method.beta` = \"0.1:0.2:1\" (study.toml:2:8) has a count outside 2 to 100000"},
      {"beta = \"0.1:0.2:2.5\"", "`method.beta` = \"0.1:0.2:2.5\" (study.toml:2:8) is not a range start:stop:count"},
      {"beta = \"nan:1:3\"", "`method.beta` = \"nan:1:3\" (study.toml:2:8) has an end that is not a finite number"},
      {"temperature = [1, 0]",
       "`method.temperature` = [1, 0] (study.toml:2:15) has a temperature that is not positive (0)"},
      {"temperature = [2, 1, 2]", "`method.temperature` = [2, 1, 2] (study.toml:2:15) has the temperature 2 twice"},
      {"temperature = 1e-320",
       "`method.temperature` = 1e-320 (study.toml:2:15) has a temperature too small to invert (1e-320)"},
  };
  for (const auto& [text, message] : mistakes) {
    INFO(text);
    CHECK(refused("[method]\n" + text + '\n') == message + allowed);
  }
  CHECK(refused("[method]\nbeta = 0.3\ntemperature = 2\n") ==
        "`method.beta` (study.toml:2:1) and `method.temperature` (study.toml:3:1) are both given; keep one of them");
  for (const char* nothing : {"", "\n", "[method]\n", "# only a comment"}) {
    CHECK_THAT(refused(nothing), StartsWith("method.beta is missing: ") && Contains("beta = \"0.30:0.50:21\""));
  }
}

TEST_CASE("What is no TOML is refused with line and column") {
  CHECK_THAT(refused("[method\nbeta = 1\n"), StartsWith("not valid TOML: ") && Contains("(study.toml:1:8)"));
  CHECK(refused(complete + "beta = 0.5\n") == "not valid TOML: 'beta' is given twice (study.toml:3:8)");
  CHECK_THAT(refused("[method]\nbeta = 0.4.4\n"), StartsWith("not valid TOML: ") && Contains("(study.toml:2:"));
  CHECK_THAT(refused("[run]\nseed = 99999999999999999999\n"), Contains("not representable in 64 bits"));
  CHECK_THAT(refused("\xff\xfe[method]"), StartsWith("not valid TOML: ") && Contains("(study.toml:1:1)"));
  CHECK(
      refused(complete + "\"model.size\" = 3\n[model]\nsize = 4\n") ==
      "unknown key `method.model.size` (study.toml:3:1); "
      "did you mean `model.size`? [method] has name, beta, temperature, chains, start, thermalization, sweeps, every, "
      "store, target_error, target, objective, snapshots, ladder, rungs, particles, temperatures, schedule, resample, "
      "reverse");
  CHECK(refused("\"model.size\" = 3\n[model]\nsize = 4\n" + complete) ==
        "`model.size` is given twice (study.toml:3:1 and study.toml:1:1)");
}

TEST_CASE("Files that are no study files are refused by name") {
  const Folder folder;
  const auto refused_file = [](const std::string& file) { return refusal([&] { read_study(file, {}); }); };
  CHECK(refused_file((folder.path() / "none.toml").string()) == "no study file `none.toml`");
  CHECK(refused_file("/tmp") == "`/tmp` is a folder, not a study file");
  CHECK(refused_file(folder.write("junk.toml", std::string("\x89HDF\r\n\x1a\n\0\0", 10))) ==
        "`junk.toml` is not a study file: it is no TOML text");
}

TEST_CASE("Keys that do not go together are refused") {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"[model]\nlattice = \"chain\"\nsize = [3, 4]",
       "model.size has 2 sides, but model.lattice = \"chain\" has 1 (study.toml)"},
      {"[model]\nlattice = \"cubic\"\nsize = [3, 4]",
       "model.size has 2 sides, but model.lattice = \"cubic\" has 3 (study.toml)"},
      {"[model]\nsize = [3, 1]",
       "model.size has a periodic side of 1, which would bond sites to themselves; allowed: sides of 2 or more, or "
       "model.boundary = \"open\" (study.toml)"},
      {"[model]\nsize = 100000", "model.size makes 1e+10 sites; allowed: at most 1e+09 (study.toml)"},
      {"[model]\ndimension = 3",
       "`model.dimension` (study.toml:4:1) has no part in this study; it goes with "
       "model.lattice = \"hypercubic\" and a size of one number"},
      {"[model]\ndisorder_seed = 3",
       "`model.disorder_seed` (study.toml:4:1) has no part in this study; it goes with "
       "model.disorder = \"bimodal\" or \"gaussian\", or a network with random weights"},
      {"[model]\ncouplings = \"a.txt\"\nlattice = \"square\"",
       "`model.lattice` (study.toml:5:1) has no part in this study; it goes with a lattice, not with model.couplings"},
      {"[model]\ncouplings = \"a.txt\"\ndisorder = \"bimodal\"",
       "`model.disorder` (study.toml:5:1) has no part in this study; it goes with a lattice, not with model.couplings"},
      {"[model]\nindex_base = 0",
       "`model.index_base` (study.toml:4:1) has no part in this study; it goes with model.couplings"},
      {"[sampler]\nname = \"wolff\"\nscan = \"random\"",
       "`sampler.scan` (study.toml:5:1) has no part in this study; it "
       "goes with sampler.name = \"heat-bath\" or \"metropolis\" on a lattice or graph"},
      {"particles = 10",
       "`method.particles` (study.toml:3:1) has no part in this study; it goes with method.name = "
       "\"annealing\""},
      {"ladder = \"adaptive\"",
       "`method.ladder` (study.toml:3:1) has no part in this study; it goes with method.name "
       "= \"tempering\" or \"trajectory\""},
      {"name = \"annealing\"\nsweeps = 10",
       "`method.sweeps` (study.toml:4:1) has no part in this study; it goes with "
       "method.name = \"mcmc\", \"tempering\" or \"trajectory\""},
      {"name = \"tempering\"",
       "method.name = \"tempering\" needs at least 2 values in method.beta to exchange between (study.toml)"},
      {"every = 30000", "method.every = 30000 leaves no draw in method.sweeps = 20000 (study.toml)"},
      {"every = 3\nsweeps = 10\nsnapshots = 4",
       "method.snapshots = 4 is more than the 3 draws of method.sweeps / method.every (study.toml)"},
      {"name = \"annealing\"\ntemperatures = [0, 0.3]",
       "method.temperatures ends at beta = 0.3, but method.beta at 0.4; the schedule must end where beta does "
       "(study.toml)"},
      {"name = \"annealing\"\ntemperatures = [0, 0.4]\nschedule = \"linear\"",
       "`method.schedule` (study.toml:5:1) has no part in this study; it goes with method.name = \"annealing\" and one "
       "number for method.temperatures"},
      {"name = \"annealing\"\ntemperatures = [0.1, 0.4]",
       "`method.temperatures` = [0.1, 0.4] (study.toml:4:16) does not start at beta = 0; allowed: integer >= 1, "
       "\"0:stop:count\" or a list"},
  };
  for (const auto& [text, message] : mistakes) {
    INFO(text);
    CHECK(refused(complete + text + '\n') == message);
  }
}

TEST_CASE("Lattices take one number for all sides, or as many as they have") {
  const std::vector<std::string> good = {
      "lattice = \"chain\"\nsize = 5",          "lattice = \"chain\"\nsize = [5]",
      "lattice = \"honeycomb\"\nsize = [3, 4]", "lattice = \"hypercubic\"\nsize = [3, 4, 5, 6, 7]",
      "lattice = \"complete\"\nsize = 1",       "lattice = \"hypercubic\"\nsize = 3\ndimension = 5",
      "size = [1, 7]\nboundary = \"open\""};
  for (const std::string& text : good) {
    INFO(text);
    CHECK(refused(complete + "[model]\n" + text + '\n') == "(accepted)");
  }
}

TEST_CASE("Every key of the schema has a help line, reads its own default, and belongs to a section") {
  const Schema& schema = study_schema();
  for (const StudyKey& key : schema.keys) {
    INFO(key.name);
    CHECK_FALSE(key.help.empty());
    CHECK_FALSE(key.allowed.empty());
    const std::string section = key.name.substr(0, key.name.find('.'));
    CHECK(std::find(schema.sections.begin(), schema.sections.end(), section) != schema.sections.end());
    if (const auto value = key.get(schema.first)) {
      Study study = study_schema().first;
      store(key, study, *value);
      CHECK(to_toml(*key.get(study)) == to_toml(*value));
    }
  }
}
