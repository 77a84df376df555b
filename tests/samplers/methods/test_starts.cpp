// How chains begin: states of every kind, the same bits every time, and witnesses of what one chain does not see.
#include <catch2/catch.hpp>
#include <numeric>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/methods/mcmc.hpp"
#include "samplers/methods/tempering.hpp"
#include "tests/samplers/trajectories.hpp"
#include "tests/samplers/two_phases.hpp"

using namespace gibbsite;
using trajectories::state_of;

namespace {

std::unique_ptr<Ensemble> plain(Graph graph, std::size_t replicas, Key key = Key(1)) {
  auto model = std::make_shared<const Ising>(std::move(graph));
  HeatBath kernel(Scan(ScanOrder::sequential, model->graph()));
  return std::make_unique<ArrayEnsemble<Ising, HeatBath>>(std::move(model), std::move(kernel), key, replicas);
}
Graph glass() {
  return build({.geometry = Geometry::cubic, .size = {4, 4, 4}, .disorder = Disorder::bimodal, .disorder_seed = 3});
}
double energy_of(const Ensemble& ensemble, std::size_t replica) {
  std::vector<double> seen(ensemble.layout().replicas * ensemble.layout().observables.size());
  ensemble.observe(seen);
  return seen[replica * ensemble.layout().observables.size()];
}

}  // namespace

TEST_CASE("mixed chains begin in states that differ in kind") {
  using enum StartKind;
  const std::vector<double> lambda = {0.5, 2};
  const auto ensemble = plain(build({.size = {8, 8}, .field = -0.1}), 12);
  const std::vector<Witness> witnesses =
      begin(*ensemble, {.starts = Starts::mixed, .chains = 6, .lambda = lambda, .thermalization = 1000});
  CHECK(witnesses.empty());
  const std::vector<std::int8_t> down(64, -1), up(64, 1);
  CHECK(state_of(*ensemble, 2) == down);  // along the field
  CHECK(state_of(*ensemble, 3) == down);  // at every beta
  CHECK(state_of(*ensemble, 6) == up);
  for (const std::size_t hot : {std::size_t{0}, std::size_t{1}, std::size_t{10}, std::size_t{11}})
    CHECK(std::abs(energy_of(*ensemble, hot)) < 60);
  CHECK(state_of(*ensemble, 4) == state_of(*ensemble, 5));
  CHECK(state_of(*ensemble, 8) == state_of(*ensemble, 9));
  CHECK(energy_of(*ensemble, 4) < -90);  // annealed
  CHECK(energy_of(*ensemble, 8) < -80);  // quenched
  CHECK(start_of(Starts::cold, 0) == ordered);
  CHECK(start_of(Starts::cold, 1) == turned);
  CHECK(start_of(Starts::mixed, 3, false) == quenched);
  CHECK(start_of(Starts::hot, 7) == hot);
}

TEST_CASE("glasses begin in quenches of their own, and a given state is where all begin") {
  const std::vector<double> lambda = {3};
  const auto ensemble = plain(glass(), 4);
  begin(*ensemble, {.starts = Starts::cold, .chains = 4, .lambda = lambda, .ordered = false, .thermalization = 100});
  for (std::size_t r = 0; r < 4; ++r) CHECK(energy_of(*ensemble, r) < -70);
  CHECK(state_of(*ensemble, 0) != state_of(*ensemble, 1));
  const std::vector<std::int8_t> given = state_of(*ensemble, 2);
  const auto other = plain(glass(), 3);
  begin(*other, {.starts = Starts::given,
                 .chains = 3,
                 .lambda = lambda,
                 .thermalization = 100,
                 .given = std::as_bytes(std::span(given))});
  for (std::size_t r = 0; r < 3; ++r) CHECK(state_of(*other, r) == given);
  CHECK_THROWS_AS(
      begin(
          *other,
          {.starts = Starts::given, .chains = 3, .lambda = lambda, .given = std::as_bytes(std::span(given)).first(10)}),
      std::invalid_argument);
}

TEST_CASE("chains begin with the same bits for any number of threads, and hot ones as they always did") {
  const auto trajectory = [](int threads) {
    const trajectories::Threads some(threads);
    const std::vector<double> lambda = {1, 2};
    const auto ensemble = plain(glass(), 10);
    begin(*ensemble, {.starts = Starts::mixed, .chains = 5, .lambda = lambda, .thermalization = 400});
    return trajectories::hash(*ensemble);
  };
  CHECK(trajectory(1) == trajectory(3));
  const std::vector<double> lambda = {1, 2};
  const auto mixed = plain(glass(), 4), reference = plain(glass(), 4);
  begin(*mixed, {.starts = Starts::mixed, .chains = 2, .lambda = lambda, .thermalization = 400});
  reference->draw_reference(0);
  CHECK(state_of(*mixed, 0) == state_of(*reference, 0));
  CHECK(state_of(*mixed, 1) == state_of(*reference, 1));
}

TEST_CASE("spins begin along their own fields where that is the lower energy") {
  const Graph weak({{0, 1, 1}, {1, 2, 1}}, {0.1, -0.1, 0.1}), strong({{0, 1, 1}, {1, 2, 1}}, {3, -3, 3});
  CHECK(state_of(*plain(weak, 1), 0) == std::vector<std::int8_t>{1, 1, 1});
  CHECK(state_of(*plain(strong, 1), 0) == std::vector<std::int8_t>{1, -1, 1});
}

TEST_CASE("one chain has witnesses, of a phase that it never sees") {
  const std::vector<double> lambda = {0, 1, 2};
  const auto ensemble = plain(two_phases::graph(5), 3);
  const std::vector<Witness> witnesses =
      begin(*ensemble, {.starts = Starts::mixed, .chains = 1, .lambda = lambda, .thermalization = 1000});
  REQUIRE(witnesses.size() == 4);
  int low = 0;
  for (const Witness& w : witnesses)
    low += std::accumulate(w.energy.begin(), w.energy.end(), 0.0) / static_cast<double>(w.energy.size()) < -80;
  CHECK(low >= 1);
  CHECK(low <= 3);
}

TEST_CASE("a chain of a glass counts how often it turned over, interrupted or not") {
  const ChainOptions options{.lambda = {0.1, 3}, .chains = 1, .thermalization = 20, .draws = 200, .overlaps = true};
  const auto calm = plain(glass(), 2);
  Mcmc whole(*calm, options);
  while (!whole.done()) whole.advance();
  REQUIRE(whole.chain_trace().turnovers().size() == 2);
  CHECK(whole.chain_trace().turnovers()[0] > 20);
  CHECK(whole.chain_trace().turnovers()[1] < 3);
  const auto first = plain(glass(), 2), second = plain(glass(), 2);
  Mcmc before(*first, options);
  for (int k = 0; k < 90; ++k) before.advance();
  Mcmc after(*second, options);
  after.load(before.save(), before.trace());
  while (!after.done()) after.advance();
  CHECK(std::vector(after.chain_trace().turnovers().begin(), after.chain_trace().turnovers().end()) ==
        std::vector(whole.chain_trace().turnovers().begin(), whole.chain_trace().turnovers().end()));
}
