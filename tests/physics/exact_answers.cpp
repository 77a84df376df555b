// The choice of routes: who answers, that routes agree where they meet, and why there is no answer where there is none.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "physics/exact/exact.hpp"
#include "tests/physics/brute_force.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;

namespace {

Lattice uniform_lattice(Geometry geometry, std::vector<std::size_t> size, double coupling = 1, double field = 0) {
  Lattice lattice;
  lattice.geometry = geometry;
  lattice.size = std::move(size);
  lattice.coupling = coupling;
  lattice.field = field;
  return lattice;
}

ExactAnswers answer(const Lattice& lattice, std::vector<double> betas, std::size_t most = 26) {
  auto found = exact_answers(lattice, build(lattice), betas, most);
  REQUIRE(std::holds_alternative<ExactAnswers>(found));
  return std::get<ExactAnswers>(found);
}

std::string refusal(const Lattice& lattice, std::size_t most = 26) {
  auto found = exact_answers(lattice, build(lattice), std::vector{0.4}, most);
  REQUIRE(std::holds_alternative<std::string>(found));
  return std::get<std::string>(found);
}

}  // namespace

TEST_CASE("every route gives all observables on small systems, and they are right") {
  const std::vector<double> betas{0, 1e-8, 0.3, 1, 6};
  std::vector<Lattice> lattices{
      uniform_lattice(Geometry::square, {3, 4}),           uniform_lattice(Geometry::square, {4, 3}, 0.5),
      uniform_lattice(Geometry::square, {2, 4}, -1),       uniform_lattice(Geometry::square, {3, 4}, -1),
      uniform_lattice(Geometry::square, {3, 3}, 0),        uniform_lattice(Geometry::square, {3, 4}, 1, 0.2),
      uniform_lattice(Geometry::hypercubic, {4, 3}),       uniform_lattice(Geometry::hypercubic, {9}, -1, 0.1),
      uniform_lattice(Geometry::chain, {10}, 1, 0.1),      uniform_lattice(Geometry::chain, {9}, -1),
      uniform_lattice(Geometry::complete, {9}, 1, 0.1),    uniform_lattice(Geometry::complete, {8}, -1),
      uniform_lattice(Geometry::triangular, {3, 3}, -1),   uniform_lattice(Geometry::honeycomb, {2, 3}),
      uniform_lattice(Geometry::hypercubic, {2, 2, 2, 1}), uniform_lattice(Geometry::complete, {9})};
  lattices[14].size = {2, 2, 2};
  lattices[15].disorder = Disorder::gaussian;
  for (const Lattice& lattice : lattices) {
    const Graph graph = build(lattice);
    const ExactAnswers found = answer(lattice, betas);
    CAPTURE(lattice.geometry, lattice.size, lattice.coupling, lattice.field, found.source);
    REQUIRE(found.at.size() == betas.size());
    CHECK(found.constants.at("ground_energy") ==
          Approx(test::brute_force(graph, 1e6).at("energy")).epsilon(1e-13).margin(1e-14));
    for (std::size_t b = 0; b < betas.size(); ++b) {
      const auto exact = test::brute_force(graph, betas[b]);
      CHECK(found.at[b].values.size() == exact.size());
      for (const auto& [name, value] : exact) {
        CAPTURE(betas[b], name);
        CHECK(found.at[b].values.at(name) == Approx(value).epsilon(1e-11).margin(1e-13));
      }
    }
  }
}

