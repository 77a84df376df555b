/// What the program makes of numbers and files that can be read in more than one way, and what it says of it.
#include <sys/stat.h>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

/// A folder with studies and files, and what the program says there, as one line.
struct Place : Scratch {
  Place() {
    write_bytes(*this / "both.txt", "1 2 1\n2 1 1\n2 3 -1\n3 2 -1\n");
    write_bytes(*this / "once.txt", "1 2 1\n2 3 -1\n1 1 0.5\n");
    write_bytes(*this / "s.toml", "[model]\ncouplings = \"once.txt\"\n" + method);
    write_bytes(*this / "square.toml", "[model]\nsize = 4\n" + method);
    write_bytes(*this / "rbm.toml",
                "[model]\nname = \"rbm\"\nlayers = [4, 2]\n[data]\nfile = \"dim.csv\"\nbinarize = \"0.5\"\n" + method);
    write_bytes(*this / "dim.csv", "0,16,9,0\n8,16,0,4\n");
  }
  std::string said(const Words& words, int code = 0) const {
    const Ended ended = run(words, path());
    INFO(ended.err);
    CHECK(ended.code == code);
    std::string text = ended.out + ended.err;
    for (std::size_t at = text.find("\n  "); at != text.npos; at = text.find("\n  "))
      text.replace(at, text.find_first_not_of(" ", at + 1) - at, " ");
    return text;
  }
  json parsed(const Words& words) const {
    const Ended ended = run(words, path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return read_json(ended.out);
  }
  double log_z(const Words& keys) const {
    const json all = parsed(Words{"exact", "s.toml", "--json"} + keys);
    for (const json& e : all.at("exact"))
      if (e.at("name") == "log_z") return e.at("value");
    return -1;
  }
  static inline const std::string method = "[method]\nbeta = 0.3\nsweeps = 200\nthermalization = 10\nchains = 2\n";
};

}  // namespace

TEST_CASE(
    "program: a couplings file that may mean something else has its line in the table, in JSON and beside exact") {
  const Place place;
  const Words both = {"--model.couplings", "both.txt"};
  const std::string doubt = "2 pairs of sites are listed both ways";
  CHECK(contains(place.said(Words{"run", "s.toml", "-o", "both.h5"} + both), doubt));
  CHECK(contains(place.parsed({"show", "both.h5", "--json"}).at("warnings").dump(), doubt));
  CHECK(contains(place.said(Words{"exact", "s.toml"} + both), doubt));
  CHECK(contains(place.parsed(Words{"exact", "s.toml", "--json"} + both).at("warnings").dump(), doubt));
  CHECK_FALSE(contains(place.said({"run", "s.toml", "-o", "once.h5"}), "both ways"));
}

TEST_CASE("program: model.coupling scales a couplings file, and not its fields") {
  const Place place;
  write_bytes(place / "twice.txt", "1 2 2\n2 3 -2\n1 1 0.5\n");
  CHECK(place.log_z({"--model.coupling", "2"}) == place.log_z({"--model.couplings", "twice.txt"}));
  CHECK(place.log_z({"--model.coupling", "2"}) != place.log_z({}));
  CHECK(contains(place.said({"run", "s.toml", "-o", "s.h5", "--grid.model.coupling", "[0.5, 1]"}), "coupling"));
  const Group root = read_archive(place / "s.h5");
  CHECK(std::get<std::vector<double>>(root.child("tasks")->groups[0].child("model")->find("J")->data) ==
        std::vector<double>{0.5, -0.5});
}

TEST_CASE("program: clusters move a system whose coupling is 0, spin by spin") {
  const Place place;
  for (const std::string name : {"wolff", "swendsen-wang"}) {
    place.said({"run", "square.toml", "-o", "zero.h5", "--force", "--sampler.name", name, "--grid.model.coupling",
                "[0, 1]", "--method.sweeps", "2000"});
    const json shown = place.parsed({"show", "zero.h5", "--json"});
    int seen = 0;
    for (const json& e : shown.at("estimates"))
      if (e.at("name") == "magnetization_density_squared" && e.at("coupling") == 0.0) {
        ++seen;
        CHECK(e.at("value").get<double>() == Approx(1. / 16).epsilon(0.2));
      }
    CHECK(seen == 1);
  }
  CHECK(contains(place.said({"exact", "square.toml", "--model.coupling", "0", "--sampler.name", "wolff"}),
                 "no bonds: each spin is drawn anew"));
}

