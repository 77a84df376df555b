// Heat bath of Potts machines, visible units with hidden ones and without, by exact transition matrices.
#include <catch2/catch.hpp>
#include <cmath>

#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/kernels/boltzmann_heat_bath.hpp"
#include "tests/samplers/laws.hpp"

using namespace gibbsite;

namespace {

/// 2 visible units of 3 states and as many hidden spins.
std::shared_ptr<const BoltzmannMachine> small_potts(std::size_t hidden) {
  const std::size_t n = 6 + hidden;
  Matrix w(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      if (j >= 6 || i / 3 != j / 3)
        w(i, j) = w(j, i) = 0.8 * std::sin(1 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
  std::vector<double> bias;
  for (std::size_t i = 0; i < n; ++i) bias.push_back(std::cos(2.0 * static_cast<double>(i) + 1) / 2);
  return std::make_shared<const BoltzmannMachine>(2, 3, UnitKind::spin, std::move(w), std::move(bias));
}

const IndependentUnits potts_rates{{0.8, -0.4, 1.1, -0.3, 0.2, 0.5}, {}};

std::size_t states_of_potts(const BoltzmannMachine& machine) { return std::size_t{9} << machine.hidden(); }

std::vector<double> potts_state(const BoltzmannMachine& machine, std::size_t number) {
  std::vector<double> x(machine.width(), 0.0);
  x[number % 3] = 1, x[3 + number / 3 % 3] = 1;
  for (std::size_t h = 0; h < machine.hidden(); ++h) x[6 + h] = (number / 9 >> h & 1U) != 0 ? 1 : -1;
  return x;
}
std::size_t number_of_potts(std::span<const double> x) {
  std::size_t number = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    if (x[a] == 1) number += a;
    if (x[3 + a] == 1) number += 3 * a;
  }
  for (std::size_t h = 6; h < x.size(); ++h) number += x[h] > 0 ? std::size_t{9} << (h - 6) : 0;
  return number;
}

template <class Kernel>
laws::Verdicts judge_potts(const Kernel& kernel, double lambda, double beta_of_target) {
  const BoltzmannMachine& machine = kernel.machine();
  const std::size_t states = states_of_potts(machine);
  laws::Vector p(laws::at(states));
  laws::Matrix forward = laws::Matrix::Zero(laws::at(states), laws::at(states)), reversed = forward;
  for (std::size_t from = 0; from < states; ++from) {
    const auto start = potts_state(machine, from);
    p[laws::at(from)] = (1 - beta_of_target) * kernel.reference_weight(start) - beta_of_target * machine.energy(start);
    std::vector<double> x;
    for (const Direction order : {Direction::forward, Direction::reversed})
      for_each_outcome(
          [&](Enumerator& chance) {
            x = start;
            kernel.sweep(lambda, std::span(x), order, chance);
          },
          [&](double probability) {
            (order == Direction::forward ? forward : reversed)(laws::at(from), laws::at(number_of_potts(x))) +=
                probability;
          });
  }
  p = (p.array() - p.maxCoeff()).exp();
  p /= p.sum();
  return {laws::rows_sum_to_one(forward), laws::invariance(forward, p), laws::convergence(forward, p),
          laws::time_reversal(forward, reversed, p)};
}

}  // namespace

TEST_CASE("heat bath of a Potts machine leaves p invariant, converges to it and has its time reversal") {
  for (const std::size_t hidden : {0, 2})
    for (const double lambda : {0.0, 0.4, 1.0, 1.6}) {
      INFO(hidden << " hidden units, lambda = " << lambda);
      const BoltzmannHeatBath kernel(small_potts(hidden), potts_rates);
      const laws::Verdicts verdict = judge_potts(kernel, lambda, lambda);
      CHECK(verdict.rows);
      CHECK(verdict.invariance);
      CHECK(verdict.convergence);
      CHECK(verdict.time_reversal);
    }
  // The mutant: at another temperature.
  CHECK_FALSE(judge_potts(BoltzmannHeatBath(small_potts(2), potts_rates), 0.9, 1).invariance);
}

TEST_CASE("an ensemble of Potts machines does to every replica what the kernel does to one state") {
  const auto machine = small_potts(2);
  const BoltzmannHeatBath kernel(machine, potts_rates);
  const Key key(3);
  const auto ensemble = make_boltzmann_ensemble(machine, potts_rates, key, {4, 3, 7});
  double log_z = 2 * std::log(2);
  for (std::size_t i = 0; i < 6; i += 3)
    log_z += std::log(std::exp(potts_rates.field[i]) + std::exp(potts_rates.field[i + 1]) +
                      std::exp(potts_rates.field[i + 2]));
  CHECK(ensemble->layout().log_z_reference == Approx(log_z));
  const std::vector<Setting> setting{{0.3}, {1}, {1.4}};
  std::vector<Tally> tally(3);
  std::vector<std::vector<double>> x(3, std::vector<double>(8));
  for (auto& state : x) machine->set_ordered(state);
  ensemble->sweep(setting, {7, 3}, tally);
  std::vector<double> log_weight(3);
  ensemble->log_weight(std::vector<double>(3, 0.6), log_weight);
  std::vector<std::byte> bytes(8);
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::uint64_t k = 0; k < 3; ++k) {
      Chance chance(Stream(key, Purpose::sweep, 7 + k, 4 + r));
      kernel.sweep(setting[r].lambda, std::span(x[r]), Direction::forward, chance);
    }
    ensemble->save(r, bytes);
    for (std::size_t i = 0; i < 8; ++i) CHECK(static_cast<std::int8_t>(bytes[i]) == x[r][i]);
    CHECK(log_weight[r] == 0.4 * kernel.reference_weight(x[r]) - 0.6 * machine->energy(x[r]));
    CHECK(tally[r].tried == 12);
  }
  const std::pair<std::size_t, std::size_t> pairs[] = {{1, 1}, {0, 2}};
  double overlap[2];
  ensemble->overlap(pairs, overlap);
  CHECK(overlap[0] == 1);
  double expected = x[0][6] * x[2][6] + x[0][7] * x[2][7];
  for (std::size_t i = 0; i < 6; i += 3) {
    const bool alike =
        std::equal(x[0].begin() + static_cast<std::ptrdiff_t>(i), x[0].begin() + static_cast<std::ptrdiff_t>(i + 3),
                   x[2].begin() + static_cast<std::ptrdiff_t>(i));
    expected += alike ? 1 : -0.5;
  }
  CHECK(overlap[1] == Approx(expected / 4));
}