TEST_CASE("the source names the route") {
  CHECK_THAT(answer(uniform_lattice(Geometry::square, {32, 32}), {0.4}).source,
             Contains("Kaufman") && !Contains("enumeration"));
  CHECK_THAT(answer(uniform_lattice(Geometry::square, {4, 4}), {0.4}).source, Contains("Kaufman") && Contains("2^16"));
  CHECK_THAT(answer(uniform_lattice(Geometry::square, {4, 4}), {0.4}, 8).source,
             Contains("Kaufman") && !Contains("enumeration"));
  CHECK_THAT(answer(uniform_lattice(Geometry::square, {3, 3}, -1), {0.4}).source,
             Contains("enumeration") && !Contains("Kaufman"));
  CHECK_THAT(answer(uniform_lattice(Geometry::chain, {500}), {0.4}).source, Contains("transfer matrix"));
  CHECK_THAT(answer(uniform_lattice(Geometry::complete, {500}), {0.4}).source, Contains("complete graph"));
}

TEST_CASE("an antiferromagnet on even sides is the ferromagnet turned over") {
  const auto ferro = answer(uniform_lattice(Geometry::square, {8, 6}), {0.1, 0.5}),
             anti = answer(uniform_lattice(Geometry::square, {8, 6}, -1), {0.1, 0.5});
  for (std::size_t b = 0; b < 2; ++b) CHECK(anti.at[b].values == ferro.at[b].values);
  const auto strong = answer(uniform_lattice(Geometry::square, {8, 6}, 2), {0.25});
  CHECK(strong.at[0].values.at("log_z") == ferro.at[1].values.at("log_z"));
  CHECK(strong.at[0].values.at("energy") == 2 * ferro.at[1].values.at("energy"));
  CHECK(strong.at[0].values.at("specific_heat") == Approx(ferro.at[1].values.at("specific_heat")).epsilon(1e-15));
}

TEST_CASE("answers stay numbers at absurdly low temperatures") {
  for (const Lattice& lattice :
       {uniform_lattice(Geometry::square, {16, 16}), uniform_lattice(Geometry::square, {3, 4}, 1, 0.2),
        uniform_lattice(Geometry::chain, {50}), uniform_lattice(Geometry::complete, {50})}) {
    const ExactAnswers cold = answer(lattice, {1e200});
    for (const auto& [name, value] : cold.at[0].values) {
      CAPTURE(lattice.geometry, name);
      CHECK(std::isfinite(value));
    }
  }
}

TEST_CASE("without an answer, the reason says what is missing") {
  CHECK_THAT(refusal(uniform_lattice(Geometry::square, {32, 32}, 1, 0.1)),
             Contains("no field") && !Contains("periodic") && Contains("1024 spins"));
  CHECK_THAT(refusal(uniform_lattice(Geometry::square, {31, 32}, -1)), Contains("even sides"));
  Lattice open = uniform_lattice(Geometry::square, {32, 32});
  open.boundary = Boundary::open;
  open.disorder = Disorder::bimodal;
  CHECK_THAT(refusal(open), Contains("periodic boundaries") && Contains("one coupling"));
  CHECK_THAT(refusal(uniform_lattice(Geometry::cubic, {4, 4, 4})),
             Contains("no closed form") && Contains("at most 26"));
  Lattice glass = uniform_lattice(Geometry::complete, {64});
  glass.disorder = Disorder::gaussian;
  CHECK_THAT(refusal(glass), Contains("magnetisation needs one coupling"));
  CHECK_THAT(refusal(uniform_lattice(Geometry::triangular, {3, 3}), 8), Contains("9 spins") && Contains("at most 8"));
}

TEST_CASE("a graph from a file is enumerated, and a beta must be a temperature") {
  Lattice lattice = uniform_lattice(Geometry::graph, {});
  const Graph graph({{0, 1, 0.5}, {1, 2, -1}, {0, 1, 0.25}}, {0.1, 0, -0.2});
  const auto found = std::get<ExactAnswers>(exact_answers(lattice, graph, std::vector{0.8}));
  for (const auto& [name, value] : test::brute_force(graph, 0.8))
    CHECK(found.at[0].values.at(name) == Approx(value).epsilon(1e-13));
  for (const double beta : {-0.1, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(exact_answers(lattice, graph, std::vector{beta}), std::invalid_argument);
}
