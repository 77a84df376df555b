// What holds for every model: its energy is its equation, exact answers are those of others, draws are uniform.
#include "tests/physics/models.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "physics/chance.hpp"
#include "physics/exact/enumeration.hpp"

using namespace gibbsite;

namespace {

/// Couplings and fields of both signs, parallel bonds, a site without bonds.
std::vector<Graph> small_graphs() {
  return {Graph({}, {0.6}),
          Graph({{0, 1, 0.8}, {1, 2, -0.5}}, {0.3, -0.2, 0.15}),
          Graph({{0, 1, 1.0}, {0, 1, -0.4}, {1, 2, 0.5}, {1, 2, -0.5}}, {0, 0.3, 0.2}),
          Graph({{0, 1, 1}}, {0, 0, -0.6}),
          build({.geometry = Geometry::square, .size = {2, 2}}),
          build({.geometry = Geometry::complete, .size = {4}, .field = 0.25}),
          build({.geometry = Geometry::triangular, .size = {2, 3}, .boundary = Boundary::open, .coupling = -1})};
}

template <class M>
std::map<std::string, double> name_all(const M& model, const StateAverages& at, double beta) {
  const auto n = static_cast<double>(model.units());
  std::map<std::string, double> values{{"log_z", at.log_z}, {"specific_heat", beta * beta * at.energy_variance / n}};
  const std::vector<Observable> observables = model.observables();
  for (std::size_t k = 0; k < observables.size(); ++k) values[observables[k].name] = at.mean[k];
  return values;
}

}  // namespace

TEST_CASE("the energy of every model is its equation, in every state, and what turning all units costs") {
  test::for_each_model([](const auto& row) {
    for (const Graph& graph : small_graphs()) {
      const auto model = row.of(graph);
      using Model = std::remove_cvref_t<decltype(model)>;
      INFO(row.name << ", " << graph.sites() << " sites, " << graph.bonds().size() << " bonds");
      double worst = 0, worst_turn = 0, worst_self = 0, lowest = 1e300;
      for_each_state(model, 0, static_cast<std::uint64_t>(count_states(model)), [&](auto x) {
        const double energy = row.energy(graph, x);
        lowest = std::min(lowest, energy);
        worst = std::max(worst, std::abs(model.energy(x) - energy));
        worst_self = std::max(worst_self, std::abs(model.overlap(x, x) - 1));
        if constexpr (Turnable<Model>) {
          std::vector<typename Model::Unit> turned(x.begin(), x.end());
          model.turn(turned);
          if (model.in_field())
            worst_turn = std::max(worst_turn, std::abs(model.turning_energy(x) - (row.energy(graph, turned) - energy)));
        }
      });
      CHECK(worst < 1e-12);
      CHECK(worst_turn < 1e-12);
      CHECK(worst_self < 1e-14);
      CHECK(sum_states(model, std::vector{0.3}).ground_energy == Approx(lowest).margin(1e-12));
      CHECK(model.log_states() == Approx(std::log(count_states(model))));
    }
  });
}

TEST_CASE("sums over all states of every model are what others computed") {
  test::for_each_model([](const auto& row) {
    for (const test::Oracle& oracle : row.oracles) {
      const auto model = row.of(oracle.graph);
      const auto values = name_all(model, sum_states(model, std::vector{oracle.beta}).at[0], oracle.beta);
      for (const auto& [name, value] : oracle.values) {
        INFO(row.name << ", " << oracle.system << ", beta = " << oracle.beta << ": " << name);
        REQUIRE(values.count(name) == 1);
        CHECK(values.at(name) == Approx(value).epsilon(1e-10));
      }
    }
  });
}

TEST_CASE("a sum over listed states is what the Ising model's own enumeration finds") {
  const std::vector<double> betas{0, 0.4, 30};
  for (const Graph& graph : small_graphs()) {
    const Enumeration fast = enumerate(graph, betas);
    const Ising model(graph);
    const StateSums slow = sum_states(model, betas);
    CHECK(slow.ground_energy == Approx(fast.ground_energy).margin(1e-13));
    CHECK(slow.ground_states == fast.ground_states);
    for (std::size_t b = 0; b < betas.size(); ++b) {
      const auto expected = name_values(fast.at[b], betas[b], graph.sites(), graph.common_field() == 0.0);
      const auto found = name_all(model, slow.at[b], betas[b]);
      for (const auto& [name, value] : found) {
        INFO(graph.sites() << " sites, beta = " << betas[b] << ": " << name);
        CHECK(value == Approx(expected.at(name)).epsilon(1e-11).margin(1e-13));
      }
      CHECK(slow.at[b].square[4] >= slow.at[b].mean[4] * slow.at[b].mean[4] - 1e-14);
    }
  }
}
