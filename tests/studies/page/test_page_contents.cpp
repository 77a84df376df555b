// The page of `gibbsite report`: what it holds of every method, of models and of likelihoods.
#include <fstream>

#include "studies/files/variables.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/page/read_page.hpp"
#include "tests/studies/program_studies.hpp"
#include "tests/studies/sample_models.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

TEST_CASE("a page has the figures of every method, and of grids a colour for each value of the first key") {
  const Words few = {"--method.thermalization", "100"};
  SECTION("tempering") {
    const Reported made(small_study("tempering"), few + Words{"--method.sweeps", "2000"});
    check_whole(made.page);
    for (const char* title : {"distribution of the overlap", "exchanges", "ln Z"})
      (void)figure_titled(made.page, title);
    const auto rows = numbers_in(figure_titled(made.page, "exchanges"));
    const auto rates = doubles(*made.root.child("diagnostics"), "swap_rate");
    REQUIRE(rows.size() == rates.size());
    for (std::size_t k = 0; k < rates.size(); ++k) CHECK(rows[k][1] == Approx(rates[k]).epsilon(1e-6));
    const auto barrier = numbers_in(figure_titled(made.page, "cumulative barrier"));
    REQUIRE(barrier.size() == rates.size() + 1);
    CHECK(barrier[0][1] == 0);
    for (std::size_t k = 0; k < rates.size(); ++k)
      CHECK(barrier[k + 1][1] - barrier[k][1] == Approx(1 - rates[k]).margin(1e-6));
    const auto walk = numbers_in(figure_titled(made.page, "walk of a replica"));
    double lowest = 1e9, highest = -1e9;
    for (std::size_t k = 1; k < walk.size(); ++k) {
      lowest = std::min(lowest, walk[k][1]), highest = std::max(highest, walk[k][1]);
      CHECK(walk[k][1] == std::floor(walk[k][1]));
    }
    CHECK(lowest == 0);
    CHECK(highest == static_cast<double>(rates.size()));
  }
  SECTION("annealing") {
    const Reported made(small_study("reverse"), few + Words{"--method.temperatures", "200"});
    check_whole(made.page);
    const std::string off = figure_titled(made.page, "ln Z - exact ln Z");
    CHECK(contains(off, ">ais_reverse"));
    const Group& found = *made.root.child("free_energy");
    const auto rows = numbers_in(off);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0][1] ==
          Approx(doubles(found, "log_z")[0] - doubles(*made.root.child("exact"), "log_z")[0]).margin(1e-6));
    (void)figure_titled(made.page, "schedule");
    // All particles are in the histograms there and back, and both have their mean near ln Z / Z_0.
    const auto shares = numbers_in(figure_titled(made.page, "weights there and back"));
    double there = 0, back = 0, mean_there = 0, mean_back = 0;
    for (const auto& row : shares) {
      there += row[1], back += row[2];
      mean_there += row[0] * row[1], mean_back += row[0] * row[2];
    }
    CHECK(there == Approx(1));
    CHECK(back == Approx(1));
    CHECK(mean_there <= mean_back);  // work is done both ways: <ln w> <= ln Z / Z_0 <= -<ln w back>
  }
  SECTION("families that survive") {
    const Reported made(small_study("resample"), few + Words{"--method.temperatures", "200"});
    check_whole(made.page);
    CHECK(contains(figure_titled(made.page, "weights"), "families that survive"));
    CHECK(contains(figure_titled(made.page, "effective fraction"), "threshold of resampling"));
    (void)figure_titled(made.page, "ln Z - consensus");
  }
  SECTION("a grid, in a group for each task and as arrays") {
    for (const char* groups : {"64", "1"}) {
      const Reported made(small_study("grid"), few + Words{"--method.sweeps", "500", "--run.tasks_in_file", groups});
      check_whole(made.page);
      const std::string one = figure_titled(made.page, "energy density");  // averages over disorder
      CHECK(count_of(one, "data-role=value") == 2);
      CHECK(contains(one, "data-colour=1 data-mark=points>size = 5"));
      CHECK(contains(one, "<td>?"));  // three samples have no error
      CHECK(contains(one, "the error is not known"));
      const auto averages = doubles(*made.root.child("estimates"), "energy_density_disorder_average");
      const auto rows = numbers_in(one);
      REQUIRE(rows.size() == 2);
      REQUIRE(averages.size() == 4);
      for (std::size_t b = 0; b < 2; ++b) {
        CHECK(rows[b][1] == Approx(averages[b]).epsilon(1e-6));
        CHECK(rows[b][3] == Approx(averages[2 + b]).epsilon(1e-6));
      }
      CHECK(contains(figure_titled(made.page, "energy in time"), "size = "));
      const std::string spread = figure_titled(made.page, "spread of the energy density");
      CHECK(contains(spread, "size = 5, 90 % of samples below"));
      for (const auto& row : numbers_in(spread)) {
        CHECK(row[1] <= row[2]);
        CHECK(row[2] <= row[3]);
      }
      CHECK(contains(made.page, escaped(verdict_on(made.root))));
    }
  }
  SECTION("two keys") {
    const Reported made(torus, {"--grid.model.size", "[4, 6]", "--grid.model.coupling", "[0.5, 1]"});
    check_whole(made.page);
    const std::string one = figure_titled(made.page, "energy density");
    CHECK(count_of(one, "data-role=value") == 4);
    CHECK(count_of(one, "data-colour=0 ") == 2);
    CHECK(count_of(one, "data-colour=1 ") == 2);
    CHECK(contains(one, ">size = 6, coupling = 0.5<"));
  }
  SECTION("sizes: crossings and a collapse") {
    const Reported made(torus, {"--method.temperature", "2.1:3.1:14", "--grid.model.size", "[4, 8, 16]"});
    check_whole(made.page);
    const std::string collapse = figure_titled(made.page, "data collapse");
    CHECK(contains(collapse, "data-collapse=\"2."));
    CHECK(contains(collapse, ">L = 16<"));
    const auto rows = numbers_in(figure_titled(made.page, "crossings"));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0][0] == 4);
    CHECK(std::abs(rows[0][1] - 2.269) < 0.1);
    (void)figure_titled(made.page, "peaks");
  }
  SECTION("one beta: over the grid's key") {
    const Reported made(torus, {"--method.beta", "0.4", "--grid.model.size", "[4, 6, 8]"});
    check_whole(made.page);
    const auto rows = numbers_in(figure_titled(made.page, "energy density"));
    REQUIRE(rows.size() == 3);
    CHECK(rows[2][0] == 8);
  }
}

