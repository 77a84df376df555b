// Every spin of a lattice at 512 spins to a word turns with the probability it should.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/samplers/ensembles/packed_lattices.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;
using namespace packed_lattices;

namespace {

/// What became of the spins of some sweeps: [later colour than the first][neighbours][spin before][field / |J| + 6]
/// [spin after].
struct Transitions {
  double count[2][7][2][13][2] = {};
  double changed = 0, accepted = 0;
};

/// When sites are believed to move: as they do, or a mutant, all of a colour at once.
enum class Believed { in_turn, by_colour };

Transitions watch(const Case& it, const Ising& model, Ensemble& ensemble, Direction order, int sweeps,
                  Believed believed = Believed::in_turn) {
  const Graph& graph = model.graph();
  const double J = *graph.common_strength();
  const auto blocks = *simd::BlockLattice::of(it.lattice);
  std::vector<std::size_t> turn(model.units());
  for (std::size_t i = 0; i < turn.size(); ++i) {
    turn[i] = believed == Believed::in_turn ? blocks.turn_of(i) : blocks.place(i).colour;
    if (order == Direction::reversed) turn[i] = blocks.turns.size() - 1 - turn[i];
  }
  Transitions seen;
  for (std::uint64_t time = 100; time < 100 + static_cast<std::uint64_t>(sweeps); ++time) {
    const auto before = state_of(ensemble, 0);
    seen.accepted += sweep(ensemble, {it.beta}, {.time = time, .order = order})[0].accepted;
    const auto after = state_of(ensemble, 0);
    for (std::size_t i = 0; i < before.size(); ++i) {
      double f = 6;
      for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) {
        const std::size_t j = graph.neighbour()[e];
        f += graph.coupling()[e] / J * (turn[j] < turn[i] ? after[j] : before[j]);
      }
      ++seen.count[turn[i] != 0][graph.degree(i)][before[i] > 0][static_cast<std::size_t>(f)][after[i] > 0];
      seen.changed += before[i] != after[i];
    }
  }
  return seen;
}

/// What is held against them; `missing`: field of each neighbour that is not there.
struct Law {
  LocalMove move;
  double J, h, beta;
  std::size_t neighbours;
  double missing = 0;
};

double p_value(const Transitions& seen, const Law& law) {
  statistics::ChiSquare chi;
  for (const auto& later : seen.count)
    for (std::size_t degree = 0; degree < 7; ++degree)
      for (std::size_t up = 0; up < 2; ++up)
        for (std::size_t k = 0; k < 13; ++k) {
          const double none = static_cast<double>(law.neighbours) - static_cast<double>(degree);
          const double f = law.J * (static_cast<double>(k) - 6 + law.missing * none) + law.h, s = up != 0 ? 1 : -1;
          double p = 1 / (1 + std::exp(-2 * law.beta * f));
          if (law.move == LocalMove::metropolis) {
            const double flip = f == 0 ? 0.5 : std::min(1.0, std::exp(-2 * law.beta * f * s));
            p = up != 0 ? 1 - flip : flip;
          }
          const auto& n = later[degree][up][k];
          if (n[0] + n[1] > 0) chi.add(std::span(n), std::array{1 - p, p}, n[0] + n[1]);
        }
  return chi.p_value();
}

}  // namespace

TEST_CASE("every spin of a packed lattice turns with the probability it should") {
  if (simd::lattice_kernels().empty()) return;
  const double threshold = statistics::sidak(1e-3, cases().size() * 4);
  for (const Case& it : cases())
    for (const LocalMove move : moves)
      for (const Direction order : {Direction::forward, Direction::reversed}) {
        const auto model = model_of(it.lattice);
        const auto ensemble = make_packed_lattice_ensemble(model, it.lattice, move, Key(3), 1);
        sweep(*ensemble, {it.beta}, {.time = 1, .count = 20});
        const int sweeps = 24 + static_cast<int>(150'000 / model->units());
        const Transitions seen = watch(it, *model, *ensemble, order, sweeps);
        CHECK(seen.accepted == seen.changed);
        INFO(it.name << (move == LocalMove::heat_bath ? ", heat bath" : ", metropolis")
                     << (order == Direction::reversed ? ", reversed" : ""));
        const Law law{.move = move,
                      .J = *model->graph().common_strength(),
                      .h = it.lattice.field,
                      .beta = it.beta,
                      .neighbours = model->graph().max_degree()};
        CHECK(p_value(seen, law) > threshold);
        // The mutants: a little hot, the other kernel, blind to the field, or a wall of spins around the lattice.
        Law wrong = law;
        wrong.beta *= 0.9;
        CHECK(p_value(seen, wrong) < threshold);
        wrong = law;
        wrong.move = move == LocalMove::heat_bath ? LocalMove::metropolis : LocalMove::heat_bath;
        CHECK(p_value(seen, wrong) < threshold);
        wrong = law;
        wrong.h = 0;
        if (law.h != 0) CHECK(p_value(seen, wrong) < threshold);
        if (const auto blocks = simd::BlockLattice::of(it.lattice); blocks->seamed() && model->units() < 200)
          CHECK(p_value(watch(it, *model, *ensemble, order, sweeps, Believed::by_colour), law) < threshold);
        for (const double wall : {-1, 1}) {
          wrong = law;
          wrong.missing = wall;
          if (it.lattice.boundary == Boundary::open) CHECK(p_value(seen, wrong) < threshold);
        }
      }
}
