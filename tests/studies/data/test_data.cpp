/// Data: rows, thresholds, chance, generated sets, and what a layer's units can be.
#include <algorithm>
#include <set>

#include "studies/data/data.hpp"
#include "studies/data/data_sets.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::Scratch;
using test::write_bytes;

namespace {

using Values = std::vector<double>;

/// Data from a file of this text.
Data read_text(const std::string& text, DataRequest request = {}) {
  const Scratch folder;
  write_bytes(folder / "data.csv", text);
  request.file = (folder / "data.csv").string();
  return read_data(request);
}

std::string refused_data(const std::string& text, const DataRequest& request = {}) {
  return refusal([&] { read_text(text, request); });
}

Layer layer(UnitKind kind, std::size_t units, std::size_t states = 1) {
  return {kind, units, states, Values(units * states, 0.0), kind == UnitKind::gaussian ? Values(units, 4.0) : Values()};
}

std::string refused_by(const Layer& visible, const std::string& text) {
  return refusal([&] { (void)check_data(read_text(text), visible); });
}

}  // namespace

TEST_CASE("data: rows") {
  const std::string text = "0\n1\n2\n3\n4\n";
  CHECK(read_text(text, {.rows = "1:3"}).values == Values{1, 2});
  CHECK(read_text(text, {.rows = "3:"}).values == Values{3, 4});
  CHECK(read_text(text, {.rows = ":2"}).values == Values{0, 1});
  CHECK(read_text(text, {.rows = ":"}).samples == 5);
  for (const char* rows : {"2", "a:b", "1:2:3", "-1:3", "1.5:3"})
    CHECK_THAT(refused_data(text, {.rows = rows}), Contains("begin:end") && Contains(rows));
  for (const char* rows : {"3:3", "4:2", "0:6", "5:"})
    CHECK_THAT(refused_data(text, {.rows = rows}), Contains("has rows 0 to 4"));
}

TEST_CASE("data: thresholds") {
  CHECK(read_text("0.2 0.5 0.7\n", {.binarize = "0.5"}).values == Values{0, 0, 1});
  CHECK(read_text("0 127 128 255\n", {.binarize = "0.5"}).values == Values{0, 0, 1, 1});
  CHECK(read_text("0 8 9 16\n", {.binarize = "8"}).values == Values{0, 0, 1, 1});
  CHECK(read_text("0 1 1 0\n", {.binarize = "0.5"}).values == Values{0, 1, 1, 0});
  CHECK(read_text("-1 1\n", {.binarize = "0"}).values == Values{0, 1});
  CHECK(read_text("0 127 128 255\n").values == Values{0, 127, 128, 255});
  // Whether pixels are scaled is a matter of the file, not of the rows taken from it.
  CHECK(read_text("0 1\n1 255\n255 0\n", {.binarize = "0.5", .rows = "0:2"}).values == Values{0, 0, 0, 1});
  CHECK_THAT(refused_data("0.1 0.2\n", {.binarize = "0.5"}), Contains("makes every value 0"));
  CHECK_THAT(refused_data("0 1\n", {.binarize = "half"}), Contains("allowed: none, stochastic, or a number"));
  CHECK_THAT(refused_data("0 1\n", {.binarize = "nan"}), Contains("allowed"));
  CHECK_THAT(refused_data("0 1\n2 nan\n", {.binarize = "0.5"}),
             Contains("row 1, column 1") && Contains("not a finite"));
}

TEST_CASE("data: stochastic binarisation turns each pixel on as often as it is bright") {
  std::string text;
  for (int row = 0; row < 4000; ++row) text += "0 51 255\n";
  const Data data = read_text(text, {.binarize = "stochastic", .seed = 3});
  double on[3] = {};
  for (std::size_t k = 0; k < data.values.size(); ++k) on[k % 3] += data.values[k];
  CHECK(on[0] == 0);
  CHECK(on[2] == 4000);
  CHECK(std::abs(on[1] - 800) < 4.5 * 25.3);  // 4.5 standard deviations of a binomial: one false alarm in 150,000
  CHECK(read_text(text, {.binarize = "stochastic", .seed = 3}).values == data.values);
  CHECK(read_text(text, {.binarize = "stochastic", .seed = 4}).values != data.values);
  const Data some = read_text(text, {.binarize = "stochastic", .rows = "100:200", .seed = 3});
  CHECK(std::equal(some.values.begin(), some.values.end(), data.values.begin() + 300));
  CHECK_THAT(refused_data("0.5 1.5\n", {.binarize = "stochastic", .maximum = 1}),
             Contains("row 0, column 1") && Contains("1.5"));
  CHECK_THAT(refused_data("0 17\n", {.binarize = "stochastic", .maximum = 16}),
             Contains("row 0, column 1") && Contains("17 is no intensity from 0 to 16"));
  CHECK_THAT(refused_data("-1 1\n", {.binarize = "stochastic"}), Contains("row 0, column 0") && Contains("-1"));
}