TEST_CASE("a trained model has a page of its training") {
  const Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nname = \"rbm\"\nlayers = [9, 4]\n[data]\nfile = \"bars-and-stripes:3\"\n[training]\nmethod = "
              "\"exact\"\nepochs = 50\n");
  REQUIRE(run({"train", "study.toml", "-o", "model.h5", "--quiet"}, folder.path()).code == 0);
  const Group root = read_archive(folder / "model.h5");
  const std::string page = page_of({{"model.h5", root}});
  check_whole(page);
  CHECK(contains(page, "Trained by exact"));
  const auto rows = numbers_in(figure_titled(page, "likelihood"));
  const auto values = doubles(*root.child("training"), "log_likelihood");
  REQUIRE(rows.size() == values.size());
  for (std::size_t k = 0; k < rows.size(); ++k) CHECK(rows[k][1] == Approx(values[k]).epsilon(1e-6));
  for (const char* title : {"ln Z along the way", "reconstruction error", "weights in time"})
    (void)figure_titled(page, title);
  CHECK(contains(page, "samples as 64 images of 3 x 3"));
  CHECK(contains(page, "64 of 64, from training/samples; from 0 to 1"));
  CHECK(contains(page, "weights as 4 images of 3 x 3"));
  // Samples of their own.
  REQUIRE(run({"sample", "model.h5", "-n", "5", "-o", "samples.h5", "--quiet"}, folder.path()).code == 0);
  CHECK(contains(page_of({{"samples.h5", read_archive(folder / "samples.h5")}}), "samples as 5 images of 3 x 3"));
}

TEST_CASE("samples of a model with labels are pictures without them, beside the share of labels that are told") {
  const Scratch folder;
  write_bytes(folder / "rows.csv", "0,0,1,1,0\n1,1,0,0,0\n0,1,0,1,1\n1,0,1,0,1\n");
  write_bytes(folder / "study.toml",
              "[model]\nname = \"rbm\"\nlayers = [4, 3]\n[data]\nfile = \"rows.csv\"\nlabels = \"column:-1\"\n"
              "[training]\nmethod = \"exact\"\nbatch = 4\nepochs = 20\n");
  const Ended made = run({"train", "study.toml", "-o", "model.h5", "--quiet"}, folder.path());
  INFO(made.err);
  REQUIRE(made.code == 0);
  const std::string page = page_of({{"model.h5", read_archive(folder / "model.h5")}});
  CHECK(contains(page, "samples as 64 images of 2 x 2"));
  (void)figure_titled(page, "labels that are told");
}

