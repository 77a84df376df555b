// Enumeration against the loop over all states, published numbers, and itself on any number of threads.
#include <omp.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "physics/chance.hpp"
#include "physics/exact/enumeration.hpp"
#include "physics/lattice.hpp"
#include "tests/physics/brute_force.hpp"

using namespace gibbsite;

namespace {

Lattice bounded_lattice(Geometry geometry, std::vector<std::size_t> size, Boundary boundary = Boundary::periodic) {
  Lattice lattice;
  lattice.geometry = geometry;
  lattice.size = std::move(size);
  lattice.boundary = boundary;
  return lattice;
}

}  // namespace

TEST_CASE("enumeration agrees with the loop over all states, whatever the lattice, disorder and field") {
  const std::vector<double> betas{0, 0.2, 1, 50};
  for (Lattice lattice :
       {bounded_lattice(Geometry::square, {3, 4}), bounded_lattice(Geometry::square, {3, 4}, Boundary::open),
        bounded_lattice(Geometry::chain, {1}, Boundary::open), bounded_lattice(Geometry::chain, {2}),
        bounded_lattice(Geometry::cubic, {2, 2, 2}), bounded_lattice(Geometry::triangular, {3, 4}),
        bounded_lattice(Geometry::honeycomb, {3, 2}), bounded_lattice(Geometry::complete, {13})})
    for (const Disorder disorder : {Disorder::none, Disorder::bimodal, Disorder::gaussian})
      for (const double field : {0.0, 0.3})
        for (const double coupling : {1.0, -0.5}) {
          lattice.disorder = disorder;
          lattice.field = field;
          lattice.coupling = coupling;
          const Graph graph = build(lattice);
          const Enumeration found = enumerate(graph, betas);
          for (std::size_t b = 0; b < betas.size(); ++b) {
            CAPTURE(lattice.geometry, lattice.size, disorder, field, coupling, betas[b]);
            const auto exact = test::brute_force(graph, betas[b]);
            const auto values = name_values(found.at[b], betas[b], graph.sites(), field == 0);
            REQUIRE(values.size() == exact.size());
            for (const auto& [name, value] : exact) {
              CAPTURE(name);
              CHECK(values.at(name) == Approx(value).epsilon(1e-11).margin(1e-13));
            }
          }
          CHECK(found.ground_energy == Approx(test::brute_force(graph, 1e6).at("energy")).epsilon(1e-13).margin(1e-14));
          CHECK(found.ground_states ==
                Approx(std::exp(test::brute_force(graph, 1e5).at("log_z") + 1e5 * found.ground_energy)).epsilon(1e-8));
        }
}

TEST_CASE("enumeration takes fields that differ from site to site") {
  Chance chance(Stream(Key(5), Purpose::test, 1, 0));
  std::vector<double> fields(13);
  for (double& h : fields) h = chance.normal();
  std::vector<Bond> bonds;
  for (std::uint32_t b = 0; b < 30; ++b) {
    const auto i = static_cast<std::uint32_t>(chance.pick(13)), step = static_cast<std::uint32_t>(1 + chance.pick(12));
    bonds.push_back({i, (i + step) % 13, chance.coin(Coin(0.5)) ? 1.0 : chance.normal()});
  }
  const Graph graph(bonds, fields);
  const Enumeration found = enumerate(graph, std::vector{0.7, 200.0});
  for (const auto& [name, value] : test::brute_force(graph, 0.7))
    CHECK(name_values(found.at[0], 0.7, 13, false).at(name) == Approx(value).epsilon(1e-12));
  CHECK(name_values(found.at[1], 200, 13, false).at("energy") == Approx(found.ground_energy).epsilon(1e-13));
}

TEST_CASE("enumeration agrees with published numbers in three dimensions") {
  const Enumeration two = enumerate(build(bounded_lattice(Geometry::cubic, {2, 2, 2})), std::vector{0.2});
  CHECK(two.at[0].log_z == Approx(6.64366111418836).epsilon(1e-14));
}

TEST_CASE("27 spins in a cube take a moment") {
  const double K = 0.221654626;
  const Enumeration three = enumerate(build(bounded_lattice(Geometry::cubic, {3, 3, 3})), std::vector{K});
  CHECK(three.at[0].log_z == Approx(21.67619336686065).epsilon(1e-14));
  CHECK(three.at[0].energy / 27 == Approx(-1.4344440115).margin(6e-11));
  CHECK(K * K * three.at[0].energy_variance / 27 == Approx(0.78543092).margin(6e-9));
}

TEST_CASE("enumeration gives the same bits for any number of threads") {
  Lattice lattice = bounded_lattice(Geometry::square, {4, 4});
  lattice.disorder = Disorder::gaussian;
  const std::vector<double> betas{0.1, 1, 10};
  const int before = omp_get_max_threads();
  for (const double field : {0.0, 0.1})
    for (const Disorder disorder : {Disorder::bimodal, Disorder::gaussian}) {
      lattice.field = field;
      lattice.disorder = disorder;
      const Graph graph = build(lattice);
      omp_set_num_threads(1);
      const Enumeration one = enumerate(graph, betas);
      for (const int threads : {2, 3, 4}) {
        omp_set_num_threads(threads);
        const Enumeration many = enumerate(graph, betas);
        CHECK(many.ground_energy == one.ground_energy);
        for (std::size_t b = 0; b < betas.size(); ++b) {
          CHECK(many.at[b].log_z == one.at[b].log_z);
          CHECK(many.at[b].energy == one.at[b].energy);
          CHECK(many.at[b].energy_variance == one.at[b].energy_variance);
          CHECK(many.at[b].up == one.at[b].up);
        }
      }
    }
  omp_set_num_threads(before);
}

TEST_CASE("enumeration refuses what no machine can visit") {
  CHECK_THROWS_AS(enumerate(Graph({}, std::vector<double>(41, 0.0)), std::vector{1.0}), std::invalid_argument);
}
