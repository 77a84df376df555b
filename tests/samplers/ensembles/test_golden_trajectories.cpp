/// Trajectories of this version, as hashes of the states: the same for every compiler, instruction set and number of
/// threads. A change of draws has to change them here, on purpose. Layouts not listed have theirs in the tests beside
/// this one: bit lanes, real couplings, bulk clusters, tables.
///
/// Packed layouts decide by whole numbers. Plain ones compare 64 random bits with thresholds from exp() in double, and
/// networks sum fields in an order that the compiler may choose: a decision differs where the last bits of a threshold
/// matter, about one in 1e15, so that these trajectories are as good as fixed too.
#include <catch2/catch.hpp>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "physics/random_network.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/networks.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;

namespace {

/// FNV-1a of all states after a trajectory of sweeps at three temperatures, forward, reversed, at a hot start.
std::uint64_t trajectory(Ensemble& ensemble, double lambda) {
  constexpr std::uint32_t sweeps = 20;
  const std::vector<Setting> setting = {{lambda, 2}, {lambda / 2, 2}, {1.1 * lambda, 2}};
  std::vector<Tally> tally(setting.size());
  ensemble.draw_reference(1);
  ensemble.sweep(setting, {.time = 2, .count = sweeps}, tally);
  ensemble.sweep(setting, {.time = 2 + sweeps, .count = sweeps, .order = Direction::reversed}, tally);
  return trajectories::hash(ensemble);
}

std::shared_ptr<const Ising> ising_on(const Lattice& lattice) { return std::make_shared<const Ising>(build(lattice)); }

template <class Kernel>
std::uint64_t plain(const Lattice& lattice, Kernel kernel, double beta) {
  ArrayEnsemble<Ising, Kernel> ensemble(ising_on(lattice), std::move(kernel), Key(11), 3);
  return trajectory(ensemble, beta);
}

}  // namespace

TEST_CASE("trajectories of packed lattices are those of this version, by every instruction set") {
  struct Golden {
    std::string name;
    Lattice lattice;
    double beta;
    std::uint64_t heat_bath, metropolis;
  };
  const Golden all[] = {
      {"square", {.size = {128, 64}}, 0.44, 0x69cc95bfa2aea43dULL, 0xde4b6cd9622761ddULL},
      {"cubic +-J",
       {.geometry = Geometry::cubic, .size = {32, 16, 16}, .disorder = Disorder::bimodal, .disorder_seed = 7},
       0.7,
       0x98e8f86b411656a9ULL,
       0x5499e5acfeb142b3ULL},
      {"triangular",
       {.geometry = Geometry::triangular, .size = {96, 48}, .coupling = -1},
       0.5,
       0xb3baf24d10cf0d2fULL,
       0x3002da8cd887bb55ULL},
      {"honeycomb",
       {.geometry = Geometry::honeycomb, .size = {32, 32}},
       0.6,
       0xb6b151a11fcd9b1dULL,
       0x9d55ff4e969b3c05ULL},
      {"square in a field", {.size = {64, 64}, .field = 0.2}, 0.3, 0x3adc5d4868b24cddULL, 0}};
  for (const Golden& golden : all)
    for (const LocalMove move : {LocalMove::heat_bath, LocalMove::metropolis}) {
      const std::uint64_t expected = move == LocalMove::heat_bath ? golden.heat_bath : golden.metropolis;
      if (golden.lattice.field != 0 && move == LocalMove::metropolis) continue;
      for (const simd::LatticeKernels* kernels : simd::lattice_kernels()) {
        const auto ensemble =
            make_packed_lattice_ensemble(ising_on(golden.lattice), golden.lattice, move, Key(11), 3, *kernels);
        INFO(golden.name << (move == LocalMove::heat_bath ? ", heat bath, " : ", Metropolis, ") << kernels->name);
        CHECK(trajectory(*ensemble, golden.beta) == expected);
      }
    }
}

TEST_CASE("trajectories of the plain layout are those of this version") {
  const Lattice square = {.size = {20, 31}, .field = 0.1};
  const Lattice glass = {.geometry = Geometry::cubic, .size = {7, 8, 9}, .disorder = Disorder::gaussian};
  for (const ScanOrder order : {ScanOrder::sequential, ScanOrder::random}) {
    const Scan on_square(order, build(square)), on_glass(order, build(glass));
    const bool fixed = order == ScanOrder::sequential;
    INFO((fixed ? "sequential" : "random"));
    CHECK(plain(square, HeatBath(on_square), 0.4) == (fixed ? 0xc7969ffc6f0742a9ULL : 0xb31c095e42a0b611ULL));
    CHECK(plain(square, Metropolis(on_square), 0.4) == (fixed ? 0x74aff0c5b809d81bULL : 0xf8cb845d7b134889ULL));
    CHECK(plain(glass, HeatBath(on_glass), 0.9) == (fixed ? 0xdc466050429a7ecfULL : 0x6da69a8cfe8264d5ULL));
    CHECK(plain(glass, Metropolis(on_glass), 0.9) == (fixed ? 0xf5b59240d262b4d1ULL : 0x3954af340ada4b9bULL));
  }
  CHECK(plain(square, Wolff(), 0.4) == 0x4041c5e5954b697ULL);
  CHECK(plain(square, SwendsenWang(), 0.4) == 0xad85a0fcaf2169bfULL);
  CHECK(plain(glass, SwendsenWang(), 0.9) == 0xe5c642875c1627cbULL);
}

TEST_CASE("trajectories of plain networks are those of this version") {
  using namespace networks;
  const auto deep = random_network({{UnitKind::binary, 37}, {UnitKind::spin, 21}, {UnitKind::binary, 30}}, 0.4, 5);
  CHECK(trajectory(*make_network_ensemble(deep, random_reference(*deep, 4), Key(11), 3), 0.9) == 0xf4db76ff4b57d9d3ULL);
  const auto machine = std::make_shared<const BoltzmannMachine>(
      gibbsite::random_boltzmann(UnitKind::spin, 40, 10, {.coupling = 1.5, .field = 0.1, .seed = 3}));
  const IndependentUnits flat = Reference::flat(machine->visible_layer()).visible;
  CHECK(trajectory(*make_boltzmann_ensemble(machine, flat, Key(11), 3), 0.9) == 0xf36eba5ac4172dfbULL);
}
