/// Boltzmann machines with sixteen units to a vector, on every instruction set: transitions have the probabilities of
/// the kernel, trajectories are the same bits, and what is known of a replica does not drift. Tests that draw raise
/// false alarms at a rate of 1e-6 in all.
#include <catch2/catch.hpp>

#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/ensembles/boltzmann_vectors.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using trajectories::hash;
using trajectories::state_of;
using trajectories::Threads;

namespace {

using MachinePointer = std::shared_ptr<const BoltzmannMachine>;

/// Weights that no grid holds, some of them zero.
MachinePointer waves(UnitKind kind, std::size_t visible, std::size_t units, double scale) {
  Matrix w(units, units);
  std::vector<double> bias(units);
  for (std::size_t j = 0; j < units; ++j) {
    bias[j] = std::cos(2.0 * static_cast<double>(j) + 1) / 2;
    for (std::size_t i = 0; i < j; ++i)
      w(i, j) = w(j, i) = (i + j) % 7 == 3 ? 0 : scale * std::sin(1 + 3.0 * static_cast<double>(i * j + j));
  }
  return std::make_shared<const BoltzmannMachine>(kind, visible, std::move(w), std::move(bias));
}
IndependentUnits wave_rates(std::size_t visible) {
  IndependentUnits rates;
  for (std::size_t i = 0; i < visible; ++i) rates.field.push_back(std::sin(static_cast<double>(i) + 0.5));
  return rates;
}

/// The machine whose spins have the rounded couplings and fields.
BoltzmannMachine rounded_machine(const BoltzmannMachine& machine) {
  const Graph spins = simd::DyadicGraph(spins_of(machine)).rounded();
  const bool binary = machine.kind() == UnitKind::binary;
  Matrix w(machine.units(), machine.units());
  std::vector<double> bias(spins.fields().begin(), spins.fields().end());
  for (const Bond& bond : spins.bonds()) {
    w(bond.i, bond.j) = w(bond.j, bond.i) = binary ? 4 * bond.J : bond.J;
    for (const std::uint32_t i : {bond.i, bond.j}) bias[i] -= binary ? bond.J : 0;
  }
  for (double& b : bias) b *= binary ? 2 : 1;
  return {machine.kind(),
          machine.visible(),
          std::move(w),
          std::move(bias),
          {machine.patterns().begin(), machine.patterns().end()}};
}

std::vector<std::int8_t> units_of_number(std::size_t number, std::size_t units, UnitKind kind) {
  std::vector<std::int8_t> x(units);
  for (std::size_t i = 0; i < units; ++i)
    x[i] = static_cast<std::int8_t>((number >> i & 1U) != 0 ? 1 : kind == UnitKind::spin ? -1 : 0);
  return x;
}
std::size_t number_of_units(std::span<const std::int8_t> x) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < x.size(); ++i) number |= std::size_t{x[i] > 0} << i;
  return number;
}

const std::vector<double> lambdas_of_machines = {0, 0.4, 1, 1.6};

/// Transitions of one sweep from every state at every lambda: [lambda](from, to).
std::vector<laws::Matrix> counted_transitions(const MachinePointer& machine, const IndependentUnits& rates,
                                              const simd::SiteKernels& kernels, Direction order) {
  const std::size_t n = machine->units(), states = std::size_t{1} << n, replicas = 4 * states * 8;
  std::vector<laws::Matrix> count(4, laws::Matrix::Zero(laws::at(states), laws::at(states)));
  const auto ensemble = make_boltzmann_vectors_ensemble(machine, rates, Key(5), replicas, 0, kernels);
  std::vector<Setting> setting(replicas);
  std::vector<Tally> tally(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = lambdas_of_machines[r % 4];
  for (std::uint64_t time = 0; time < 60; ++time) {
    for (std::size_t r = 0; r < replicas; ++r)
      ensemble->load(r,
                     std::as_bytes(std::span<const std::int8_t>(units_of_number(r / 4 % states, n, machine->kind()))));
    ensemble->sweep(setting, {.time = time, .order = order}, tally);
    for (std::size_t r = 0; r < replicas; ++r)
      count[r % 4](laws::at(r / 4 % states), laws::at(number_of_units(state_of(*ensemble, r)))) += 1;
  }
  return count;
}

/// The product of the visits, each from its definition; the path may be wrong.
std::vector<laws::Matrix> of_heat_bath(const MachinePointer& machine, const IndependentUnits& rates, Direction order,
                                       double factor = 1) {
  const BoltzmannHeatBath kernel(machine, rates);
  const std::size_t n = machine->units(), states = std::size_t{1} << n;
  std::vector<laws::Matrix> all;
  for (const double lambda : lambdas_of_machines) {
    laws::Matrix P = laws::Matrix::Identity(laws::at(states), laws::at(states));
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t i = order == Direction::forward ? k : n - 1 - k;
      laws::Matrix visit = laws::Matrix::Zero(laws::at(states), laws::at(states));
      for (std::size_t from = 0; from < states; ++from) {
        const auto x = units_of_number(from, n, machine->kind());
        const double p = kernel.probability(factor * lambda, std::vector<double>(x.begin(), x.end()), i);
        visit(laws::at(from), laws::at(from | std::size_t{1} << i)) += p;
        visit(laws::at(from), laws::at(from & ~(std::size_t{1} << i))) += 1 - p;
      }
      P = P * visit;
    }
    all.push_back(P);
  }
  return all;
}

}  // namespace

