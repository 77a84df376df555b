/// `gibbsite sample`: states have the distribution of the model, in the form that other tools read.
#include <cmath>
#include <cstring>

#include "studies/catalogue/catalogue.hpp"
#include "studies/data/arrays.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/model_file.hpp"
#include "studies/sample/draw.hpp"
#include "studies/sample/sample_units.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/sample_models.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

const std::string lattice =
    "[model]\nname = \"ising\"\nsize = [4, 4]\n[method]\nbeta = 0.3\n[sampler]\nname = \"heat-bath\"\n";

/// z of the mean energy per site of independent states against the exact one.
double z_of_energies(const Study& study, const SamplePlan& plan) {
  const auto system = make_system(study);
  const auto ensemble = system->ensemble(study, Key(11), plan.chains);
  const DrawnStates drawn = draw_states(*ensemble, plan, [](const Progress&) {});
  double mean = 0, spread = 0;
  const double n = static_cast<double>(drawn.energy.size());
  for (const double e : drawn.energy) mean += e / n;
  for (const double e : drawn.energy) spread += (e - mean) * (e - mean);
  const auto exact = std::get<ExactAnswers>(system->exact(study.method.beta, Effort::asked_for));
  return (mean - exact.at[0].values.at("energy")) / std::sqrt(spread / (n - 1) / n);
}

}  // namespace

TEST_CASE("sample: energies of independent states agree with exact ones", "[mutant]") {
  // |z| > 4.9 once in a million; the four comparisons have fixed seeds.
  const SamplePlan plan{
      .states = 2000, .chains = 2000, .lambda = 0.3, .annealing = 100, .thermalization = 60, .every = 1};
  const Study study = read(lattice).tasks.front().study;
  CHECK(std::abs(z_of_energies(study, plan)) < 4.9);
  const Study clusters = read(lattice, {{"sampler.name", "wolff"}}).tasks.front().study;
  CHECK(std::abs(z_of_energies(clusters, plan)) < 4.9);
  const Study held = read(lattice, {{"model.clamp", "0:4=1"}}).tasks.front().study;
  CHECK(std::abs(z_of_energies(held, plan)) < 4.9);
  SamplePlan mutant = plan;  // stops at the reference
  mutant.lambda = 1e-9;
  CHECK(std::abs(z_of_energies(study, mutant)) > 10);
}

TEST_CASE("sample: chains that are trapped apart are warned of, others are not", "[mutant]") {
  const SamplePlan plan{.states = 16, .chains = 16, .lambda = 0.3, .annealing = 50, .thermalization = 1000, .every = 1};
  const auto warnings = [](const Study& study, const SamplePlan& with) {
    const auto system = make_system(study);
    const auto ensemble = system->ensemble(study, Key(3), with.chains);
    return draw_states(*ensemble, with, [](const Progress&) {}).warnings;
  };
  const Study study = read(lattice).tasks.front().study;
  CHECK(warnings(study, plan).empty());
  SamplePlan quenched = plan;
  quenched.lambda = 3;
  quenched.annealing = 1;
  const Study glass = read(lattice, {{"model.size", "[16, 16]"}, {"model.disorder", "gaussian"}}).tasks.front().study;
  CHECK_FALSE(warnings(glass, quenched).empty());
  SamplePlan slow = plan;
  slow.thermalization = 64;
  slow.lambda = 0.44;
  const Study critical = read(lattice, {{"model.size", "[24, 24]"}}).tasks.front().study;
  REQUIRE_FALSE(warnings(critical, slow).empty());
  CHECK(contains(warnings(critical, slow).back(), "raise --thermalization"));
  SamplePlan brief = plan;
  brief.thermalization = 4;
  REQUIRE(warnings(study, brief).size() == 1);
  CHECK(contains(warnings(study, brief).front(), "too few to compare"));
  SamplePlan close = plan;
  close.states = 64;
  close.lambda = 0.44;
  REQUIRE_FALSE(warnings(study, close).empty());
  CHECK(contains(warnings(study, close).back(), "are not independent"));
}

