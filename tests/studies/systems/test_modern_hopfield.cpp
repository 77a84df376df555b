// Patterns that are retrieved by attention, and lost where there are too many.
#include <cmath>

#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

constexpr const char* attention_study = R"(
[model]
name = "modern-hopfield"
layers = 60
noise = 0.1
attention = 0.2
box = [-4, 4]
[method]
name = "mcmc"
beta = 10
chains = 2
start = "cold"
thermalization = 20
sweeps = 60
)";

double overlap_by(const Scratch& folder, const Words& more) {
  const Ended ended =
      run(Words{"run", "study.toml", "-o", "out.h5", "--quiet", "--force", "--run.threads", "1"} + more, folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return doubles(*read_archive(folder / "out.h5").child("estimates"), "pattern_overlap").front();
}

}  // namespace

TEST_CASE("attention retrieves more patterns than a spin has bonds for, and loses them where they are too many") {
  const Scratch folder;
  write_bytes(folder / "study.toml", attention_study);
  // 0.138 of 60 are 8 patterns; attention holds exp(0.2 x 60) or so.
  CHECK(overlap_by(folder, {"--model.patterns", "5"}) == Approx(1).margin(.1));
  CHECK(overlap_by(folder, {"--model.patterns", "200"}) == Approx(1).margin(.1));
  CHECK(std::abs(overlap_by(folder, {"--model.patterns", "200", "--model.attention", "0.05"})) < .5);  // the mutant
  const Ended listed = run({"list", "models"}, folder.path());
  CHECK(contains(listed.out, "modern-hopfield"));
  CHECK(contains(run({"run", "study.toml", "--model.layers", "[4, 5]"}, folder.path()).err, "model.layers has 2"));
}
