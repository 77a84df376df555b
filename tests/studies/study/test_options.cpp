/// Command lines: dispatch, strictness, help.
#include <sstream>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/command_line/options.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/text/words.hpp"
#include "tests/studies/options_fixture.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using Words = std::vector<std::string>;

namespace {

/// A folder with one good study in it.
struct Desk {
  Folder folder;
  std::string study = folder.write("study.toml", "[method]\nbeta = 0.4\n");
};

/// As messages list them.
std::string all_commands() {
  std::string names;
  for (const Command* command : commands()) names += (names.empty() ? "" : ", ") + command->name;
  return names;
}

}  // namespace

TEST_CASE("Each command is taken apart into arguments and options") {
  const Desk desk;
  const Request run =
      parse({"run", "--model.size", "64", desk.study, "-o", "x.h5", "--force", "--quiet", "--run.seed=5"});
  CHECK(run.command == "run");
  CHECK(run.arguments == Words{desk.study});
  CHECK(run.out == "x.h5");
  CHECK(run.force);
  CHECK(run.quiet);
  CHECK_FALSE(run.resume);
  REQUIRE(run.tasks.size() == 1);
  CHECK(run.tasks[0].study.keys<LatticeKeys>().size == std::vector<std::int64_t>{64});
  CHECK(run.tasks[0].study.run.seed == 5);
  CHECK(parse({"run", desk.study, "--resume"}).resume);
  CHECK(parse({"run", desk.study}).out == "study.h5");
  CHECK(parse({"run", desk.study, "--out=y.h5"}).out == "y.h5");
  CHECK(parse({"run", "--", desk.study}).arguments == Words{desk.study});
  CHECK(parse({"run", desk.study, "--model.field", "-0.5"}).tasks[0].study.keys<InteractionKeys>().field == -0.5);
  CHECK(parse({"run", desk.study, "--grid.model.size", "[4, 8]"}).tasks.size() == 2);

  CHECK(parse({"exact", desk.study, "--json", "--method.beta", "[0.1,0.2]"}).json);
  CHECK(parse({"show", "a.h5", "--json"}).arguments == Words{"a.h5"});
  CHECK(parse({"list"}).arguments.empty());
  CHECK(parse({"list", "models"}).arguments == Words{"models"});
  CHECK(parse({"bench", "sk", "--quick", "--json"}).quick);
  CHECK(parse({"bench", "sk", "rbm"}).arguments == Words{"sk", "rbm"});

  const Request reweight = parse({"reweight", "a.h5", "b.h5", "--beta", "0.25:0.5:2", "-o", "c.h5"});
  CHECK(reweight.arguments == Words{"a.h5", "b.h5"});
  CHECK(reweight.beta == std::vector<double>{0.25, 0.5});
  CHECK(reweight.out == "c.h5");
}

TEST_CASE("Help and version never run anything") {
  const Desk desk;
  CHECK(parse({}).command == "help");
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"help"}, Words{"help", "--help"}})
    CHECK(parse(words).command == "help");
  CHECK(parse({"--version"}).command == "version");
  CHECK(parse({"help", "run"}).arguments == Words{"run"});
  for (const char* topic : {"errors", "files", "method.ladder", "wolff"})
    CHECK(parse({"help", topic}).arguments == Words{topic});
  for (const Command* command : commands())
    for (const char* option : {"--help", "-h"}) {
      const Request request = parse({command->name, option});
      CHECK(request.command == "help");
      CHECK(request.help);
      CHECK(request.arguments == Words{command->name});
    }
  const Request request = parse({"run", desk.study, "-o", "x.h5", "--help"});
  CHECK(request.command == "help");
  CHECK(request.tasks.empty());
  CHECK(parse({"run", "none.toml", "--help"}).command == "help");
}

