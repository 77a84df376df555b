/// `gibbsite scaling` from end to end: the square Ising lattice against Onsager's exact exponents, files, refusals.
#include <cmath>

#include "estimators/significance.hpp"
#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

const char* sizes_study = R"([model]
lattice = "square"
[sampler]
name = "swendsen-wang"
[method]
temperature = "2.17:2.4:5"
sweeps = 1000
thermalization = 200
[grid]
"model.size" = [12, 24]
)";

Ended done(const Words& words, const fs::path& folder) {
  Ended ended = run(words, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return ended;
}
json scaled(const Words& files, const fs::path& folder) {
  return read_json(done(Words{"scaling", "--json"} + files, folder).out);
}
json fit_named(const json& scaling, const std::string& name) {
  for (const json& fit : scaling.at("fits"))
    if (fit.at("name") == name) return fit;
  return {};
}

}  // namespace

TEST_CASE("program: scaling finds Onsager's temperature and exponents", "[calibration]") {
  const Scratch folder;
  write_bytes(folder / "study.toml", sizes_study);
  const std::vector<std::pair<std::string, double>> exact = {{"critical_temperature", 2 / std::log(1 + std::sqrt(2.0))},
                                                             {"one_over_nu", 1},
                                                             {"gamma_over_nu", 1.75},
                                                             {"beta_over_nu", 0.125}};
  std::vector<double> z;
  for (const char* seed : {"1", "2", "3", "4"}) {
    done({"run", "study.toml", "-o", "grid.h5", "--force", "--quiet", "--run.seed", seed}, folder.path());
    const json found = scaled({"grid.h5"}, folder.path());
    CHECK(found.at("crossings").size() == 1);
    for (const auto& [name, value] : exact) {
      const json fit = fit_named(found, name);
      INFO(name << ' ' << fit.dump());
      REQUIRE(fit.at("error").is_number());
      z.push_back((fit.at("value").get<double>() - value) / fit.at("error").get<double>());
      CHECK(fit.at("error").get<double>() < 0.15);
    }
  }
  CHECK_FALSE(largest_z(z).exceeds);
}

TEST_CASE("program: a file for each size says what a grid says, and the smallest size is left out beside") {
  const Scratch folder;
  write_bytes(folder / "study.toml", sizes_study);
  done({"run", "study.toml", "-o", "grid.h5", "--quiet", "--grid.model.size", "[6, 12, 24]"}, folder.path());
  const Ended shown = done({"scaling", "grid.h5", "-o", "scaled.h5"}, folder.path());
  for (const char* part : {"L = 6, 12, 24", "Binder cumulants of L and L' cross", "T_c (crossings)", "1/nu (collapse",
                           "without L = 6", "lie on one curve"})
    CHECK(contains(shown.out, part));
  const json whole = scaled({"grid.h5"}, folder.path());
  CHECK(whole.at("crossings").size() == 3);
  CHECK(fit_named(whole, "one_over_nu").at("without_smallest").at("error").is_number());
  CHECK(whole.at("collapse").at("points").size() == 21);
  for (const json& point : whole.at("collapse").at("points")) {
    const double size = point.at("size");
    CHECK(size == std::round(size));
  }
  CHECK(whole.at("collapse").at("degrees") > 0);
  const Group record = read_archive(folder / "scaled.h5");
  check_dimensions(record);
  for (const char* group : {"crossings", "sizes", "exponents", "collapse"}) CHECK(record.child(group) != nullptr);
  const Ended again = run({"show", "scaled.h5"}, folder.path());
  CHECK(again.code == 2);
  CHECK(contains(again.err, "`gibbsite scaling` made"));

  for (const char* size : {"6", "12"})
    done({"run", "study.toml", "-o", std::string("L") + size + ".h5", "--quiet", "--grid.model.size",
          std::string("[") + size + "]"},
         folder.path());
  const json apart = scaled({"L12.h5", "L6.h5"}, folder.path());
  CHECK(apart.at("sizes").at(0).at("size") == 6.0);
  CHECK(apart.at("crossings").size() == 1);
  // A peak outside of the temperatures drawn is said to be there.
  CHECK(contains(apart.at("warnings").dump(), "size 6"));
  CHECK(contains(apart.at("warnings").dump(), "outside of what was drawn"));
}

TEST_CASE("program: scaling refuses in words what is not one system at several sizes") {
  const Scratch folder;
  write_bytes(folder / "study.toml", sizes_study);
  const Words brief = {"--quiet", "--method.sweeps", "100", "--method.thermalization", "10"};
  const auto make = [&](const std::string& name, const Words& keys) {
    done(Words{"run", "study.toml", "-o", name} + brief + keys, folder.path());
  };
  make("a.h5", {"--grid.model.size", "[6, 8]"});
  make("one.h5", {"--grid.model.size", "[6]"});
  make("other.h5", {"--grid.model.size", "[10]", "--model.coupling", "1.1"});
  make("field.h5", {"--grid.model.size", "[6, 8]", "--model.field", "0.1"});
  make("long.h5", {"--grid.model.size", "[[6, 12], 8]"});
  make("hot.h5", {"--grid.model.size", "[10]", "--method.temperature", "5:6:3"});
  const std::vector<std::pair<Words, std::string>> mistakes = {
      {{"one.h5"}, "at least two sizes"},
      {{"a.h5", "one.h5"}, "size 6 is there twice"},
      {{"a.h5", "other.h5"}, "different systems (coupling = 1.0 and coupling = 1.1)"},
      {{"field.h5"}, "has fields"},
      {{"long.h5"}, "different shapes"},
      {{"a.h5", "hot.h5"}, "no temperatures at which all sizes were drawn"},
      {{"a.h5", "a.h5"}, "given twice"},
      {{"none.h5"}, "none.h5"},
      {{"a.h5", "--temperature", "2.4"}, "low:high"},
      {{"a.h5", "--temperature", "2.4:2.2"}, "low:high"},
      {{"a.h5", "--temperature", "nan:3"}, "low:high"},
      {{"a.h5", "--temperature", "7:8"}, "all sizes were drawn from T = 2.17 to 2.4"},
      {{"a.h5", "-o", "a.h5"}, "would overwrite what is read"},
  };
  for (const auto& [words, message] : mistakes) {
    const Ended ended = run(Words{"scaling"} + words, folder.path());
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
    CHECK(contains(ended.err, message));
  }
  CHECK(contains(done({"scaling", "a.h5"}, folder.path()).out, "Warnings"));
}