TEST_CASE("data: intensities are divided by what shows, or by what is said, and never by a guess") {
  // scikit-learn's digits go to 16, genotypes count to 2, mean pixels are not whole: none of them shows its maximum.
  for (const char* text : {"0 8 9 16\n", "0 1 2 1\n", "0 127\n", "0.5 254.5\n", "0 1.5\n", "0 300\n"})
    for (const char* how : {"0.5", "stochastic"}) {
      INFO(text << how);
      CHECK_THAT(refused_data(text, {.binarize = how}), Contains("say it by maximum"));
    }
  CHECK(read_text("0 8 9 16\n", {.binarize = "0.5", .maximum = 16}).values == Values{0, 0, 1, 1});
  CHECK(read_text("0 1 2 1\n", {.binarize = "0.5", .maximum = 1}).values == Values{0, 1, 1, 1});
  CHECK(read_text("0.5 254.5\n", {.binarize = "0.5", .maximum = 255}).values == Values{0, 1});
  CHECK(read_text("0 4 8\n", {.maximum = 8}).values == Values{0, 0.5, 1});
  CHECK(read_text("-2 0.4 3\n", {.binarize = "0.5"}).values == Values{0, 0, 1});  // no intensities
  CHECK_THAT(refused_data("0 8 9 16\n", {.binarize = "8", .maximum = 16}), Contains("a share of it, below 1"));
  CHECK_THAT(refused_data("0 1\n", {.maximum = -1}), Contains("allowed: number > 0"));

  std::string text;
  for (int row = 0; row < 4000; ++row) text += "0 4 16\n";
  const Data data = read_text(text, {.binarize = "stochastic", .seed = 3, .maximum = 16});
  double on = 0;
  for (std::size_t k = 1; k < data.values.size(); k += 3) on += data.values[k];
  CHECK(std::abs(on - 1000) < 4.5 * 27.4);  // 4.5 standard deviations of a binomial; over 255 it would be 63
}

TEST_CASE("data: one constant image is an image") {
  CHECK(read_text("0 0 0\n", {.binarize = "0.5"}).values == Values{0, 0, 0});
  CHECK(read_text("255 255\n", {.binarize = "0.5"}).values == Values{1, 1});
  CHECK(read_text("0 0\n0 255\n", {.binarize = "0.5", .rows = "0:1"}).values == Values{0, 0});
  CHECK_THAT(refused_by(layer(UnitKind::binary, 4), "0 1\n1 0\n"),
             Contains("as one picture give it in one row (1 x 4)"));
}

TEST_CASE("data: what was done to the numbers is told, with how many there are") {
  const auto told = [](const std::string& text, DataRequest request = {}) {
    return description(read_text(text, request));
  };
  CHECK_THAT(told("0 51 255\n0 0 0\n", {.binarize = "0.5"}),
             Contains("data.csv, 2 samples of 3 numbers; divided by 255, then 1 above 0.5, else 0"));
  CHECK_THAT(told("0 1\n1 1\n"), Contains("2 samples of 2 numbers; taken as they are"));
  CHECK_THAT(
      told("0 8\n16 1\n1 1\n", {.binarize = "stochastic", .rows = "1:", .seed = 7, .maximum = 16}),
      Contains("2 samples of 2 numbers; divided by 16, then 1 with that probability, else 0 (seed 7); rows 1 to 2"));
  CHECK_THAT(told("0,1,2\n1,0,1\n"),
             Contains("1 samples of 3 numbers; line 1 (0 to 2) was taken for names of columns"));
  CHECK_THAT(description(check_data(read_text("0 1\n"), layer(UnitKind::spin, 2))), Contains("0 and 1 read as spins"));
  CHECK_THAT(description(check_data(read_text("0 1\n"), layer(UnitKind::categorical, 2, 3))), Contains("one-hot"));
  const Layer binary = layer(UnitKind::binary, 2);
  CHECK_THAT(base_rates(check_data(read_text("0 1\n1 1\n"), binary), binary).data, Contains("2 samples of 2 numbers"));
}

TEST_CASE("data: bars and stripes") {
  const Data data = read_data({.file = "bars-and-stripes:4"});
  CHECK(data.samples == 30);
  CHECK(data.width == 16);
  std::set<Values> patterns;
  for (std::size_t s = 0; s < data.samples; ++s) {
    const Values p(data.values.begin() + static_cast<long>(s * 16),
                   data.values.begin() + static_cast<long>(s * 16 + 16));
    bool rows = true, columns = true;
    for (std::size_t k = 0; k < 16; ++k) {
      rows = rows && p[k] == p[k / 4 * 4];
      columns = columns && p[k] == p[k % 4];
    }
    CHECK((rows || columns));
    patterns.insert(p);
  }
  CHECK(patterns.size() == 30);
  CHECK(bars_and_stripes(1).samples == 2);
  for (const char* name : {"bars-and-stripes", "bars-and-stripes:0", "bars-and-stripes:13", "bars-and-stripes:x"})
    CHECK_THAT(refusal([&] { read_data({.file = name}); }), Contains("the side from 1 to 12"));
  CHECK_THAT(refusal([] { read_data({.file = "shifters:3"}); }), Contains("the sets are bars-and-stripes:4, shifter:4"));
  CHECK_THAT(refusal([] { read_data({.file = "shifter:3", .dataset = "x"}); }), Contains("no dataset `x`"));
}

