/// Labels of data, and weights of samples that are alike.
#include <catch2/catch.hpp>

#include "studies/data/data.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::Scratch;
using test::write_bytes;

namespace {

Data read_fasta_text(const std::string& text, const std::string& alphabet) {
  const Scratch folder;
  write_bytes(folder / "data.fasta", text);
  return read_data({.file = (folder / "data.fasta").string(), .alphabet = alphabet});
}

}  // namespace

TEST_CASE("sequences weigh one over the number of those like them") {
  // Five letters: the first three differ in one place each from the first, the fourth is far from all.
  const Layer visible{.kind = UnitKind::categorical, .units = 5, .states = 5};
  const Data data =
      check_data(read_fasta_text(">a\nAAAAA\n>b\nAAAAC\n>c\nAAACC\n>d\nGGGGG\n>e\nGGGGG\n", "rna"), visible);
  const auto weights = [&](double identity) { return weights_of_similar(data, visible, identity); };
  using Weights = std::vector<double>;
  CHECK(weights(1) == Weights{1, 1, 1, 0.5, 0.5});
  CHECK(weights(0.8) == Weights{1 / 2.0, 1 / 3.0, 1 / 2.0, 0.5, 0.5});  // 4 of 5 letters and more
  CHECK(weights(0.81) == Weights{1, 1, 1, 0.5, 0.5});                   // the mutant: "more than"
  CHECK(weights(0.6) == Weights{1 / 3.0, 1 / 3.0, 1 / 3.0, 0.5, 0.5});
  CHECK(weights(0.01) == Weights{1 / 3.0, 1 / 3.0, 1 / 3.0, 0.5, 0.5});
  const BaseRates rates = base_rates(data, visible, weights(0.8));
  const double all = 1 / 2.0 + 1 / 3.0 + 1 / 2.0 + 1;
  CHECK(rates.mean[1] == Approx((1 / 2.0 + 1 / 3.0 + 1 / 2.0) / all));  // A in the first place
  CHECK(rates.mean[20 + 2] == Approx((1 / 3.0 + 1 / 2.0) / all));       // C in the last
  CHECK_THROWS_WITH(weights_of_similar(data, Layer{.kind = UnitKind::gaussian, .units = 25}, 0.8),
                    Contains("data.reweight"));
}

TEST_CASE("labels of data come from a column or a file, and stand one-hot behind the rest") {
  const Scratch folder;
  write_bytes(folder / "data.csv", "a,b,kind\n1,0,2\n0,1,0\n1,1,1\n");
  write_bytes(folder / "labels.csv", "2\n0\n1\n");
  DataRequest request{.file = (folder / "data.csv").string()};
  const auto read = [&](const std::string& labels, const std::string& columns = "", const std::string& rows = "") {
    request.labels = labels, request.columns = columns, request.rows = rows;
    return read_data(request);
  };
  const Layer visible{.units = 2, .labels = 3};
  for (const Data& data : {read("column:2"), read("column:-1"), read("column:kind", "a,b"),
                           read((folder / "labels.csv").string(), "0:2")}) {
    CHECK(data.label_states == 3);
    CHECK(data.labels == std::vector<std::size_t>{2, 0, 1});
    const Data ready = check_data(data, visible);
    CHECK(ready.width == 5);
    CHECK(ready.values == std::vector<double>{1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0});
  }
  CHECK(read("column:0").values == std::vector<double>{0, 2, 1, 0, 1, 1});
  const Data part = read("column:2", "", "1:");
  CHECK(part.labels == std::vector<std::size_t>{0, 1});
  CHECK(part.label_states == 3);
  CHECK_THAT(refusal([&] { read("column:kind"); }), Contains("columns"));
  CHECK_THAT(refusal([&] { read("column:7"); }), Contains("none of its columns"));
  write_bytes(folder / "labels.csv", "2\n0\n");
  CHECK_THAT(refusal([&] { read((folder / "labels.csv").string(), "0:2"); }), Contains("holds 2 numbers"));
  write_bytes(folder / "labels.csv", "2\n0\n0.5\n");
  CHECK_THAT(refusal([&] { read((folder / "labels.csv").string(), "0:2"); }), Contains("is 0.5"));
  write_bytes(folder / "labels.csv", "0\n0\n0\n");
  CHECK_THAT(refusal([&] { read((folder / "labels.csv").string(), "0:2"); }), Contains("two kinds"));
  const Data plain = read("", "0:2"), with = read("column:2");
  CHECK_THAT(refusal([&] { (void)check_data(plain, visible); }), Contains("data.labels"));
  CHECK_THAT(refusal([&] { (void)check_data(with, {.units = 2}); }), Contains("leave out data.labels"));
  CHECK_THAT(refusal([&] { (void)check_data(with, {.units = 2, .labels = 2}); }), Contains("labels are 0 to 1"));
}
