// What holds for every model: its energy is its equation, exact answers are those of others, draws are uniform.
#include "tests/physics/models.hpp"

#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "physics/exact/any_model.hpp"
#include "physics/exact/enumeration.hpp"
#include "tests/samplers/enumerator.hpp"

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

TEST_CASE("the uniform draw of every model gives each state the same probability") {
  test::for_each_model([](const auto& row) {
    const auto model = row.of(Graph({{0, 1, 1.0}}, {0.2, 0, 0}));
    std::vector<typename std::remove_cvref_t<decltype(model)>::Unit> x(3);
    std::map<decltype(x), double> drawn;
    for_each_outcome([&](Enumerator& chance) { model.draw_uniform(std::span(x), chance); },
                     [&](double probability) { drawn[x] += probability; });
    INFO(row.name);
    CHECK(static_cast<double>(drawn.size()) == count_states(model));
    for (const auto& [state, probability] : drawn) CHECK(probability == Approx(1 / count_states(model)));
  });
}

TEST_CASE("sums over all states of every model are what others computed") {
  test::for_each_model([](const auto& row) {
    for (const test::Oracle& oracle : row.oracles) {
      const auto model = row.of(oracle.graph);
      const std::vector<double> beta{oracle.beta};
      const auto answers = std::get<ExactAnswers>(exact_answers(model, beta, 1e7));
      const auto& values = answers.at[0].values;
      CHECK(std::holds_alternative<std::string>(exact_answers(model, beta, count_states(model) - 1)));
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
      const auto found = name_values(model, slow.at[b], betas[b]);
      for (const auto& [name, value] : found) {
        INFO(graph.sites() << " sites, beta = " << betas[b] << ": " << name);
        CHECK(value == Approx(expected.at(name)).epsilon(1e-11).margin(1e-13));
      }
      CHECK(slow.at[b].square[4] >= slow.at[b].mean[4] * slow.at[b].mean[4] - 1e-14);
    }
  }
}

TEST_CASE("a sum over states is the same bits for any number of threads") {
  const int threads = omp_get_max_threads();
  test::for_each_model([](const auto& row) {
    const auto model = row.of(build({.geometry = Geometry::triangular, .size = {2, 3}, .field = 0.3}));
    omp_set_num_threads(1);
    const StateSums one = sum_states(model, std::vector{0.1, 3.0});
    omp_set_num_threads(3);
    const StateSums three = sum_states(model, std::vector{0.1, 3.0});
    INFO(row.name);
    CHECK(one.ground_states == three.ground_states);
    for (std::size_t b = 0; b < 2; ++b) {
      CHECK(one.at[b].log_z == three.at[b].log_z);
      CHECK(one.at[b].energy_variance == three.at[b].energy_variance);
      CHECK(one.at[b].mean == three.at[b].mean);
      CHECK(one.at[b].square == three.at[b].square);
    }
  });
  omp_set_num_threads(threads);
}
