// Pairwise Potts machines: exact answers against the loop over all states, with hidden units and without.
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/exact/boltzmann.hpp"
#include "tests/physics/network_brute_force.hpp"

using namespace gibbsite;

namespace {

BoltzmannMachine potts_machine(std::size_t visible, std::size_t states, UnitKind kind, std::size_t hidden, bool among) {
  const std::size_t width = visible * states, n = width + hidden;
  Matrix w(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      if (j < width && i / states == j / states) continue;
      if (i >= width && !among) continue;
      w(i, j) = w(j, i) = 0.6 * std::sin(1.0 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
    }
  std::vector<double> bias(n);
  for (std::size_t i = 0; i < n; ++i) bias[i] = std::cos(2.0 * static_cast<double>(i) + 1) / 2;
  return {visible, states, kind, std::move(w), std::move(bias)};
}

}  // namespace

TEST_CASE("Potts machines agree with the loop over all states") {
  const std::vector<double> lambdas{0, 0.3, 1, 1.7};
  for (const auto& machine :
       {potts_machine(4, 3, UnitKind::binary, 0, false), potts_machine(3, 3, UnitKind::spin, 4, false),
        potts_machine(5, 2, UnitKind::binary, 2, false), potts_machine(3, 3, UnitKind::binary, 3, true)})
    for (const bool uniform : {true, false}) {
      IndependentUnits reference;
      for (std::size_t i = 0; i < machine.visible_width(); ++i)
        reference.field.push_back(uniform ? 0 : 0.9 * std::sin(static_cast<double>(3 * i) + 1));
      std::vector<test::Choices> units(machine.visible(), test::choices(UnitKind::categorical, machine.states()));
      units.insert(units.end(), machine.hidden(), test::choices(machine.hidden_kind(), 1));
      const auto answers = std::get<ExactAnswers>(exact_answers(machine, reference, lambdas));
      const auto log_z = std::get<std::vector<double>>(exact_log_z(machine, reference, lambdas));
      const auto averages = std::get<std::vector<BoltzmannAverages>>(exact_averages(machine, reference, lambdas));
      for (std::size_t k = 0; k < lambdas.size(); ++k) {
        CAPTURE(answers.source, uniform, lambdas[k]);
        const auto exact = test::brute_force(
            units, 1,
            [&](std::span<const double> x) {
              double a = 0, e = 0;
              for (std::size_t i = 0; i < reference.field.size(); ++i) a += reference.field[i] * x[i];
              for (std::size_t i = 0; i < x.size(); ++i) {
                e -= machine.bias()[i] * x[i];
                for (std::size_t j = 0; j < i; ++j) e -= machine.weights()(i, j) * x[i] * x[j];
              }
              CHECK(machine.energy(x) == Approx(e));
              return (1 - lambdas[k]) * a - lambdas[k] * e;
            },
            machine.observables(), [&](auto x, auto out) { machine.observe(x, out); });
        CHECK(log_z[k] == Approx(exact.log_z).epsilon(1e-12));
        for (std::size_t i = 0; i < exact.mean.size(); ++i)
          CHECK(averages[k].mean[i] == Approx(exact.mean[i]).epsilon(1e-11).margin(1e-12));
        for (const auto& [name, value] : exact.values) {
          CAPTURE(name);
          REQUIRE(answers.at[k].values.contains(name));
          CHECK(answers.at[k].values.at(name) == Approx(value).epsilon(1e-11).margin(1e-12));
        }
        CHECK(answers.at[k].values.contains("specific_heat") == uniform);
      }
    }
}

TEST_CASE("what is no Potts machine is refused") {
  Matrix w(6, 6);
  w(0, 1) = w(1, 0) = 1;
  CHECK_THROWS_WITH(BoltzmannMachine(2, 3, UnitKind::binary, w, std::vector<double>(6)),
                    Catch::Contains("two states of categorical unit 0"));
  CHECK_THROWS_AS(BoltzmannMachine(2, 3, UnitKind::binary, Matrix(5, 5), std::vector<double>(5)),
                  std::invalid_argument);
  CHECK_THROWS_AS(BoltzmannMachine(3, 2, UnitKind::gaussian, Matrix(6, 6), std::vector<double>(6)),
                  std::invalid_argument);
}
