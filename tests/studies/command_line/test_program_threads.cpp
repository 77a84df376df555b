/// The same bits for any number of threads; seeds and tasks that know nothing of each other.
#include <cmath>

#include "estimators/significance.hpp"
#include "studies/files/variables.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

void check_threads(const std::string& text, const Words& more = {}) {
  const Scratch folder;
  write_bytes(folder / "study.toml", text);
  for (const std::string threads : {"1", "2", "4"}) {
    INFO(threads << " threads");
    const Ended ended = run(
        Words{"run", "study.toml", "--quiet", "-o", threads + ".h5", "--run.threads", threads} + more, folder.path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    CHECK(differences(folder / "1.h5", folder / (threads + ".h5")) == Words{});
  }
}

/// Energies in units of their spread, of every task, as they follow each other in each chain.
std::vector<std::vector<double>> energies_of_tasks(const Group& root) {
  std::vector<std::vector<double>> all;
  for (const Group& task : root.child("tasks")->groups) {
    const auto energy = doubles(*task.child("series"), "energy");
    double sum = 0, squares = 0;
    for (const double e : energy) sum += e;
    const double mean = sum / static_cast<double>(energy.size());
    for (const double e : energy) squares += (e - mean) * (e - mean);
    auto& scaled = all.emplace_back();
    for (const double e : energy)
      scaled.push_back((e - mean) / std::sqrt(squares / static_cast<double>(energy.size())));
  }
  return all;
}

/// Correlation of two series shifted against each other, in its standard error for draws that are independent.
double correlation(const std::vector<double>& x, const std::vector<double>& y, std::size_t shift) {
  double sum = 0;
  for (std::size_t k = 0; k + shift < x.size(); ++k) sum += x[k] * y[k + shift];
  return sum / std::sqrt(static_cast<double>(x.size() - shift));
}

}  // namespace

TEST_CASE("program: as many threads as you like, every method") {
  const Words short_chains = {"--method.sweeps", "600", "--method.thermalization", "200"};
  const Words few_particles = {"--method.particles", "50", "--method.temperatures", "60"};
  for (const std::string name : {"wolff", "heat-bath", "tempering"}) {
    INFO(name);
    check_threads(small_study(name), short_chains);
  }
  for (const std::string name : {"reverse", "resample"}) {
    INFO(name);
    check_threads(small_study(name), few_particles);
  }
  check_threads(small_study("target"), {"--method.target_error", "0.004"});
}

TEST_CASE("program: as many threads as you like, a grid of small tasks and one of large tasks") {
  check_threads(small_study("grid"), {"--method.sweeps", "500"});
  check_threads(small_study("grid"),
                {"--grid.model.size", "[64, 80]", "--method.sweeps", "10", "--method.thermalization", "10"});
}

TEST_CASE("program: seeds and tasks share no random numbers") {
  // At a small beta a heat bath follows its random numbers so closely that a field of 0.001 hardly matters: were they
  // shared between seeds or tasks, or only shifted by a few sweeps, energies would be the same.
  const Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nsize = 4\n[method]\nbeta = 0.1\nevery = 4\nchains = 2\nsweeps = 8000\nstart = \"hot\"\n[grid]\n"
              "\"model.field\" = [0, 0.001]\n");
  const auto of_seed = [&](const std::string& seed) {
    const Ended ended =
        run({"run", "study.toml", "--quiet", "-o", "out.h5", "--force", "--run.seed", seed}, folder.path());
    REQUIRE(ended.code == 0);
    return read_archive(folder / "out.h5");
  };
  std::vector<std::vector<double>> series;
  const Group one = of_seed("1"), again = of_seed("1");
  CHECK(differences(one, again) == Words{});
  for (const std::string seed : {"0", "1", "2", "3", "4294967297"}) {  // the last differs from 1 in its high word alone
    const Group root = of_seed(seed);
    if (seed != "1") {
      const Words found = differences(one, root);
      CHECK(std::ranges::count(found, "/tasks/000/series/energy") == 1);
      CHECK(std::ranges::count(found, "/tasks/001/series/energy") == 1);
      CHECK(std::ranges::none_of(found, [](const auto& what) { return what.starts_with("/tasks/001/model"); }));
    }
    for (auto& energies : energies_of_tasks(root)) series.push_back(std::move(energies));
  }
  std::vector<double> z, mutants;
  for (std::size_t a = 0; a < series.size(); ++a)
    for (std::size_t b = 0; b < series.size(); ++b)
      for (const std::size_t shift : {0, 1, 2}) {
        if (a == b && shift == 0) mutants.push_back(correlation(series[a], series[b], shift));
        if (a != b) z.push_back(correlation(series[a], series[b], shift));
      }
  CHECK_FALSE(largest_z(z).exceeds);
  for (const double mutant : mutants) CHECK(std::abs(mutant) > largest_z(z).threshold);
}