TEST_CASE("models and likelihoods have pages, with weights as images where visible units make one") {
  Scratch folder;
  write_model(folder / "model.h5", model_file(sample_network({UnitKind::binary, UnitKind::binary})), "test");
  {
    std::ofstream out(folder / "all.csv");
    for (int k = 0; k < 16; ++k)
      out << (k & 1) << ',' << (k >> 1 & 1) << ',' << (k >> 2 & 1) << ',' << (k >> 3) << '\n';
  }
  const Ended judged =
      run({"loglik", "model.h5", "--data", "all.csv", "-o", "out.h5", "--quiet", "--ais.temperatures", "50"},
          folder.path());
  INFO(judged.err);
  REQUIRE(judged.code == 0);
  const PageFile model{"model.h5", read_archive(folder / "model.h5")},
      likelihood{"out.h5", read_archive(folder / "out.h5")};

  const std::string one = page_of({model});
  check_whole(one);
  CHECK(contains(one, "rbm: 4 binary visible units, 3 binary hidden units"));
  CHECK(contains(one, "data-count=3 data-width=2 data-height=2"));

  const std::string page = page_of({model, likelihood}, std::pair<std::size_t, std::size_t>(4, 1));
  check_whole(page);
  CHECK(count_of(page, "<section class=file") == 2);
  CHECK(count_of(page, "data-width=4 data-height=1") == 2);
  CHECK(contains(page, escaped(text_attribute(likelihood.root, "verdict"))));
  const auto* routes =
      std::get_if<std::vector<std::string>>(&likelihood.root.child("free_energy")->find("estimator")->data);
  REQUIRE(routes != nullptr);
  for (const std::string& route : *routes) CHECK(contains(page, "<th scope=row>" + route));
  const auto rows = numbers_in(figure_titled(page, "ln p of each sample"));
  double share = 0;
  for (const auto& row : rows) share += row[1];
  CHECK(share == Approx(1));
  CHECK_THROWS_AS(page_of({model}, std::pair<std::size_t, std::size_t>(28, 28)), RequestError);
}

TEST_CASE("a page of an energy of one number has its density, of two contours that hold what they say") {
  const Scratch folder;
  const auto page_of_set = [&](const std::string& set, const std::string& model) {
    write_bytes(folder / "study.toml", "[model]\nname = \"" + model + "\"\n[data]\nfile = \"" + set +
                                           "\"\n[training]\nmethod = \"score\"\nupdates = 400\nrate = 0.05\n"
                                           "evaluate = 400\nsamples = 400\n");
    const Ended ended = run({"train", "study.toml", "-o", "model.h5", "--force", "--quiet"}, folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return page_of({{"model.h5", read_archive(folder / "model.h5")}});
  };
  const std::string line = page_of_set("double-well:2000", "double-well");
  check_whole(line);
  double area = 0, seen = 0, before = unknown, value = 0, bin = unknown;
  for (const auto& row : numbers_in(figure_titled(line, "density of the model"))) {
    REQUIRE(row.size() >= 3);
    if (!std::isnan(before)) area += (row[0] - before) * (row[1] + value) / 2;
    before = row[0], value = row[1];
    if (!std::isnan(row[2])) bin = std::isnan(bin) ? row[0] : bin, ++seen;
  }
  CHECK(area == Approx(1).margin(0.02));  // what is drawn leaves out the tails
  CHECK(seen >= 10);

  const std::string plane = page_of_set("correlated:2000", "gaussian");
  check_whole(plane);
  const auto rows = numbers_in(figure_titled(plane, "density of the model"));
  REQUIRE(rows.size() == 5);
  CHECK(rows[0][0] > rows[4][0]);  // ln p falls outwards
  // Of 400 draws of the model these shares are within 4.5 standard errors of theirs: one false alarm in 10,000.
  const std::vector<double> shares = {0.25, 0.5, 0.75, 0.9, 0.99};
  for (std::size_t k = 0; k < shares.size(); ++k)
    CHECK(std::abs(rows[k][1] - shares[k]) < 4.5 * std::sqrt(shares[k] * (1 - shares[k]) / 400) + 0.01);
  CHECK(contains(plane, "<svg class=contours"));

  const Reported made(
      "[model]\nname = \"double-well\"\n[method]\nname = \"annealing\"\nbeta = 1\nparticles = 50\ntemperatures = 20\n");
  check_whole(made.page);
  (void)figure_titled(made.page, "density of the model");
}