TEST_CASE("data: shifter") {
  const Data data = read_data({.file = "shifter:5"});
  CHECK(data.samples == 96);
  CHECK(data.width == 13);
  std::set<Values> patterns;
  for (std::size_t s = 0; s < data.samples; ++s) {
    const double* x = &data.values[s * 13];
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(x[5 + i] == (x[10] == 1 ? x[(i + 1) % 5] : x[11] == 1 ? x[i] : x[(i + 4) % 5]));
    CHECK(x[10] + x[11] + x[12] == 1);
    patterns.insert(Values(x, x + 13));
  }
  CHECK(patterns.size() == 96);
}

TEST_CASE("data: two clusters of unequal weight") {
  const Data data = read_data({.file = "two-clusters:6"});
  CHECK(data.samples == 48);
  std::array<std::size_t, 7> with_sum{};
  for (std::size_t s = 0; s < data.samples; ++s) {
    double sum = 0;
    for (std::size_t i = 0; i < 6; ++i) sum += data.values[s * 6 + i];
    ++with_sum.at(static_cast<std::size_t>(sum));
  }
  CHECK(with_sum == std::array<std::size_t, 7>{18, 18, 0, 0, 0, 6, 6});
}

TEST_CASE("data: states of the model's units") {
  CHECK(check_data(read_text("0 1\n1 1\n"), layer(UnitKind::binary, 2)).values == Values{0, 1, 1, 1});
  CHECK(check_data(read_text("0 1\n1 1\n"), layer(UnitKind::spin, 2)).values == Values{-1, 1, 1, 1});
  CHECK(check_data(read_text("-1 1\n1 1\n"), layer(UnitKind::spin, 2)).values == Values{-1, 1, 1, 1});
  CHECK(check_data(read_text("0.5 -7\n"), layer(UnitKind::gaussian, 2)).values == Values{0.5, -7});
  const Data one_hot = check_data(read_text("2 0\n1 1\n"), layer(UnitKind::categorical, 2, 3));
  CHECK(one_hot.values == Values{0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0});
  CHECK(one_hot.width == 6);
  CHECK(check_data(read_text("0 0 1 1 0 0\n"), layer(UnitKind::categorical, 2, 3)).values == Values{0, 0, 1, 1, 0, 0});

  CHECK_THAT(refused_by(layer(UnitKind::binary, 3), "0 1\n"), Contains("rows have 2 numbers") && Contains("3 visible"));
  CHECK_THAT(refused_by(layer(UnitKind::categorical, 3, 2), "0 1\n"), Contains("3 visible units of 2 states each"));
  CHECK_THAT(refused_by(layer(UnitKind::binary, 2), "0 1\n0 0.5\n"),
             Contains("row 1, column 1") && Contains("binarize"));
  CHECK_THAT(refused_by(layer(UnitKind::spin, 2), "-1 1\n0 1\n"),
             Contains("row 1, column 0") && Contains("neither -1"));
  CHECK_THAT(refused_by(layer(UnitKind::categorical, 2, 3), "0 3\n"), Contains("column 1") && Contains("0 to 2"));
  CHECK_THAT(refused_by(layer(UnitKind::categorical, 1, 3), "0 1 1\n"), Contains("not exactly one is 1"));
  CHECK_THAT(refused_by(layer(UnitKind::categorical, 1, 3), "0 2 0\n"), Contains("neither 0 nor 1"));
  CHECK_THAT(refused_data("inf 0\n"), Contains("not a finite number"));
  CHECK_THAT(refusal([] { read_data({.file = "/nowhere/data.npy"}); }), Contains("no such file"));
}

TEST_CASE("data: base rates") {
  const Layer binary = layer(UnitKind::binary, 2), gaussian = layer(UnitKind::gaussian, 2);
  const BaseRates bits = base_rates(check_data(read_text("0 1\n1 1\n1 0\n1 0\n"), binary), binary);
  CHECK(bits.mean == Values{0.75, 0.5});
  CHECK(bits.variance.empty());
  CHECK(bits.samples == 4);
  const BaseRates reals = base_rates(read_text("1 3\n5 3\n"), gaussian);
  CHECK(reals.mean == Values{3, 3});
  CHECK(reals.variance == Values{4, 4});  // the second from the layer: this column never varies
}