TEST_CASE("transitions of vectors of units have the probabilities of a Boltzmann machine's heat bath") {
  const auto targets = simd::site_kernels();
  const double least = statistics::sidak(8e-7, targets.size() * 12);
  const IndependentUnits rates{{0.8, -0.4, 1.1}, {}}, flat{{0, 0, 0}, {}}, other{{0.8, 0, 1.1}, {}};
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const auto& [reference, order] :
         {std::pair(rates, Direction::forward), {rates, Direction::reversed}, {flat, Direction::forward}}) {
      const auto machine = waves(kind, 3, 5, 1.2);
      const auto P = of_heat_bath(machine, reference, order), hotter = of_heat_bath(machine, reference, order, 0.8),
                 forgetful = of_heat_bath(machine, reference.field == rates.field ? other : rates, order),
                 backwards = of_heat_bath(machine, reference,
                                          order == Direction::forward ? Direction::reversed : Direction::forward);
      for (const simd::SiteKernels* kernels : targets) {
        INFO(kernels->name << (kind == UnitKind::spin ? ", spins" : ", binary units"));
        const auto count = counted_transitions(machine, reference, *kernels, order);
        CHECK(statistics::p_value(count, P) > least);
        CHECK(statistics::p_value(count, hotter) < least);  // lambda a fifth off; a field of the reference forgotten
        CHECK(statistics::p_value(count, forgetful) < least);
        CHECK(statistics::p_value(count, backwards) < least);
        CHECK(statistics::p_value(std::vector{count[0]}, std::vector{P[0]}) > least);  // a draw of the reference
      }
    }
}

TEST_CASE("a trajectory of vectors of units is the same on every instruction set, split, interrupted, threaded") {
  constexpr std::size_t replicas = 12, low = 5;
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = static_cast<double>(r) / 6;
  const auto go = [&](Ensemble& e, std::uint64_t begin, std::uint64_t end) {
    const std::size_t n = e.layout().replicas;
    std::vector<Tally> tally(n);
    for (std::uint64_t time = begin; time < end; ++time)
      e.sweep(std::span(setting).subspan(e.layout().first, n),
              {.time = time, .order = time % 2 == 0 ? Direction::forward : Direction::reversed}, tally);
  };
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    const auto machine = waves(kind, 50, 70, 0.3);
    std::uint64_t first = 0;
    for (const simd::SiteKernels* kernels : simd::site_kernels())
      for (const int team : {1, 2, 3}) {
        const Threads threads(team);
        INFO(kernels->name << ", " << team << " threads");
        const auto make = [&](Slice slice) {
          return make_boltzmann_vectors_ensemble(machine, wave_rates(50), Key(5), slice, 0.1, *kernels);
        };
        const auto whole = make(replicas);
        whole->draw_reference(1);
        go(*whole, 2, 5);
        const auto resumed = make(replicas);
        load_all(*resumed, save_all(*whole));
        go(*whole, 5, 25);
        go(*resumed, 5, 25);
        if (first == 0) first = hash(*whole);
        CHECK(hash(*whole) == first);
        CHECK(save_all(*resumed) == save_all(*whole));
        std::vector<std::byte> states;
        for (const Slice slice : {Slice(0, low, replicas), Slice(low, replicas - low, replicas)}) {
          const auto part = make(slice);
          part->draw_reference(1);
          go(*part, 2, 25);
          for (const std::byte b : save_all(*part)) states.push_back(b);
        }
        CHECK(states == save_all(*whole));
      }
  }
}