TEST_CASE("program: numbers as people write them") {
  const Place place;
  const std::string large = "18446744073709551615";
  place.said({"run", "square.toml", "-o", "a.h5", "--run.seed", large, "--method.sweeps", "1_000"});
  place.said({"run", "square.toml", "-o", "b.h5", "--run.seed", "18446744073709551614", "--method.sweeps", "1000"});
  const Group root = read_archive(place / "a.h5");
  CHECK(attribute_of(root, "seed") == large);
  CHECK(contains(attribute_of(root, "study"), "sweeps = 1000\n"));
  CHECK(contains(attribute_of(root, "study"), "seed = \"" + large + "\"\n"));
  CHECK(root.child("series")->find("energy") != nullptr);
  CHECK_FALSE(
      same(*root.child("series")->find("energy"), *read_archive(place / "b.h5").child("series")->find("energy")));
  // The study that the file holds makes the same run.
  write_bytes(place / "again.toml", attribute_of(root, "study"));
  place.said({"run", "again.toml", "-o", "c.h5"});
  CHECK(same(*root.child("series")->find("energy"), *read_archive(place / "c.h5").child("series")->find("energy")));
  write_bytes(place / "large.toml", "[model]\nsize = 4\n" + Place::method + "[run]\nseed = " + large + "\n");
  CHECK(contains(place.said({"run", "large.toml"}, 2), "write such a seed in quotes"));
  for (const std::string words : {"18446744073709551616", "-1", "1__0", "_1", "1_"})
    CHECK(contains(place.said({"run", "square.toml", "-o", "d.h5", "--run.seed", words}, 2), "run.seed"));
  CHECK(contains(place.said({"run", "square.toml", "-o", "d.h5", "--method.chains", large}, 2), "is out of range"));
}

TEST_CASE("program: exact refuses what run refuses") {
  const Place place;
  for (const std::string command : {"exact", "run"})
    CHECK(
        contains(place.said({command, "square.toml", "--model.coupling", "1e308"}, 2), "beyond what numbers can hold"));
}

TEST_CASE("program: a result of an unknown format is read with a note by show, reweight and run --resume") {
  const Place place;
  const std::vector<Words> readers = {
      {"show", "a.h5"}, {"reweight", "a.h5", "--beta", "0.3"}, {"run", "square.toml", "-o", "a.h5", "--resume"}};
  place.said({"run", "square.toml", "-o", "a.h5"});
  for (const Words& reader : readers) CHECK_FALSE(contains(place.said(reader), "format_version"));
  Group root = read_archive(place / "a.h5");
  for (auto& [name, value] : root.attributes)
    if (name == "format_version") value = std::int64_t{99};
  write_archive(place / "a.h5", root);
  for (const Words& reader : readers)
    CHECK(contains(place.said(reader), "note: a.h5 has format_version 99, and this version knows 1 to 2"));
}

TEST_CASE("program: files of states that hold none say what a start may be, and a pipe is no study") {
  const Place place;
  write_bytes(place / "words.txt", "a b c\n");
  const auto with = [&](const std::string& start) {
    return place.said({"run", "square.toml", "-o", "a.h5", "--method.start", start}, 2);
  };
  for (const char* file : {"square.toml", "words.txt", "."})
    CHECK(contains(with(file),
                   "method.start may be hot, cold, mixed, or a file of a configuration, which this is not: "));
  for (const char* word : {"hott", "other.toml"}) CHECK(contains(with(word), "allowed: hot, cold, mixed, or a file"));
  REQUIRE(::mkfifo((place / "pipe.toml").c_str(), 0600) == 0);
  CHECK(contains(place.said({"run", "pipe.toml"}, 2), "`pipe.toml` is not a regular file; copy it into one"));
  CHECK_FALSE(fs::exists(place / "a.h5.parts"));
}

TEST_CASE("program: the number of rows and what was done to them is always said") {
  const Place place;
  CHECK(contains(place.said({"run", "rbm.toml"}, 2), "say it by maximum"));
  const std::string done = "dim.csv, 2 samples of 4 numbers; divided by 16, then 1 above 0.5, else 0";
  CHECK(contains(place.said({"run", "rbm.toml", "-o", "a.h5", "--data.maximum", "16"}), done));
  const json shown = place.parsed({"show", "a.h5", "--json"});
  CHECK(contains(shown.at("data").at("description"), done));
  CHECK(shown.at("data").at("divided_by") == 16.0);
  CHECK(contains(place.said({"show", "a.h5"}), "root mean square, first 2 samples"));

  const Words likelihood = {"loglik", "a.h5", "--data", "dim.csv", "--data.binarize", "0.5"};
  CHECK(contains(place.said(likelihood, 2), "say it by maximum"));
  const Words quick = {
      "--data.maximum", "16", "--ais.temperatures", "50", "--raise.samples", "0", "--tempering.rungs", "0", "--quiet"};
  const std::string said = place.said(likelihood + quick + Words{"-o", "l.h5"});
  CHECK(contains(said, done));
  CHECK(contains(said, "root mean square, first 2 samples"));
  CHECK(contains(attribute_of(read_archive(place / "l.h5"), "data"), done));
  CHECK(contains(place.parsed({"show", "l.h5", "--json"}).at("data").at("description"), done));
}

TEST_CASE("program: commands without an output touch nothing that is there") {
  const Place place;
  place.said({"run", "rbm.toml", "-o", "a.h5", "--data.maximum", "16"});
  write_bytes(place / "keep.txt", "mine");
  write_bytes(place / ".hidden", "mine");
  const auto before = place.entries();
  place.said({"loglik", "a.h5", "--data", "dim.csv", "--data.binarize", "0.5", "--data.maximum", "16",
              "--ais.temperatures", "50", "--raise.samples", "0", "--tempering.rungs", "0", "--quiet"});
  CHECK(place.entries() == before);
  place.said({"run", "square.toml", "-o", "s.h5"});
  place.said({"reweight", "s.h5", "--beta", "0.2:0.3:3"});
  place.said({"show", "s.h5"});
  CHECK(place.entries() == before + 1);
}
