// Where one J bonds all pairs, the sum of the spins says all: energies, exact transition matrices, and trajectories
// that are those of the plain layout, bit for bit; a mutant that counts a site among its own neighbours fails.
#include <catch2/catch.hpp>
#include <memory>

#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "samplers/kernels/total_spin.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

std::shared_ptr<const Ising> all_pairs(std::size_t sites, double coupling, double field) {
  return std::make_shared<const Ising>(
      build({.geometry = Geometry::complete, .size = {sites}, .coupling = coupling, .field = field}));
}

/// Heat bath by a field in which each site counts itself.
struct CountsItself : TotalSpin {
  using TotalSpin::TotalSpin;
  std::vector<Coin> prepare(const CompleteIsing& model, double lambda) const {
    std::vector<Coin> coins = TotalSpin::prepare(model, lambda);
    std::rotate(coins.begin(), coins.begin() + 1, coins.end());
    return coins;
  }
};

bool keeps_boltzmann(const laws::Matrix& P, const Graph& graph, double beta) {
  const laws::Vector p = laws::boltzmann(graph, beta);
  return ((p * P) - p).cwiseAbs().maxCoeff() < 1e-12;
}

/// Draws of a few sweeps, as bytes.
template <class M, class K>
std::vector<std::byte> trajectory(std::shared_ptr<const M> model, K kernel, Direction order) {
  constexpr std::size_t replicas = 5;
  ArrayEnsemble<M, K> ensemble(std::move(model), std::move(kernel), Key(9), replicas);
  ensemble.draw_reference(3);
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 0.4 * static_cast<double>(r);
  std::vector<Tally> tally(replicas);
  ensemble.sweep(setting, {.time = 4, .count = 30, .order = order}, tally);
  std::vector<std::byte> all = save_all(ensemble);
  for (const Tally& t : tally) all.push_back(static_cast<std::byte>(static_cast<int>(t.accepted) % 256));
  return all;
}

}  // namespace

TEST_CASE("a complete graph's energies, fields and observables follow from the sum of its spins") {
  for (const double coupling : {1.0, -0.7})
    for (const double field : {0.0, 0.3}) {
      const auto ising = all_pairs(13, coupling, field);
      const CompleteIsing complete(ising);
      CHECK(complete.units() == 13);
      CHECK(complete.in_field() == ising->in_field());
      for (std::size_t state = 0; state < 8192; state += 7) {
        const auto s = laws::spins_of(state, 13);
        std::int64_t total = 0;
        for (const auto spin : s) total += spin;
        REQUIRE(complete.energy(s) == Approx(ising->energy(s)).margin(1e-12));
        REQUIRE(complete.local_field(total - s[4]) == Approx(ising->local_field(s, 4)).margin(1e-12));
        REQUIRE(complete.turning_energy(s) == ising->turning_energy(s));
      }
    }
}

TEST_CASE("moves by the sum of spins keep the Boltzmann distribution and are those of the plain kernels") {
  for (const double coupling : {2.0, -1.5})
    for (const double field : {0.0, 0.25})
      for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::random})
        for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
          const std::size_t n = order == ScanOrder::random ? 3 : 5;
          const auto ising = all_pairs(n, coupling, field);
          const CompleteIsing complete(ising);
          const Scan scan(order, ising->graph());
          INFO(coupling << ", " << field);
          for (const double beta : {0.3, 1.1}) {
            const laws::Matrix P = laws::transition_matrix(complete, TotalSpin(move, scan), beta);
            CHECK(keeps_boltzmann(P, ising->graph(), beta));
            const laws::Matrix plain = move == LocalMove::heat_bath
                                           ? laws::transition_matrix(*ising, HeatBath(scan), beta)
                                           : laws::transition_matrix(*ising, Metropolis(scan), beta);
            CHECK((P - plain).cwiseAbs().maxCoeff() < 1e-12);
            if (move == LocalMove::heat_bath)
              CHECK(!keeps_boltzmann(laws::transition_matrix(complete, CountsItself(move, scan), beta), ising->graph(),
                                     beta));
          }
        }
}

TEST_CASE("trajectories of the sum of spins are those of the plain layout") {
  for (const double field : {0.0, 0.4})
    for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::random})
      for (const Direction way : {Direction::forward, Direction::reversed}) {
        const auto ising = all_pairs(64, 1.0, field);
        const auto complete = std::make_shared<const CompleteIsing>(ising);
        const Scan scan(order, ising->graph());
        CHECK(trajectory(complete, TotalSpin(LocalMove::heat_bath, scan), way) ==
              trajectory(ising, HeatBath(scan), way));
        CHECK(trajectory(complete, TotalSpin(LocalMove::metropolis, scan), way) ==
              trajectory(ising, Metropolis(scan), way));
      }
}