TEST_CASE("Strict: what is not understood is refused") {
  const Desk desk;
  const std::string& study = desk.study;
  const std::vector<std::pair<Words, std::string>> mistakes = {
      {{"rnu"}, "unknown command `rnu`; did you mean `run`? the commands are " + all_commands()},
      {{""}, "unknown command ``; the commands are " + all_commands()},
      {{"--model.size", "64", "run", study},
       "`--model.size` stands before the command; the command comes first, for example: gibbsite run STUDY.toml "
       "--model.size 64"},
      {{"--help", "run"}, "`gibbsite --help` takes no more words"},
      {{"help", "rnu"},
       "unknown command or topic `rnu`; did you mean `run`? the commands are " + all_commands() +
           "; `gibbsite help` lists what else is explained"},
      {{"help", "erors"},
       "unknown command or topic `erors`; did you mean `errors`? the commands are " + all_commands() +
           "; `gibbsite help` lists what else is explained"},
      {{"help", "run", "show"},
       "`gibbsite help` takes no argument `show`; usage: gibbsite help [COMMAND|TOPIC|KEY|NAME]"},
      {{"run"}, "`gibbsite run` needs an argument; usage: gibbsite run STUDY.toml"},
      {{"run", study, "more"}, "`gibbsite run` takes no argument `more`; usage: gibbsite run STUDY.toml"},
      {{"run", ""}, "an argument is empty; usage: gibbsite run STUDY.toml"},
      {{"run", "none.toml"}, "no study file `none.toml`"},
      {{"show"}, "`gibbsite show` needs an argument; usage: gibbsite show FILE.h5"},
      {{"show", "a.h5", "--force"}, "unknown option `--force`; see gibbsite help show"},
      {{"show", "a.h5", "--model.size", "3"}, "unknown option `--model.size`; see gibbsite help show"},
      {{"list", "modles"},
       "`gibbsite list` knows no `modles`; did you mean `models`? usage: gibbsite list "
       "[models|lattices|samplers|methods|estimators]"},
      {{"run", study, "--forc"}, "unknown option `--forc`; did you mean `--force`? see gibbsite help run"},
      {{"run", study, "--model.siz", "3"},
       "unknown option `--model.siz`; did you mean `--model.size`? see gibbsite help run"},
      {{"run", study, "--size", "3"}, "unknown option `--size`; did you mean `--model.size`? see gibbsite help run"},
      {{"run", study, "-x"}, "unknown option `-x`; see gibbsite help run"},
      {{"run", study, "-5"}, "unknown option `-5`; see gibbsite help run"},
      {{"run", study, "-model.size", "3"},
       "unknown option `-model.size`; did you mean `--model.size`? see gibbsite help run"},
      {{"run", study, "--=3"}, "unknown option `--=3`; see gibbsite help run"},
      {{"run", study, "--Force"}, "unknown option `--Force`; did you mean `--force`? see gibbsite help run"},
      {{"run", study, "--force=yes"}, "option `--force` takes no value; see gibbsite help run"},
      {{"run", study, "--force", "--force"}, "option `--force` is given twice; see gibbsite help run"},
      {{"run", study, "--model.size", "3", "--model.size=4"},
       "option `--model.size` is given twice; see gibbsite help run"},
      {{"run", study, "--model.size", "3", "--grid.model.size", "[4]"},
       "`model.size` is given twice (on the command line)"},
      {{"run", study, "--method.beta", "1", "--method.temperature", "1"},
       "`method.beta` (on the command line) and `method.temperature` (on the command line) are both given; keep one of "
       "them"},
      {{"run", study, "-o", "a", "--out", "b"}, "option `--out` is given twice; see gibbsite help run"},
      {{"run", study, "--model.size"}, "option `--model.size` needs a value; see gibbsite help run"},
      {{"run", study, "--model.size="}, "option `--model.size` needs a value; see gibbsite help run"},
      {{"run", study, "--model.size", ""}, "option `--model.size` needs a value; see gibbsite help run"},
      {{"run", study, "--model.size", "--force"}, "option `--model.size` needs a value; see gibbsite help run"},
      {{"run", study, "-o"}, "option `--out` needs a value; see gibbsite help run"},
      {{"run", study, "-o", "--force"}, "option `-o` needs a value; see gibbsite help run"},
      {{"run", study, "-o=x.h5"}, "option `-o` needs a value; see gibbsite help run"},
      {{"run", study, "-o", study}, "-o study.toml would overwrite what is read; name another file"},
      {{"run", study, "--model.name", "rbm", "--model.file", "/w.h5", "-o", "/w.h5"},
       "-o /w.h5 would overwrite what is read; name another file"},
      {{"run", study, "--force", "--resume"},
       "--force and --resume contradict each other: overwrite the result file, or continue it?"},
      {{"run", study, "--run.seed", "-1"},
       "`run.seed` = -1 (on the command line) is out of range; allowed: integer >= 0"},
      {{"run", study, "--run.seed=-1"}, "`run.seed` = -1 (on the command line) is out of range; allowed: integer >= 0"},
      {{"run", study, "--method.chains", "nan"},
       "`method.chains` = nan (on the command line) is not a finite number; allowed: integer from 1 to 1000000"},
      {{"run", study, "--grid.run.seed", "1:3"},
       "unknown option `--grid.run.seed`; did you mean `--run.seed`? see "
       "gibbsite help run"},
      {{"reweight", "a.h5"}, "`gibbsite reweight` needs --beta or --temperature, for example --beta 0.40:0.48:161"},
      {{"reweight", "--beta", "0.4"}, "`gibbsite reweight` needs an argument; usage: gibbsite reweight FILE.h5 ..."},
      {{"reweight", "a.h5", "--beta", "0.5:0.4:3"},
       "--beta 0.5:0.4:3 is descending (0.45 follows 0.5); allowed: start:stop:count, a list, or one number"},
      {{"reweight", "a.h5", "--beta", "0.4", "-o", "a.h5"}, "-o a.h5 would overwrite what is read; name another file"},
      {{"run", "--help", "--bogus"}, "unknown option `--bogus`; see gibbsite help run"},
  };
  for (const auto& [words, message] : mistakes) {
    INFO(message);
    CHECK(refused_words(words) == message);
  }
}

