// The Ising model: energies from scratch, the cost of a flip, tables against formulas, what is measured.
#include "physics/ising.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "physics/lattice.hpp"

using namespace gibbsite;

namespace {

/// Takes down the probability of every coin it is asked to toss; all come up true.
struct Notebook {
  std::vector<double> coins;
  bool coin(const Coin& coin) {
    coins.push_back(coin.p);
    return true;
  }
  std::size_t pick(std::size_t) { return 0; }
};
static_assert(DiscreteChance<Notebook>);

Lattice disordered_lattice(Geometry geometry, std::vector<std::size_t> size, Disorder disorder, double field) {
  Lattice lattice;
  lattice.geometry = geometry;
  lattice.size = std::move(size);
  lattice.disorder = disorder;
  lattice.coupling = 0.75;
  lattice.field = field;
  return lattice;
}

std::vector<Lattice> all_lattices() {
  std::vector<Lattice> all;
  for (const Disorder disorder : {Disorder::none, Disorder::bimodal, Disorder::gaussian})
    for (const double field : {0.0, -0.3})
      for (const auto& [geometry, size] :
           std::vector<std::pair<Geometry, std::vector<std::size_t>>>{{Geometry::chain, {2}},
                                                                      {Geometry::square, {5, 4}},
                                                                      {Geometry::cubic, {2, 3, 4}},
                                                                      {Geometry::triangular, {4, 4}},
                                                                      {Geometry::honeycomb, {3, 3}},
                                                                      {Geometry::complete, {12}},
                                                                      {Geometry::complete, {80}}})
        all.push_back(disordered_lattice(geometry, size, disorder, field));
  return all;
}

/// -sum J s s - sum h s, bond by bond.
double plain_energy(const Graph& graph, Ising::ConstState s) {
  long double sum = 0;
  for (const Bond& bond : graph.bonds()) sum -= static_cast<long double>(bond.J) * s[bond.i] * s[bond.j];
  for (std::size_t i = 0; i < s.size(); ++i) sum -= static_cast<long double>(graph.fields()[i]) * s[i];
  return static_cast<double>(sum);
}

}  // namespace

TEST_CASE("energy from scratch is the definition, and a flip costs twice its local field") {
  Chance chance(Stream(Key(1), Purpose::test, 0, 0));
  for (const Lattice& lattice : all_lattices()) {
    CAPTURE(lattice.geometry, lattice.size, lattice.disorder, lattice.field);
    const Ising ising(build(lattice));
    std::vector<Ising::Unit> s(ising.units());
    for (int trial = 0; trial < 5; ++trial) {
      ising.draw_uniform(s, chance);
      for (const auto spin : s) REQUIRE((spin == 1 || spin == -1));
      CHECK(ising.energy(s) == Approx(plain_energy(ising.graph(), s)).epsilon(1e-13).margin(1e-13));
      for (std::size_t i = 0; i < s.size(); ++i) {
        const double before = ising.energy(s), cost = 2 * ising.local_field(s, i) * s[i];
        ising.flip(s, i);
        CHECK(ising.energy(s) - before == Approx(cost).epsilon(1e-12).margin(1e-12));
      }
    }
  }
}

TEST_CASE("heat bath and Metropolis toss the coins of their formulas, from tables or without") {
  Chance chance(Stream(Key(2), Purpose::test, 0, 0));
  for (const Lattice& lattice : all_lattices())
    for (const double beta : {0.0, 0.4, 3.0}) {
      CAPTURE(lattice.geometry, lattice.size, lattice.disorder, lattice.field, beta);
      const Ising ising(build(lattice));
      const auto heat_bath = ising.conditionals(beta);
      const auto flips = ising.local_moves(beta);
      std::vector<Ising::Unit> s(ising.units());
      ising.draw_uniform(s, chance);
      for (std::size_t i = 0; i < s.size(); ++i) {
        const double f = ising.local_field(s, i);
        Notebook notes;
        const bool accepted = flips.attempt(s, i, notes);
        CHECK(accepted);
        ising.flip(s, i);                                                                  // back
        const double flip = f == 0 ? 0.5 : std::min(1.0, std::exp(-2 * beta * f * s[i]));  // free flips: one in two
        CHECK(notes.coins.at(0) == Approx(flip).epsilon(1e-12).margin(1e-300));
        heat_bath.resample(s, i, notes);
        CHECK(notes.coins.at(1) == Approx(1 / (1 + std::exp(-2 * beta * f))).epsilon(1e-12));
        CHECK(s[i] == 1);
        CHECK(notes.coins.size() == 2);
      }
    }
}