TEST_CASE("sample: files of states, from models and from studies") {
  const Scratch folder;
  using enum UnitKind;
  const auto write = [&](const char* name, AnyModel model) {
    write_model(folder / name, model_file(std::move(model)), "test");
  };
  write("rbm.h5", sample_network({binary, spin}));
  write("gaussian.h5", sample_network({gaussian, binary}));
  write("potts.h5", sample_network({categorical, binary}));
  write("dbn.h5", sample_belief_network());
  write("machine.h5", sample_machine(spin));
  write_bytes(folder / "study.toml", lattice);
  const auto sampled = [&](const std::string& from, const Words& more = {}) {
    const Ended ended = run(Words{"sample", from, "-n", "40", "-o", "s.npy", "--force"} + more, folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return read_array(folder / "s.npy", "");
  };
  const auto only = [](const NumberArray& array, std::initializer_list<double> allowed) {
    return std::all_of(array.values.begin(), array.values.end(),
                       [&](double v) { return std::find(allowed.begin(), allowed.end(), v) != allowed.end(); });
  };
  using Shape = std::vector<std::size_t>;
  const NumberArray rbm = sampled("rbm.h5");
  CHECK(rbm.shape == Shape{40, 4});
  CHECK(only(rbm, {0, 1}));
  CHECK(contains(read_bytes(folder / "s.npy"), "'descr': '|u1'"));
  CHECK(sampled("rbm.h5").values == rbm.values);
  CHECK(sampled("rbm.h5", {"--seed", "2"}).values != rbm.values);
  CHECK(sampled("rbm.h5", {"--hidden"}).shape == Shape{40, 7});
  CHECK(contains(read_bytes(folder / "s.npy"), "'descr': '|i1'"));
  CHECK(sampled("gaussian.h5").shape == Shape{40, 4});
  CHECK(contains(read_bytes(folder / "s.npy"), "'descr': '<f4'"));
  const NumberArray potts = sampled("potts.h5");
  CHECK(potts.shape == Shape{40, 4});
  CHECK(only(potts, {0, 1, 2}));
  CHECK(sampled("dbn.h5").shape == Shape{40, 4});
  CHECK(only(sampled("dbn.h5", {"--hidden"}), {0, 1}));
  CHECK(sampled("dbn.h5", {"--hidden"}).shape == Shape{40, 9});
  CHECK(sampled("machine.h5").shape == Shape{40, 3});
  const NumberArray spins = sampled("study.toml");
  CHECK(spins.shape == Shape{40, 16});
  CHECK(only(spins, {-1, 1}));
  REQUIRE(run({"sample", "study.toml", "-n", "3", "-o", "three.npy"}, folder.path()).code == 0);
  CHECK(read_array(folder / "three.npy", "").shape == Shape{3, 16});
}

TEST_CASE("sample: clamped units keep their values, and the rest is as given them") {
  const Scratch folder;
  write_model(folder / "potts.h5", model_file(sample_network({UnitKind::categorical, UnitKind::binary})), "test");
  write_bytes(folder / "study.toml", lattice);
  REQUIRE(run({"sample", "potts.h5", "-n", "50", "--clamp", "1=2", "-o", "s.npy"}, folder.path()).code == 0);
  const NumberArray potts = read_array(folder / "s.npy", "");
  REQUIRE(potts.shape == std::vector<std::size_t>{50, 4});
  for (std::size_t s = 0; s < 50; ++s) CHECK(potts.values[4 * s + 1] == 2);
  REQUIRE(run({"sample", "study.toml", "-n", "50", "--clamp", "0:4=-1", "--beta", "0.6", "-o", "s.h5"}, folder.path())
              .code == 0);
  const Group root = read_archive(folder / "s.h5");
  const auto& spins = std::get<std::vector<std::int8_t>>(root.find("samples")->data);
  double free = 0;
  for (std::size_t k = 0; k < spins.size(); ++k) {
    if (k % 16 < 4)
      CHECK(spins[k] == -1);
    else
      free += spins[k];
  }
  CHECK(free < -400);  // of 600: the free spins follow the clamped ones
  CHECK(doubles(root, "energy").size() == 50);
  const Ended shown = run({"show", "s.h5"}, folder.path());
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "50 states of 16 units"));
  CHECK(contains(run({"show", "s.h5", "--json"}, folder.path()).out, "\"states\": 50"));
  CHECK(read_array(folder / "s.h5", "").shape == std::vector<std::size_t>{50, 16});  // as data
  CHECK(root.child("model")->child("clamp") != nullptr);
}

TEST_CASE("sample: what is wrong is said") {
  const Scratch folder;
  write_bytes(folder / "study.toml", lattice);
  const auto refused = [&](const Words& words) {
    const Ended ended = run(Words{"sample"} + words, folder.path());
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
    return ended.err;
  };
  CHECK(contains(refused({"study.toml", "-n", "3"}), "needs -o"));
  CHECK(contains(refused({"study.toml", "-n", "3", "-o", "s.csv"}), ".npy or .h5"));
  CHECK(contains(refused({"study.toml", "-n", "0", "-o", "s.npy"}), "sample.number"));
  CHECK(contains(refused({"study.toml", "-o", "s.npy", "--method.chains", "3"}), "a plan of its own"));
  CHECK(contains(refused({"study.toml", "-o", "s.npy", "--beta", "[0.1, 0.2]"}), "has 2 betas"));
  CHECK(contains(refused({"none.h5", "-o", "s.npy"}), "none.h5"));
  write_bytes(folder / "grid.toml", "[model]\nlattice = \"square\"\n[grid]\n\"model.size\" = [4, 6]\n");
  CHECK(contains(refused({"grid.toml", "-o", "s.npy", "--beta", "0.4"}), "a study without [grid]"));
  write_bytes(folder / "clamp.csv", "0,1\n");
  CHECK(contains(refused({"study.toml", "--clamp", "clamp.csv", "-o", "clamp.npy", "-n", "0"}), "sample.number"));
  fs::rename(folder / "clamp.csv", folder / "clamp.npy");
  CHECK(contains(refused({"study.toml", "--clamp", "clamp.npy", "-o", "clamp.npy", "--force"}),
                 "would overwrite what is read"));
  write_bytes(folder / "s.npy", "kept");
  CHECK(contains(refused({"study.toml", "-n", "3", "-o", "s.npy"}), "s.npy exists"));
  CHECK(read_bytes(folder / "s.npy") == "kept");
}
