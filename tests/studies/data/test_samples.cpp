/// Data as people have them: sequences, tables with labels, configurations of a result.
#include "studies/data/data.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::Scratch;
using test::write_bytes;
using test::operator+;

namespace {

using Samples = std::vector<double>;

Data data_of(const std::string& text, DataRequest request) {
  const Scratch folder;
  write_bytes(folder / "data", text);
  request.file = (folder / "data").string();
  return read_data(request);
}

std::string refused_samples(const std::string& text, const DataRequest& request) {
  return refusal([&] { data_of(text, request); });
}

}  // namespace

TEST_CASE("samples: aligned sequences are states of their letters") {
  const std::string rna = ">one\nAC\nGU-\n\n>two a comment\nuugca\n";
  const Data data = data_of(rna, {.alphabet = "rna"});
  CHECK(data.samples == 2);
  CHECK(data.values == Samples{1, 2, 3, 4, 0, 4, 4, 3, 2, 1});
  CHECK(data.states == 5);
  CHECK_THAT(data.treatment, Contains("letters -ACGU read as states 0 to 4"));
  CHECK(data_of(">a\nATGC\n", {.alphabet = "dna"}).values == Samples{1, 4, 3, 2});
  CHECK(data_of(">a\nATGC\n", {.alphabet = "rna"}).values == Samples{1, 4, 3, 2});
  CHECK(data_of(">a\nY-A\n>b\nC.W\n", {.alphabet = "protein"}).values == Samples{20, 0, 1, 2, 0, 19});
  CHECK(data_of(">a\nHHP\n", {.alphabet = "HP"}).values == Samples{0, 0, 1});
  CHECK(data_of(">a\nACGU\n>b\nUGCA\n", {.columns = "1:3", .alphabet = "rna"}).values == Samples{2, 3, 3, 2});
  const Data unsure = data_of(">a\nAXB\n", {.alphabet = "protein"});
  CHECK(unsure.values == Samples{1, 0, 0});
  CHECK_THAT(unsure.treatment, Contains("2 of 3 (BX) read as gaps"));
  // Insertions of a3m (other lengths) and a2m (columns of their own).
  for (const char* text : {">a\nACddD\n>b\nAC-\n", ">a\nACddD\n>b\nAC..-\n"}) {
    const Data kept = data_of(text, {.alphabet = "protein"});
    CHECK(kept.values == Samples{1, 2, 3, 1, 2, 0});
    CHECK_THAT(kept.treatment, Contains("insertions) left out"));
  }
  CHECK_THAT(refused_samples(">a\nACG\n>b\nAC\n", {.alphabet = "dna"}), Contains("sequence b (line 3) has 2 letters"));
  CHECK_THAT(refused_samples(">a\nACEG\n", {.alphabet = "dna"}), Contains("holds `E` (letter 3)"));
  CHECK_THAT(refused_samples(">a\n", {.alphabet = "dna"}), Contains("none be empty"));
  CHECK_THAT(refused_samples(">a\nAC\n", {.alphabet = "AA"}), Contains("alphabet = AA: allowed: protein"));
  CHECK_THAT(refused_samples(">a\nAC\n", {}), Contains("FASTA file of sequences") && Contains("alphabet = protein"));
  CHECK_THAT(refused_samples("0 1\n", {.alphabet = "dna"}), Contains("it is no FASTA file"));
  CHECK_THAT(refused_samples(rna, {.binarize = "0.5", .alphabet = "rna"}), Contains("leave out binarize"));
  const Layer categorical{UnitKind::categorical, 5, 21, Samples(105, 0.0), {}};
  CHECK_THAT(refusal([&] { (void)check_data(data, categorical); }), Contains("5 states") && Contains("21"));
  const Layer fits{UnitKind::categorical, 5, 5, Samples(25, 0.0), {}};
  CHECK(check_data(data, fits).width == 25);
}

