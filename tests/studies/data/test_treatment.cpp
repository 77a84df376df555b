// What is done to real numbers, and what it does to densities; points of densities that are known.
#include <algorithm>
#include <cmath>

#include "physics/chance.hpp"
#include "studies/data/data.hpp"
#include "studies/data/data_sets.hpp"
#include "studies/models/treatment_group.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::Scratch;
using test::write_bytes;

namespace {

Data treated_text(const std::string& text, DataRequest request, const Treatment* as = nullptr) {
  const Scratch folder;
  write_bytes(folder / "data.csv", text);
  request.file = (folder / "data.csv").string();
  return read_data(request, as);
}
std::string refused_treatment(const std::string& text, const DataRequest& request, const Treatment* as = nullptr) {
  return refusal([&] { treated_text(text, request, as); });
}

const std::string some_bytes = "0 3 255\n17 200 4\n90 91 128\n255 0 77\n";

}  // namespace

TEST_CASE("treatment: noise stays within a grey level, and is a function of seed, row and column") {
  const Data plain = treated_text(some_bytes, {}), noisy = treated_text(some_bytes, {.dequantize = true});
  CHECK(noisy.treated == Treatment{.dequantized = true, .divisor = 256});
  double least = 1, most = 0;
  for (std::size_t k = 0; k < plain.values.size(); ++k) {
    CHECK(std::floor(noisy.values[k] * 256) == plain.values[k]);
    least = std::min(least, noisy.values[k] * 256 - plain.values[k]);
    most = std::max(most, noisy.values[k] * 256 - plain.values[k]);
  }
  CHECK(most - least > 0.5);
  CHECK(treated_text(some_bytes, {.dequantize = true}).values == noisy.values);
  CHECK(treated_text(some_bytes, {.seed = 2, .dequantize = true}).values != noisy.values);
  const Data some = treated_text(some_bytes, {.rows = "1:3", .dequantize = true});
  CHECK(std::equal(some.values.begin(), some.values.end(), noisy.values.begin() + 3));
  for (const double jacobian : noisy.log_jacobian) CHECK(jacobian == Approx(-3 * std::log(256)).epsilon(1e-14));
  // Uniform bytes have 8 bits each: p = 1 on the unit cube.
  CHECK(bits_per_dimension(0, noisy.log_jacobian[0], 3) == Approx(8).epsilon(1e-14));
  CHECK(treated_text("0 16\n3 2\n", {.maximum = 16, .dequantize = true}).treated.divisor == 17);
  CHECK_THAT(description(noisy), Contains("uniform noise within a level added, then divided by 256"));
}

TEST_CASE("treatment: log Jacobians are those of finite differences") {
  // Of each number by itself: d y/d v where the noise, the mean and the deviation stay.
  const DataRequest request{.dequantize = true, .logit = 0.05, .standardize = true};
  const Data data = treated_text(some_bytes, request);
  const Treatment& t = data.treated;
  REQUIRE(t.mean.size() == 3);
  const auto y = [&](double u, std::size_t i) {
    const double z = t.alpha + (1 - 2 * t.alpha) * u / t.divisor;
    return (std::log(z / (1 - z)) - t.mean[i]) / t.deviation[i];
  };
  const Data noise = treated_text(some_bytes, {.dequantize = true});
  for (std::size_t s = 0; s < data.samples; ++s) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double u = 256 * noise.values[3 * s + i], h = 1e-4;
      CHECK(data.values[3 * s + i] == Approx(y(u, i)).epsilon(1e-12));
      sum += std::log((y(u + h, i) - y(u - h, i)) / (2 * h));
    }
    CHECK(data.log_jacobian[s] == Approx(sum).epsilon(1e-7));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    double mean = 0, squares = 0;
    for (std::size_t s = 0; s < 4; ++s) mean += data.values[3 * s + i] / 4;
    for (std::size_t s = 0; s < 4; ++s) squares += std::pow(data.values[3 * s + i], 2) / 4;
    CHECK(std::abs(mean) < 1e-14);
    CHECK(squares == Approx(1).epsilon(1e-13));
  }
}

