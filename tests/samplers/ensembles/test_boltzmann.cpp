// Heat bath of Boltzmann machines obeys the laws of kernels, by exact transition matrices, and mutants do not; the
// ensemble does to every replica what the kernel does to one state.
#include <catch2/catch.hpp>
#include <cmath>

#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/kernels/boltzmann_heat_bath.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;
using Catch::Contains;

namespace {

constexpr std::size_t machine_units = 5, machine_visible = 3, machine_states = 32;

std::shared_ptr<const BoltzmannMachine> machine_of(UnitKind kind) {
  const std::vector<double> numbers = {0,    0.9,  -0.4, 0.7,  -1.1,  //
                                       0.9,  0,    0.5,  -0.8, 0.3,   //
                                       -0.4, 0.5,  0,    1.2,  0.6,   //
                                       0.7,  -0.8, 1.2,  0,    -0.5,  //
                                       -1.1, 0.3,  0.6,  -0.5, 0};
  return std::make_shared<const BoltzmannMachine>(kind, machine_visible, Matrix(machine_units, machine_units, numbers),
                                                  std::vector<double>{0.3, -0.6, 0.2, 0.5, -0.1});
}

const IndependentUnits base_rates{{0.8, -0.4, 1.1}, {}};

std::vector<double> machine_state(UnitKind kind, std::size_t number) {
  std::vector<double> x(machine_units);
  for (std::size_t i = 0; i < machine_units; ++i) x[i] = (number >> i & 1U) != 0 ? 1 : kind == UnitKind::spin ? -1 : 0;
  return x;
}

/// p_lambda from its definition.
laws::Vector target(const BoltzmannMachine& machine, double lambda) {
  laws::Vector log_p(machine_states);
  for (std::size_t k = 0; k < machine_states; ++k) {
    const auto x = machine_state(machine.kind(), k);
    double a = 0, e = 0;
    for (std::size_t i = 0; i < machine_visible; ++i) a += base_rates.field[i] * x[i];
    for (std::size_t i = 0; i < machine_units; ++i) {
      e -= machine.bias()[i] * x[i];
      for (std::size_t j = 0; j < i; ++j) e -= machine.weights()(i, j) * x[i] * x[j];
    }
    log_p[laws::at(k)] = (1 - lambda) * a - lambda * e;
  }
  const laws::Vector p = (log_p.array() - log_p.maxCoeff()).exp();
  return p / p.sum();
}

template <class Kernel>
laws::Matrix transition_matrix(const Kernel& kernel, double lambda, Direction order = Direction::forward) {
  laws::Matrix P = laws::Matrix::Zero(machine_states, machine_states);
  std::vector<double> x;
  for (std::size_t from = 0; from < machine_states; ++from)
    for_each_outcome(
        [&](Enumerator& chance) {
          x = machine_state(kernel.machine().kind(), from);
          kernel.sweep(lambda, std::span(x), order, chance);
        },
        [&](double probability) {
          std::size_t to = 0;
          for (std::size_t i = 0; i < machine_units; ++i) to |= std::size_t{x[i] > 0} << i;
          P(laws::at(from), laws::at(to)) += probability;
        });
  return P;
}

template <class Kernel>
laws::Verdicts judge(const Kernel& kernel, double lambda) {
  const laws::Vector p = target(kernel.machine(), lambda);
  const laws::Matrix P = transition_matrix(kernel, lambda), R = transition_matrix(kernel, lambda, Direction::reversed);
  return {laws::rows_sum_to_one(P), laws::invariance(P, p), laws::convergence(P, p), laws::time_reversal(P, R, p)};
}

/// All units at once, each given what the others were before.
struct UnitsAtOnce : BoltzmannHeatBath {
  using BoltzmannHeatBath::BoltzmannHeatBath;
  template <class C>
  void sweep(double lambda, std::span<double> x, Direction, C& chance) const {
    const std::vector<double> before(x.begin(), x.end());
    for (std::size_t i = 0; i < x.size(); ++i) {
      auto rest = before;
      draw(lambda, rest, i, chance);
      x[i] = rest[i];
    }
  }
};

/// Forgets the reference on the way: the energy alone acts.
struct ForgetsReference : BoltzmannHeatBath {
  explicit ForgetsReference(std::shared_ptr<const BoltzmannMachine> machine)
      : BoltzmannHeatBath(std::move(machine), {std::vector<double>(machine_visible, 0.0), {}}) {}
};

/// Claims a reversed sweep and makes a forward one.
struct MachineOneWay : BoltzmannHeatBath {
  using BoltzmannHeatBath::BoltzmannHeatBath;
  template <class C>
  void sweep(double lambda, std::span<double> x, Direction, C& chance) const {
    BoltzmannHeatBath::sweep(lambda, x, Direction::forward, chance);
  }
};

}  // namespace

TEST_CASE("heat bath of a Boltzmann machine leaves p invariant and converges to it and has its time reversal") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const double lambda : {0.0, 0.4, 1.0, 1.6}) {
      INFO((kind == UnitKind::spin ? "spin" : "binary") << ", lambda = " << lambda);
      const BoltzmannHeatBath kernel(machine_of(kind), base_rates);
      const laws::Verdicts verdict = judge(kernel, lambda);
      CHECK(verdict.rows);
      CHECK(verdict.invariance);
      CHECK(verdict.convergence);
      CHECK(verdict.time_reversal);
      if (lambda == 0)  // an exact draw of the reference, from wherever
        CHECK((transition_matrix(kernel, 0).rowwise() - target(kernel.machine(), 0)).cwiseAbs().maxCoeff() < 1e-15);
    }
}

