// What is said of runs that are trapped, or may be: by their starts, by turnovers, by witnesses.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/annealing_keys.hpp"
#include "studies/methods/chain_doubts.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/methods/report.hpp"
#include "studies/methods/sweep_keys.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/systems/first_state.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/text/errors.hpp"
#include "tests/samplers/two_phases.hpp"
#include "tests/studies/methods/report_of.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using test::report_of;

namespace {

bool says(const std::vector<std::string>& sentences, const std::string& words) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& s) { return s.find(words) != std::string::npos; });
}

Study two_phases_study(const test::Scratch& folder) {
  const Graph graph = two_phases::graph(3);
  const auto path = folder / "two_phases.txt";
  std::ofstream file(path);
  file.precision(17);
  for (const Bond& bond : graph.bonds()) file << bond.i + 1 << ' ' << bond.j + 1 << ' ' << bond.J << '\n';
  for (std::size_t i = 0; i < graph.sites(); ++i) file << i + 1 << ' ' << i + 1 << ' ' << graph.fields()[i] << '\n';
  Study study = study_schema().first;
  study.keys<LatticeKeys>().couplings = path.string();
  study.method.beta = {2};
  study.keys<SweepKeys>().thermalization = 200;
  study.keys<ChainKeys>().sweeps = 1000;
  return study;
}

}  // namespace

TEST_CASE("a first-order transition in temperature is not passed over in silence") {
  const test::Scratch folder;
  Study study = two_phases_study(folder);
  const double exact = two_phases::log_z(2);
  CHECK(exact == Approx(182.794).epsilon(1e-5));
  const double energy = (two_phases::log_z(2 - 1e-5) - two_phases::log_z(2 + 1e-5)) / 2e-5;
  int warned = 0, silent = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    study.run.seed = seed;
    study.keys<ChainKeys>().start = "mixed";
    study.keys<ChainKeys>().chains = 4;
    const Group mixed = report_of(study);
    const auto value = doubles(*mixed.child("estimates"), "energy")[0];
    const auto error = doubles(*mixed.child("estimates"), "energy_error")[0];
    warned += says(warnings_of(mixed), "disagree");
    CHECK(std::abs(value - energy) < 2 * error);  // as far as the chains are apart
    study.keys<ChainKeys>().start = "hot";        // the mutant: chains that began alike agree
    silent += !says(warnings_of(report_of(study)), "disagree");
  }
  CHECK(warned == 4);
  CHECK(silent >= 2);
}

TEST_CASE("one chain or ladder is told of a phase of lower energy that it does not see") {
  const test::Scratch folder;
  Study study = two_phases_study(folder);
  study.keys<ChainKeys>().chains = 1;
  int trapped = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    study.run.seed = seed;
    const Group result = report_of(study);
    const bool misses = doubles(*result.child("estimates"), "energy")[0] > -80;  // the other phase is at -91
    CHECK(says(warnings_of(result), "misses a phase or valley") == misses);
    trapped += misses;
  }
  CHECK(trapped >= 3);
  study.method.name = "tempering";
  study.method.beta.clear();
  for (int k = 0; k <= 10; ++k) study.method.beta.push_back(0.2 * k);
  CHECK(says(warnings_of(report_of(study)), "misses a phase or valley"));
}

TEST_CASE("sound runs of one chain are not warned, and note that there is one") {
  Study study = study_schema().first;
  study.keys<LatticeKeys>().size = {8};
  study.method.beta = {0.2, 0.6};
  study.keys<ChainKeys>().chains = 1;
  study.keys<ChainKeys>().sweeps = 8000;
  int warned = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    study.run.seed = seed;
    const Group result = report_of(study);
    const auto warnings = warnings_of(result);
    warned += says(warnings, "misses a phase") || says(warnings, "turned over") || says(warnings, "disagree");
    CHECK(says(notes_of(result), "one chain"));
  }
  CHECK(warned == 0);
}

TEST_CASE("glasses that never turned over say so, and ferromagnets do not") {
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "cubic";
  study.keys<LatticeKeys>().size = {4};
  study.keys<LatticeKeys>().disorder = "bimodal";
  study.method.beta = {0.1, 3};
  study.keys<ChainKeys>().sweeps = 1000;
  for (const std::int64_t chains : {1, 4}) {
    study.keys<ChainKeys>().chains = chains;
    CHECK(says(warnings_of(report_of(study)), "from beta = 3 on"));
  }
  study.keys<LatticeKeys>().disorder = "none";
  CHECK_FALSE(says(warnings_of(report_of(study)), "turned over"));
  study.keys<LatticeKeys>().disorder = "bimodal";
  study.method.beta = {0.1};
  CHECK_FALSE(says(warnings_of(report_of(study)), "turned over"));
}

