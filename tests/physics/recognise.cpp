// Lattices are known by their bonds, in whatever order and direction; nothing else is taken for one.
#include "physics/recognise.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

using namespace gibbsite;

namespace {

/// The bonds of a graph in a random order, some of them from their other end; J of every `odd`-th turned over.
Graph shuffled(const Graph& graph, std::size_t odd = 0) {
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  std::mt19937 random(3);
  for (std::size_t k = 0; odd != 0 && k < bonds.size(); k += odd) bonds[k].J = -bonds[k].J;
  std::shuffle(bonds.begin(), bonds.end(), random);
  for (Bond& b : bonds)
    if (random() % 2 == 0) std::swap(b.i, b.j);
  return {std::move(bonds), std::vector<double>(graph.sites(), graph.common_field().value())};
}

}  // namespace

TEST_CASE("lattices are recognised by their bonds in any order") {
  const std::vector<std::pair<Geometry, std::vector<std::size_t>>> all = {
      {Geometry::square, {3, 3}},     {Geometry::square, {4, 8}},      {Geometry::square, {9, 4}},
      {Geometry::square, {16, 16}},   {Geometry::cubic, {3, 4, 5}},    {Geometry::cubic, {6, 6, 6}},
      {Geometry::cubic, {8, 3, 4}},   {Geometry::triangular, {3, 6}},  {Geometry::triangular, {6, 9}},
      {Geometry::triangular, {5, 5}}, {Geometry::honeycomb, {3, 3}},   {Geometry::honeycomb, {4, 7}},
      {Geometry::honeycomb, {6, 5}},  {Geometry::triangular, {12, 7}}, {Geometry::cubic, {4, 4, 3}}};
  for (const auto& [geometry, size] : all)
    for (const Boundary boundary : {Boundary::periodic, Boundary::open})
      for (const double field : {0.0, -0.5})
        for (const std::size_t odd : {0U, 3U}) {
          const Lattice lattice{
              .geometry = geometry, .size = size, .boundary = boundary, .coupling = -0.75, .field = field};
          const auto found = recognised_lattice(shuffled(build(lattice), odd));
          INFO(kind_of(geometry).name << " " << size[0] << " x " << size[1]);
          REQUIRE(found);
          CHECK(found->geometry == geometry);
          CHECK(found->size == size);
          CHECK(found->boundary == boundary);
          CHECK(found->field == field);
          CHECK(std::abs(found->coupling) == 0.75);
          CHECK((found->disorder == Disorder::none) == (odd == 0));
        }
}

TEST_CASE("what is nearly a lattice is not taken for one") {
  const Graph square = build({.size = {6, 6}});
  std::vector<Bond> bonds(square.bonds().begin(), square.bonds().end());
  const std::vector<double> none(36, 0.0);
  const auto recognised = [&](std::vector<Bond> changed, std::vector<double> fields) {
    return recognised_lattice(Graph(std::move(changed), std::move(fields))).has_value();
  };
  CHECK(recognised(bonds, none));
  auto changed = bonds;
  changed[17].j = (changed[17].j + 7) % 36;
  CHECK(!recognised(changed, none));
  changed = bonds;
  std::swap(changed[20].j, changed[44].j);
  CHECK(!recognised(changed, none));
  changed = bonds;
  changed.pop_back();
  CHECK(!recognised(changed, none));
  changed = bonds;
  changed.push_back(bonds[0]);
  CHECK(!recognised(changed, none));
  changed = bonds;
  changed[5].J = 2;
  CHECK(!recognised(changed, none));
  auto fields = none;
  fields[30] = 1;
  CHECK(!recognised(bonds, fields));
  for (const Lattice& other :
       {Lattice{.geometry = Geometry::chain, .size = {30}}, Lattice{.geometry = Geometry::complete, .size = {12}},
        Lattice{.geometry = Geometry::hypercubic, .size = {3, 3, 3, 3}}, Lattice{.size = {2, 8}}})
    CHECK(!recognised_lattice(build(other)));
  CHECK(!recognised_lattice(Graph({}, {1.0, 1.0})));
}

TEST_CASE("all pairs are recognised in any order, and only they") {
  for (const std::size_t n : {3U, 4U, 17U}) {
    const Graph graph = build({.geometry = Geometry::complete, .size = {n}, .field = 0.5});
    CHECK(bonds_all_pairs(shuffled(graph)));
    if (n > 3) CHECK(!bonds_all_pairs(shuffled(graph, 2)));
    std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
    bonds[0] = bonds[1];  // twice, and another not at all
    CHECK(!bonds_all_pairs(Graph(bonds, std::vector<double>(n, 0.0))));
  }
  CHECK(!bonds_all_pairs(build({.size = {4, 4}})));
}