TEST_CASE("samples: columns of tables, by place and by name") {
  const std::string plain = "1,2,3\n4,5,6\n", named = "label,x,\"y\"\ncat,2,3\ndog,5,6\n";
  CHECK(data_of(plain, {.columns = "1:"}).values == Samples{2, 3, 5, 6});
  CHECK(data_of(plain, {.columns = "0:2"}).values == Samples{1, 2, 4, 5});
  CHECK(data_of(plain, {.columns = ":-1"}).values == Samples{1, 2, 4, 5});
  CHECK(data_of(plain, {.columns = "-1"}).values == Samples{3, 6});
  CHECK(data_of(plain, {.columns = "2,0"}).values == Samples{3, 1, 6, 4});
  CHECK(data_of(named, {.columns = "1:"}).values == Samples{2, 3, 5, 6});
  CHECK(data_of(named, {.columns = "y,x"}).values == Samples{3, 2, 6, 5});
  CHECK(data_of("5.1,3.5,setosa\n6.2,2.9,virginica\n", {.columns = ":-1"}).values == Samples{5.1, 3.5, 6.2, 2.9});
  CHECK(data_of("label,0,1,2\n7,0,1,1\n2,1,0,0\n", {.columns = "1:"}).values == Samples{0, 1, 1, 1, 0, 0});
  CHECK_THAT(data_of(plain, {.columns = "1:"}).treatment, Contains("columns 1:"));
  CHECK_THAT(refused_samples(named, {}), Contains("`cat` (line 2, column 1) is not a number") && Contains("columns"));
  CHECK_THAT(refused_samples(named, {.columns = "z"}), Contains("no column `z`") && Contains("label, x, y"));
  CHECK_THAT(refused_samples(plain, {.columns = "1:4"}), Contains("`1:4` is none of its columns, 0 to 2"));
  CHECK_THAT(refused_samples(plain, {.columns = "2:1"}), Contains("none of its columns"));
  CHECK_THAT(refused_samples(plain, {.columns = "0,0:2"}), Contains("column 0 is given twice"));
  CHECK_THAT(refusal([] { read_data({.file = "shifter:3", .columns = "1:"}); }), Contains("leave out columns"));
}

TEST_CASE("samples: configurations of a result") {
  const Scratch folder;
  Group configurations{.name = "configurations"};
  add(configurations, "beta", {"beta"}, {2}, Samples{0.1, 0.44}, "1", "beta");
  add(configurations, "lowest_energy", {}, {}, Samples{-1}, "1", "lowest");
  add_index(configurations, "snapshot", 2, "snapshot");
  add_index(configurations, "chain", 1, "chain");
  add_index(configurations, "site", 2, "site");
  add(configurations, "configuration", {"snapshot", "chain", "beta", "site"}, {2, 1, 2, 2},
      std::vector<std::int8_t>{1, 1, 1, -1, -1, 1, -1, -1}, "1", "configuration");
  Group root;
  root.groups.push_back(configurations);
  write_archive(folder / "result.h5", root);
  const std::string file = (folder / "result.h5").string();
  CHECK(read_data({.file = file, .beta = 0.44}).values == Samples{1, -1, -1, -1});
  CHECK(read_data({.file = file, .dataset = "/configurations", .beta = 0.1}).values == Samples{1, 1, -1, 1});
  CHECK(read_data({.file = file, .columns = "1", .beta = 0.1}).values == Samples{1, 1});
  CHECK_THAT(read_data({.file = file, .beta = 0.1}).treatment, Contains("snapshots of 1 chains at beta = 0.1"));
  CHECK_THAT(refusal([&] { read_data({.file = file}); }), Contains("at the betas 0.1, 0.44; choose one by beta"));
  CHECK_THAT(refusal([&] { read_data({.file = file, .beta = 0.2}); }), Contains("choose one by beta"));
  std::erase_if(root.groups[0].variables, [](const Variable& v) { return v.name == "configuration"; });
  write_archive(folder / "result.h5", root);
  CHECK_THAT(refusal([&] { read_data({.file = file}); }), Contains("--method.snapshots"));
  CHECK_THAT(refused_samples("0 1\n", {.beta = 0.1}), Contains("beta chooses among the configurations"));
}

TEST_CASE("samples: keys of data have one meaning and two names") {
  const Scratch folder;
  write_bytes(folder / "data.csv", "label,a,b\n7,0,255\n3,200,100\n");
  write_bytes(folder / "w.csv", "0\n0\n");
  write_bytes(folder / "b.csv", "0\n0\n");
  write_bytes(folder / "c.csv", "0\n");
  const test::Words import = {"import", "w.csv", "--visible_bias", "b.csv",  "--hidden_bias",
                              "c.csv",  "-o",    "m.h5",           "--force"};
  for (const test::Words& words :
       {test::Words{"--data", "data.csv", "--binarize", "0.5", "--columns", "1:"},
        test::Words{"--data.file", "data.csv", "--data.binarize", "0.5", "--data.columns", "1:"}}) {
    const test::Ended made = test::run(import + words, folder.path());
    INFO(made.err);
    REQUIRE(made.code == 0);
    CHECK(test::contains(made.out, "base rates of 2 data"));
    const test::Ended ended = test::run(test::Words{"loglik", "m.h5", "--json"} + words, folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    const std::string mark = "\"bits_per_unit\": ";  // without weights each unit is a fair coin
    REQUIRE(test::contains(ended.out, mark));
    CHECK(std::stod(ended.out.substr(ended.out.find(mark) + mark.size())) == Approx(1).epsilon(1e-12));
  }
  const test::Ended twice =
      test::run({"loglik", "m.h5", "--data", "data.csv", "--binarize", "0.5", "--data.binarize", "0.5"}, folder.path());
  CHECK(twice.code == 2);
  CHECK(test::contains(twice.err, "is given twice"));
}