TEST_CASE("mutants of a Boltzmann machine's heat bath break the laws") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    const auto machine = machine_of(kind);
    CHECK_FALSE(judge(UnitsAtOnce(machine, base_rates), 0.7).invariance);
    CHECK_FALSE(judge(ForgetsReference(machine), 0.7).invariance);
    const laws::Verdicts verdict = judge(MachineOneWay(machine, base_rates), 0.7);
    CHECK(verdict.invariance);
    CHECK(verdict.convergence);
    CHECK_FALSE(verdict.time_reversal);
  }
}

TEST_CASE("an ensemble of Boltzmann machines does to every replica what the kernel does to one state") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    const auto machine = machine_of(kind);
    const BoltzmannHeatBath kernel(machine, base_rates);
    const Key key(3);
    constexpr std::size_t replicas = 6, first = 4;
    const auto ensemble = make_boltzmann_ensemble(machine, base_rates, key, {first, replicas, first + replicas});
    const std::vector<Setting> setting{{0}, {0.3}, {1}, {1.4}, {0.3}, {1}};
    std::vector<Tally> tally(replicas);
    std::vector<std::vector<double>> x(replicas, std::vector<double>(machine_units));
    for (auto& state : x) machine->set_ordered(state);
    std::uint64_t time = 7;
    for (const Direction order : {Direction::forward, Direction::reversed}) {
      ensemble->sweep(setting, {time, 3, order}, tally);
      for (std::size_t r = 0; r < replicas; ++r)
        for (std::uint64_t k = 0; k < 3; ++k) {
          Chance chance(Stream(key, Purpose::sweep, time + k, first + r));
          kernel.sweep(setting[r].lambda, std::span(x[r]), order, chance);
        }
      time += 3;
    }
    std::vector<double> lambda(replicas, 0.6), log_weight(replicas), seen(replicas * machine->observables().size());
    ensemble->log_weight(lambda, log_weight);
    ensemble->observe(seen);
    std::vector<std::byte> bytes(machine_units);
    for (std::size_t r = 0; r < replicas; ++r) {
      ensemble->save(r, bytes);
      for (std::size_t i = 0; i < machine_units; ++i) CHECK(static_cast<std::int8_t>(bytes[i]) == x[r][i]);
      CHECK(log_weight[r] == 0.4 * kernel.reference_weight(x[r]) - 0.6 * machine->energy(x[r]));
      std::vector<double> expected(machine->observables().size());
      machine->observe(x[r], expected);
      CHECK(std::equal(expected.begin(), expected.end(),
                       seen.begin() + static_cast<std::ptrdiff_t>(r * expected.size())));
      CHECK(tally[r].tried == 30);
    }
    const std::pair<std::size_t, std::size_t> pairs[] = {{1, 1}, {2, 3}};
    double overlap[2];
    ensemble->overlap(pairs, overlap);
    CHECK(overlap[0] == 1);
    double alike = 0;
    for (std::size_t i = 0; i < machine_units; ++i) alike += x[2][i] == x[3][i];
    CHECK(overlap[1] == Approx(2 * alike / 5 - 1));
  }
}

TEST_CASE("a Hopfield network starts from its first pattern but for the noise, and recalls it") {
  const auto machine =
      std::make_shared<const BoltzmannMachine>(hopfield(random_patterns(4, 100, 2), PatternRule::hebbian));
  const IndependentUnits flat{std::vector<double>(100, 0.0), {}};
  const auto ensemble = make_boltzmann_ensemble(machine, flat, Key(1), 3, 0.2);
  CHECK(ensemble->layout().log_z_reference == Approx(100 * std::log(2)));
  CHECK(ensemble->layout().observables[3].name == "pattern_overlap");
  std::vector<double> seen(3 * 5);
  ensemble->observe(seen);
  for (std::size_t r = 0; r < 3; ++r) CHECK(seen[5 * r + 3] == Approx(0.6));
  const auto again = make_boltzmann_ensemble(machine, flat, Key(1), {9, 3, 12}, 0.2);
  CHECK(save_all(*ensemble) == save_all(*again));
  CHECK(save_all(*ensemble) != save_all(*make_boltzmann_ensemble(machine, flat, Key(2), 3, 0.2)));
  std::vector<Tally> tally(3);
  ensemble->sweep(std::vector<Setting>(3, {20.0}), {0, 5}, tally);
  ensemble->observe(seen);
  for (std::size_t r = 0; r < 3; ++r) CHECK(seen[5 * r + 3] > 0.97);
  const auto clean = make_boltzmann_ensemble(machine, flat, Key(1), 1);
  clean->observe(std::span(seen).first(5));
  CHECK(seen[3] == 1);
  CHECK_THROWS_WITH(make_boltzmann_ensemble(machine, flat, Key(1), 1, 1.5), Contains("no share of the units"));
  CHECK_THROWS_WITH(make_boltzmann_ensemble(machine, {{0.0}, {}}, Key(1), 1), Contains("100 visible units"));
}