TEST_CASE("treatment: other data are treated with the numbers of those that were learned from") {
  const DataRequest request{.dequantize = true, .logit = 0.05, .standardize = true};
  const Data all = treated_text(some_bytes, request);
  const Data some = treated_text(some_bytes, {.rows = "2:3"}, &all.treated);
  CHECK(std::equal(some.values.begin(), some.values.end(), all.values.begin() + 6));
  CHECK(some.log_jacobian[0] == all.log_jacobian[2]);
  CHECK(some.treated == all.treated);
  const std::size_t which[] = {3, 1};
  const Data picked = pick_samples(all, which);
  CHECK(picked.samples == 2);
  CHECK(picked.values[0] == all.values[9]);
  CHECK(picked.log_jacobian[1] == all.log_jacobian[1]);
  CHECK_THAT(refused_treatment("1 2\n", {}, &all.treated), Contains("the model learned from 3"));
  CHECK_THAT(refused_treatment(some_bytes, {.standardize = true}, &all.treated), Contains("the model says what"));
  CHECK_THAT(refused_treatment(some_bytes, {.standardize = true}, &all.treated), Contains("the model says what"));
}

TEST_CASE("treatment: a model file keeps it") {
  Group model{.name = "model"};
  CHECK_FALSE(treatment_from(model, 3, "here").any());
  const Data data = treated_text(some_bytes, {.dequantize = true, .logit = 1e-6, .standardize = true});
  model.groups.push_back(treatment_group(data.treated));
  check_dimensions(model);
  CHECK(treatment_from(model, 3, "here") == data.treated);
  CHECK_THAT(refusal([&] { (void)treatment_from(model, 2, "here"); }),
             Contains("here: treatment: mean has the shape 3"));
  model.groups[0].attributes[2].second = 0.5;
  CHECK_THAT(refusal([&] { (void)treatment_from(model, 3, "here"); }), Contains("alpha of logits"));
}

TEST_CASE("treatment: what cannot be treated is refused with its place") {
  CHECK_THAT(refused_treatment("0 1.5\n", {.maximum = 255, .dequantize = true}),
             Contains("row 0, column 1") && Contains("1.5 is no whole number from 0 to 255"));
  CHECK_THAT(refused_treatment("0 8\n9 16\n", {.dequantize = true}), Contains("say it by maximum"));
  CHECK_THAT(refused_treatment("0 1\n-0.5 1\n", {.logit = 0.1}),
             Contains("row 1, column 0") && Contains("-0.5 is not"));
  CHECK_THAT(refused_treatment("0 1\n", {.binarize = "0.5", .standardize = true}), Contains("leave one out"));
  CHECK_THAT(refused_treatment("0 1\n", {.logit = 0.5}), Contains("below 0.5"));
  const Data treated = treated_text("0 1\n1 1\n", {.standardize = true});
  CHECK_THAT(refusal([&] {
               (void)check_data(treated, {.kind = UnitKind::binary, .units = 2, .bias = std::vector<double>(2)});
             }),
             Contains("leave out dequantize, logit and standardize"));
  CHECK(treated.treated.deviation == std::vector<double>{0.5, 1});  // the second never varies
}