TEST_CASE("what vectors of units know of a replica does not drift, and is that of the rounded weights") {
  const auto memory =
      std::make_shared<const BoltzmannMachine>(hopfield(random_patterns(5, 90, 2), PatternRule::pseudo_inverse));
  const auto zeros = [](std::size_t n) { return IndependentUnits{std::vector<double>(n, 0.0), {}}; };
  for (const auto& both : {std::pair(waves(UnitKind::binary, 20, 41, 0.5), wave_rates(20)),
                           {waves(UnitKind::spin, 33, 33, 0.4), zeros(33)},
                           {waves(UnitKind::spin, 10, 33, 0.4), wave_rates(10)},
                           {memory, zeros(90)}}) {
    const auto& machine = both.first;
    const auto& reference = both.second;
    const auto rounded = std::make_shared<const BoltzmannMachine>(rounded_machine(*machine));
    const std::size_t n = machine->units(), components = machine->observables().size();
    constexpr std::size_t replicas = 6;
    CHECK(boltzmann_vectors_supported(*machine));
    for (const simd::SiteKernels* kernels : simd::site_kernels()) {
      INFO(kernels->name << ", " << n << " units");
      const auto ensemble = make_boltzmann_vectors_ensemble(machine, reference, Key(5), replicas, 0.1, *kernels);
      const auto plain = make_boltzmann_ensemble(rounded, reference, Key(5), replicas, 0.1);
      CHECK(save_all(*ensemble) == save_all(*plain));
      CHECK(ensemble->layout().log_z_reference == plain->layout().log_z_reference);
      CHECK(ensemble->layout().turns == plain->layout().turns);
      std::vector<Setting> setting(replicas);
      for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 0.3 * static_cast<double>(r);
      std::vector<Tally> tally(replicas);
      ensemble->sweep(setting, {.time = 0, .count = 2000}, tally);
      CHECK(tally[0].accepted == tally[0].tried);  // at lambda = 0 all units are new
      CHECK(tally[5].tried == 2000.0 * static_cast<double>(n));
      CHECK(tally[5].accepted < tally[1].accepted);
      const auto check = [&] {
        load_all(*plain, save_all(*ensemble));
        std::vector<double> observed(replicas * components), expected(observed), lambda(replicas, 0.7),
            weight(replicas), expected_weight(replicas);
        ensemble->observe(observed);
        plain->observe(expected);
        CHECK(observed == expected);
        ensemble->log_weight(lambda, weight);
        plain->log_weight(lambda, expected_weight);
        CHECK(weight == expected_weight);
        std::vector<double> given(components);
        for (std::size_t r = 0; r < replicas; ++r) {
          const auto x = state_of(*ensemble, r);
          machine->observe(std::vector<double>(x.begin(), x.end()), given);
          CHECK(std::abs(given[0] - observed[r * components]) <
                simd::DyadicGraph(spins_of(*machine)).grid * static_cast<double>(n * (n + 1) / 2));
        }
        if (ensemble->layout().turns) {
          ensemble->turning(lambda, weight);
          plain->turning(lambda, expected_weight);
          for (std::size_t r = 0; r < replicas; ++r) CHECK(weight[r] == Approx(expected_weight[r]).margin(1e-12));
        }
        const std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 0}, {1, 2}, {5, 3}, {4, 0}};
        std::vector<double> q(4), of_states(4), of_plain(4);
        ensemble->overlap(pairs, q);
        ensemble->Ensemble::overlap(pairs, of_states);
        plain->overlap(pairs, of_plain);
        CHECK(q == of_states);
        CHECK(q == of_plain);
      };
      check();
      ensemble->resample(std::vector<std::size_t>{0, 2, 2, 1, 4, 5});
      check();
      if (machine->kind() == UnitKind::spin) {
        ensemble->turn(std::vector<std::uint8_t>{0, 1, 0, 1, 1, 0});
        check();
      }
      ensemble->sweep(setting, {.time = 2000, .count = 3}, tally);
      check();
    }
  }
}

TEST_CASE("machines whose weights no grid holds, or without weights, have no vectors of units") {
  const auto of = [](double strong, double weak) {
    Matrix w(4, 4);
    w(0, 1) = w(1, 0) = strong;
    w(2, 3) = w(3, 2) = weak;
    return BoltzmannMachine(UnitKind::spin, 4, std::move(w), std::vector<double>(4, 0.0));
  };
  CHECK(boltzmann_vectors_supported(of(1, 0.3)) == !simd::site_kernels().empty());
  CHECK_FALSE(boltzmann_vectors_supported(of(1, 1e-7)));
  CHECK_FALSE(boltzmann_vectors_supported(of(0, 0)));
}