TEST_CASE("cold starts are doubted with any method and any number of chains") {
  Study study = study_schema().first;
  study.keys<LatticeKeys>().size = {4};
  study.method.beta = {0, 0.2};
  study.keys<ChainKeys>().start = "cold";
  study.keys<ChainKeys>().sweeps = 500;
  for (const char* method : {"mcmc", "tempering"})
    for (const std::int64_t chains : {1, 4}) {
      study.method.name = method;
      study.keys<ChainKeys>().chains = chains;
      CHECK(says(warnings_of(report_of(study)), "trapped there together"));
    }
}

TEST_CASE("a witness stands below a run only if it has settled where the run never was") {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  const auto around = [&](double centre, std::size_t n, double drift = 0) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i)
      x[i] = centre + normal(random) + drift * static_cast<double>(i) / static_cast<double>(n);
    return x;
  };
  CHECK(stands_below(around(-20, 100), around(0, 5000)));
  CHECK_FALSE(stands_below(around(20, 100), around(0, 5000)));
  CHECK_FALSE(stands_below(around(-2, 100), around(0, 5000)));
  CHECK_FALSE(stands_below(around(-20, 100, 12), around(0, 5000)));  // on its way
  int below = 0;
  for (int k = 0; k < 200; ++k) below += stands_below(around(0, 100), around(0, 5000));
  CHECK(below == 0);
}

TEST_CASE("a state to start from is read from text and from results, and must fit") {
  const test::Scratch folder;
  const UnitStates spins{{-1, 1}, "-1 and 1"};
  Layout layout;
  layout.units = 3;
  const auto path = (folder / "state.txt").string();
  std::ofstream(path) << "1 -1 1\n";
  const std::vector<std::byte> state = read_state(path, layout, spins);
  REQUIRE(state.size() == 3);
  CHECK(static_cast<std::int8_t>(state[1]) == -1);
  std::ofstream(path) << "1 0 1\n";
  CHECK_THROWS_AS(read_state(path, layout, spins), RequestError);
  CHECK_NOTHROW(read_state(path, layout, UnitStates()));
  std::ofstream(path) << "1 -1\n";
  CHECK_THROWS_AS(read_state(path, layout, spins), RequestError);
}

TEST_CASE("annealing is told of a phase that it does not reach, there and back") {
  const test::Scratch folder;
  Study study = two_phases_study(folder);
  study.method.name = "annealing";
  study.keys<AnnealingKeys>().particles = 64;
  study.keys<AnnealingKeys>().temperatures = {100};
  int told = 0, silent = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    study.run.seed = seed;
    study.keys<SweepKeys>().thermalization = 300;
    told += says(warnings_of(report_of(study)), "annealing misses a phase");
    study.keys<SweepKeys>().thermalization = 8;  // the mutant: too short for particles that begin elsewhere
    silent += !says(warnings_of(report_of(study)), "annealing misses a phase");
  }
  CHECK(told >= 3);
  CHECK(silent == 4);
}

TEST_CASE("overlaps of a clock of three states: never below -1/2, and not made even") {
  Study study = study_schema().first;
  study.model.name = "clock";
  const StudyKey& states = *study_schema().find("model.states");
  store(states, study, {std::int64_t{3}});
  study.keys<LatticeKeys>().size = {3};
  study.keys<LatticeKeys>().disorder = "bimodal";
  study.method.beta = {1};
  study.keys<ChainKeys>().sweeps = 4000;
  const Group found = report_of(study);
  const Group& estimates = *found.child("estimates");
  const auto q = doubles(estimates, "q"), density = doubles(estimates, "overlap_distribution");
  REQUIRE(q.size() == 33);
  double above = 0, total = 0;
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (q[k] < -0.55) CHECK(density[k] == 0);
    total += density[k];
    if (q[k] > 0.55) above += density[k];
  }
  CHECK(above > 0);
  CHECK(total * 2 / 33 == Approx(1).epsilon(1e-6));
}
