// How many sweeps a draw stands for, what is made of long series, and which series go to the file.
#include <catch2/catch.hpp>

#include "estimators/autocorrelation.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/chain_estimates.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/methods/report.hpp"
#include "studies/runs/task_run.hpp"
#include "tests/studies/methods/report_of.hpp"
#include "tests/studies/options_fixture.hpp"

using namespace gibbsite;
using test::report_of;

namespace {

Study study_of(const std::string& method, const std::string& model = "size = 4") {
  return read("[model]\n" + model + "\n[method]\nbeta = [0.2, 0.4]\nthermalization = 50\n" + method + "\n")
      .tasks[0]
      .study;
}
std::int64_t sweeps_a_draw(const std::string& method, const std::string& model) {
  const Request request = read("[model]\n" + model + "\n[method]\nbeta = [0.2, 0.4]\n" + method + "\n");
  const auto open = TaskRun(request.tasks[0], 0).sweeps_per_draw();
  return open ? std::min(open->wanted, open->most) : 0;
}
std::vector<std::string> names(const Group& group) {
  std::vector<std::string> all;
  for (const Variable& v : group.variables)
    if (v.shape.size() > 1) all.push_back(v.name);
  return all;
}

}  // namespace

TEST_CASE("how many sweeps a draw stands for follows from the work of a sweep, and leaves a thousand draws") {
  CHECK(sweeps_a_draw("sweeps = 20000", "size = 4") == 20);
  CHECK(sweeps_a_draw("sweeps = 900", "size = 4") == 1);
  CHECK(sweeps_a_draw("sweeps = 20000\nsnapshots = 5000", "size = 4") == 4);
  CHECK(sweeps_a_draw("sweeps = 1000000", "size = 32") == 118);  // 10 x 12000 updates / 1024
  CHECK(sweeps_a_draw("sweeps = 1000000", "size = 100") == 12);
  CHECK(sweeps_a_draw("sweeps = 1000000", "size = 400") == 1);
  CHECK(sweeps_a_draw("sweeps = 1000000", "lattice = \"complete\"\nsize = 200\ndisorder = \"gaussian\"") ==
        13);                                                             // 50 bonds for every two
  CHECK(sweeps_a_draw("sweeps = 1000000\nevery = 3", "size = 4") == 0);  // nothing is open
  CHECK(sweeps_a_draw("name = \"annealing\"", "size = 4") == 0);
}

TEST_CASE("estimates of draws of many sweeps are those of all sweeps, with the same errors") {
  // 40000 sweeps drawn one by one are estimated from means over 16 in a row; drawn by 16 from the same means.
  const Group one = report_of(study_of("sweeps = 40000\nevery = 1\n")),
              many = report_of(study_of("sweeps = 40000\nevery = 16\n"));
  REQUIRE(draws_together(40000) == 16);
  for (const char* name : {"energy", "energy_density", "specific_heat", "magnetization_density_squared",
                           "abs_magnetization_density", "susceptibility_abs", "susceptibility", "binder_cumulant"})
    for (std::size_t b = 0; b < 2; ++b) {
      INFO(name << " at " << b);
      const auto at = [&](const Group& root, const char* suffix) {
        return doubles(*root.child("estimates"), std::string(name) + suffix)[b];
      };
      CHECK(at(many, "") == Approx(at(one, "")).epsilon(1e-9));
      CHECK(at(many, "_error") == Approx(at(one, "_error")).epsilon(1e-6));
      CHECK(at(many, "_tau") == Approx(at(one, "_tau")).epsilon(0.1));
    }
  // And as all sweeps by themselves have it.
  const auto energy = doubles(*one.child("series"), "energy");
  for (std::size_t b = 0; b < 2; ++b) {
    std::vector<double> x;
    for (std::size_t k = b; k < energy.size(); k += 2) x.push_back(energy[k]);
    const Estimate direct = estimate_mean({x, 4});
    const auto at = [&](const char* name) { return doubles(*many.child("estimates"), name)[b]; };
    CHECK(at("energy") == Approx(direct.value).epsilon(1e-9));
    CHECK(at("energy_error") == Approx(direct.error).epsilon(0.1));
    CHECK(at("energy_tau") == Approx(direct.tau).epsilon(0.1));
    CHECK(at("energy_ess") == Approx(direct.ess).epsilon(0.15));
  }
}

TEST_CASE("draws taken together are all there, where their number has a divisor") {
  CHECK(draws_together(1) == 1);
  CHECK(draws_together(4095) == 1);
  CHECK(draws_together(200000) == 80);
  for (const std::size_t draws : {5000, 7919, 20000, 1000003}) {
    const std::size_t k = draws_together(draws);
    CHECK(draws / k >= 2048);
    CHECK(draws / k < 4 * 2048);
    CHECK(draws % k < k);
  }
}

TEST_CASE("store says which series go to the file") {
  using Names = std::vector<std::string>;
  const std::string often = "chains = 2\nsweeps = 64\nevery = 8\n";
  CHECK(names(*report_of(study_of(often)).child("series")) ==
        Names{"energy", "magnetization_density", "energy_mean", "energy_variance", "magnetization_density_mean",
              "magnetization_density_abs_mean", "magnetization_density_square_mean",
              "magnetization_density_fourth_mean"});
  CHECK(names(*report_of(study_of("sweeps = 64\nevery = 1\n")).child("series")) ==
        Names{"energy", "magnetization_density"});
  CHECK(names(*report_of(study_of(often + "store = [\"energy\"]\n")).child("series")) ==
        Names{"energy", "energy_mean", "energy_variance"});
  const Group none = report_of(study_of(often + "store = \"estimates\"\n"));
  CHECK(none.child("series") == nullptr);
  CHECK(none.child("estimates") != nullptr);
  const std::string annealing = "name = \"annealing\"\nparticles = 8\ntemperatures = 8\n";
  CHECK(names(*report_of(study_of(annealing + "store = [\"energy\"]\n")).child("series")) == Names{"energy"});
  const Request typo = read("[model]\nsize = 4\n[method]\nbeta = 0.2\nstore = [\"enrgy\"]\n");
  CHECK(refusal([&] { TaskRun(typo.tasks[0], 0); }) ==
        "method.store = \"enrgy\" names no series; did you mean `energy`? allowed: all, estimates, or some of energy, "
        "magnetization_density");
  CHECK(refused("[model]\nsize = 4\n[method]\nbeta = 0.2\nevery = \"often\"\n").find("every") != std::string::npos);
}