TEST_CASE("A refused command line leaves every file as it was") {
  const Desk desk;
  const auto before = std::filesystem::last_write_time(desk.study);
  refused_words({"run", desk.study, "-o", desk.study, "--force"});
  CHECK(std::filesystem::last_write_time(desk.study) == before);
  CHECK_FALSE(std::filesystem::exists("study.h5"));
}

TEST_CASE("The help names every command, option and key within 100 columns") {
  const std::string overview = help_text("");
  for (const Command* each : commands()) {
    const Command& command = *each;
    CHECK_THAT(overview, Contains("\n  " + command.name + ' ') && Contains(command.summary));
    const std::string text = help_text(command.name);
    CHECK_THAT(text, StartsWith("Usage:\n  gibbsite " + command.name) && Contains("Example"));
    for (const Option& option : command.options) CHECK_THAT(text, Contains("--" + option.name));
    std::istringstream lines(text + overview);
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      CHECK(line.size() <= 100);
      CHECK((line.empty() || line.back() != ' '));
    }
  }
  const std::string run = help_text("run");
  for (const StudyKey& key : study_schema().keys)
    CHECK_THAT(run, Contains("\n  " + key.name.substr(key.name.find('.') + 1) + ' '));
  CHECK(refusal([] { help_text("xyzzy"); }) == "unknown command or topic `xyzzy`; the commands are " + all_commands() +
                                                   "; `gibbsite help` lists what else is explained");
}

TEST_CASE("text is broken at blanks, whatever quotes it has") {
  const auto lines = wrap("a chain's own answer lies within the error, and 'so on'", 20);
  for (const std::string& line : lines) CHECK(line.size() <= 20);
  CHECK(lines.size() == 3);
}