TEST_CASE("generated points are a function of seed and number, with the density they are drawn from") {
  for (const char* name : {"two-moons", "rings", "checkerboard", "pinwheel", "swiss-roll", "eight-gaussians"}) {
    INFO(name);
    const Data some = read_data({.file = std::string(name) + ":50"}), more = read_data({.file = name});
    CHECK(some.samples == 50);
    CHECK(more.samples == 2000);
    CHECK(some.width == 2);
    CHECK(std::equal(some.values.begin(), some.values.end(), more.values.begin()));
    CHECK(read_data({.file = std::string(name) + ":50", .seed = 2}).values != some.values);
    const auto density = density_of_set(name);
    REQUIRE(density != nullptr);
    for (std::size_t s = 0; s < some.samples; ++s)
      CHECK(density->log_density(std::span(some.values).subspan(2 * s, 2)) > -20);
  }
  const Data modes = read_data({.file = "two-modes:4000"});
  CHECK(modes.width == 1);
  const auto left = std::count_if(modes.values.begin(), modes.values.end(), [](double x) { return x < 0; });
  CHECK(std::abs(left - 800) < 4.5 * 25.3);  // standard deviations of a binomial: one false alarm in 150,000
  const Data even = read_data({.file = "two-modes:4000:0.5:20"});
  CHECK(*std::max_element(even.values.begin(), even.values.end()) > 20);
  CHECK(density_of_set("shifter:4") == nullptr);
  CHECK(density_of_set("/some/file.csv") == nullptr);
  for (const char* name : {"two-moons:0", "two-moons:x", "rings:10:3", "two-modes:10:0.2:5:7"})
    CHECK_THAT(refusal([&] { read_data({.file = name}); }), Contains("say how many samples"));
  CHECK_THAT(refusal([] { read_data({.file = "two-modes:10:1.5"}); }),
             Contains("two modes need a weight") && Contains("two-modes:2000:WEIGHT:PLACE"));
}

TEST_CASE("data of another scale are brought to the levels that a model learned, and images made smaller") {
  const Treatment levels{.dequantized = true, .divisor = 17};
  const Data bits = treated_text("0 1\n1 0\n", {.maximum = 1}, &levels);
  for (std::size_t k = 0; k < 4; ++k) CHECK(std::floor(bits.values[k] * 17) == (k == 1 || k == 2 ? 16 : 0));
  CHECK_THAT(bits.treatment, Contains("1 read as the highest level"));
  const Treatment bytes{.divisor = 255};
  CHECK(treated_text("0 16\n8 4\n", {.maximum = 16}, &bytes).values == std::vector<double>{0, 1, 0.5, 0.25});

  // 3 x 3 to 2 x 2: each new pixel covers 1.5 x 1.5 old ones; means keep.
  const Data small = treated_text("9 0 0 0 0 0 0 0 18\n1 1 1 1 1 1 1 1 1\n", {.shrink = "3x3:2x2"});
  CHECK(small.width == 4);
  const double whole = 1 / (1.5 * 1.5);
  CHECK(small.values[0] == Approx(9 * whole));
  CHECK(small.values[1] == Approx(0).margin(1e-12));
  CHECK(small.values[3] == Approx(18 * whole));
  for (std::size_t k = 4; k < 8; ++k) CHECK(small.values[k] == Approx(1));
  CHECK_THAT(refused_treatment("1 2 3\n4 5 6\n", {.shrink = "2x2:1x1"}), Contains("not 2 x 2"));
  CHECK_THAT(refused_treatment("1 2 3 4\n5 6 7 8\n", {.shrink = "2x2:4x4"}), Contains("would grow"));
  CHECK_THAT(refused_treatment("1 2 3 4\n5 6 7 8\n", {.shrink = "2x2"}), Contains("28x28:8x8"));
}

TEST_CASE("generated points know which part they are from, where it is asked for") {
  const Data moons = read_data({.file = "two-moons:200", .labels = "part"}),
             plain = read_data({.file = "two-moons:200"});
  CHECK(moons.values == plain.values);
  CHECK(plain.labels.empty());
  CHECK(plain.label_states == 0);
  CHECK(moons.label_states == 2);
  REQUIRE(moons.labels.size() == 200);
  std::size_t upper = 0;
  for (std::size_t s = 0; s < 200; ++s)  // the first moon lies about (-1, -0.2) and above, the second below (1, 0.8)
    upper += (moons.values[2 * s + 1] > 0.3) == (moons.labels[s] == 0) ? 1 : 0;
  CHECK(upper > 140);
  CHECK(read_data({.file = "eight-gaussians:50", .labels = "part"}).label_states == 8);
  CHECK_THAT(refusal([] { read_data({.file = "checkerboard:50", .labels = "part"}); }), Contains("have no parts"));
  CHECK_THAT(refusal([] { read_data({.file = "two-moons:50", .labels = "column:0"}); }),
             Contains("say labels = \"part\""));
}