TEST_CASE("tables and formulas agree: the same system, made table-driven or not by a site without bonds") {
  // A field on a bondless site of its own breaks the table; the probabilities of all other sites must not notice.
  Chance chance(Stream(Key(3), Purpose::test, 0, 0));
  for (const Disorder disorder : {Disorder::none, Disorder::bimodal}) {
    const Graph graph = build(disordered_lattice(Geometry::square, {6, 4}, disorder, 0.1));
    std::vector<double> fields(graph.fields().begin(), graph.fields().end());
    fields.push_back(7);
    const Ising table(build(disordered_lattice(Geometry::square, {6, 4}, disorder, 0.1)));
    const Ising formula(Graph({graph.bonds().begin(), graph.bonds().end()}, fields));
    std::vector<Ising::Unit> s(formula.units());
    for (int trial = 0; trial < 20; ++trial) {
      formula.draw_uniform(s, chance);
      const Ising::State part = Ising::State(s).first(table.units());
      CHECK(table.energy(part) == Approx(formula.energy(s) + 7 * s.back()).epsilon(1e-13));
      for (std::size_t i = 0; i < table.units(); ++i) {
        Notebook a, b;
        const auto spin = s[i];
        table.conditionals(0.6).resample(part, i, a);
        s[i] = spin;
        formula.conditionals(0.6).resample(s, i, b);
        s[i] = spin;
        table.local_moves(0.6).attempt(part, i, a);
        s[i] = spin;
        formula.local_moves(0.6).attempt(s, i, b);
        s[i] = spin;
        REQUIRE(a.coins.size() == 2);
        CHECK(a.coins[0] == Approx(b.coins[0]).epsilon(1e-13));
        CHECK(a.coins[1] == Approx(b.coins[1]).epsilon(1e-13));
      }
    }
  }
}

TEST_CASE("clusters join satisfied bonds alone") {
  Chance chance(Stream(Key(4), Purpose::test, 0, 0));
  for (const Lattice& lattice : all_lattices()) {
    CAPTURE(lattice.geometry, lattice.disorder, lattice.field);
    const Ising ising(build(lattice));
    const Graph& graph = ising.graph();
    const double beta = 0.7;
    const auto clusters = ising.bonds(beta);
    std::vector<Ising::Unit> s(ising.units());
    ising.draw_uniform(s, chance);
    for (std::size_t i = 0; i < s.size(); ++i) {
      for (std::size_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) {
        const double gain = graph.coupling()[e] * s[i] * s[graph.neighbour()[e]];
        CHECK(clusters.join({}, s, i, e, true).p ==
              Approx(gain > 0 ? 1 - std::exp(-2 * beta * gain) : 0).epsilon(1e-12).margin(1e-14));
      }
      const double gain = graph.fields()[i] * s[i];
      CHECK(clusters.ghost({}, s, i).p ==
            Approx(gain > 0 ? 1 - std::exp(-2 * beta * gain) : 0).epsilon(1e-12).margin(1e-14));
    }
  }
}

TEST_CASE("observables and overlaps of a known configuration") {
  const Ising ising(build(disordered_lattice(Geometry::square, {4, 4}, Disorder::none, 0)));
  std::vector<Ising::Unit> up(16), s(16);
  ising.set_ordered(up);
  ising.set_ordered(s);
  CHECK(ising.energy(s) == -0.75 * 32);
  CHECK(ising.overlap(s, up) == 1);
  for (std::size_t i = 0; i < 12; ++i) ising.flip(s, i);
  CHECK(ising.overlap(s, up) == -0.5);
  CHECK(ising.overlap(s, s) == 1);
  const auto names = ising.observables();
  std::vector<double> out(names.size());
  ising.observe(s, ising.energy(s), out);
  CHECK(out == std::vector<double>{-0.75 * 16, -0.75, -0.5, 0.5, 0.25});  // two walls of 4 bonds
  CHECK(names[1].name == "energy_density");
  CHECK(names[4].name == "magnetization_density_squared");
  CHECK(ising.log_states() == Approx(16 * std::log(2)));
}

TEST_CASE("uniform draws are fair at every site") {
  // False alarm 1e-3 over 12 sites and 11 pairs: 4.1 standard errors each.
  const Ising ising(build(disordered_lattice(Geometry::chain, {12}, Disorder::none, 0)));
  Chance chance(Stream(Key(5), Purpose::test, 0, 0));
  constexpr int draws = 20'000;
  std::vector<Ising::Unit> s(12);
  std::vector<double> mean(12), pair(11);
  for (int t = 0; t < draws; ++t) {
    ising.draw_uniform(s, chance);
    for (std::size_t i = 0; i < 12; ++i) mean[i] += s[i];
    for (std::size_t i = 0; i < 11; ++i) pair[i] += s[i] * s[i + 1];
  }
  for (const double sum : mean) CHECK(std::abs(sum) < 4.1 * std::sqrt(draws));
  for (const double sum : pair) CHECK(std::abs(sum) < 4.1 * std::sqrt(draws));
}
