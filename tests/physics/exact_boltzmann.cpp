// Exact answers of Boltzmann machines: the loop over all states, restricted ones as networks, and what is refused.
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "physics/exact/boltzmann.hpp"
#include "physics/exact/network.hpp"
#include "physics/matrices/eigen.hpp"
#include "tests/physics/network_brute_force.hpp"

using namespace gibbsite;
using Catch::Contains;

namespace {

enum class Bonded { all, visible_only, hidden_only, between };

BoltzmannMachine machine_of(UnitKind kind, std::size_t visible, std::size_t hidden, Bonded bonded, double scale = 0.7,
                            std::size_t patterns = 0) {
  const std::size_t n = visible + hidden;
  Matrix w(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      if (j < visible && bonded != Bonded::all && bonded != Bonded::visible_only) continue;
      if (i >= visible && bonded != Bonded::all && bonded != Bonded::hidden_only) continue;
      w(i, j) = w(j, i) = scale * std::sin(1.0 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
    }
  std::vector<double> bias(n);
  for (std::size_t i = 0; i < n; ++i) bias[i] = std::cos(2.0 * static_cast<double>(i) + 1) / 2;
  return {kind, visible, w, bias, random_patterns(patterns, n, 5)};
}

test::BruteForce brute_force(const BoltzmannMachine& machine, const IndependentUnits& reference, double lambda) {
  return test::brute_force(
      std::vector<test::Choices>(machine.units(), test::choices(machine.kind(), 1)), 1,
      [&](std::span<const double> x) {
        double a = 0;
        for (std::size_t i = 0; i < machine.visible(); ++i) a += reference.field[i] * x[i];
        return (1 - lambda) * a - lambda * machine.energy(x);
      },
      machine.observables(), [&](auto x, auto out) { machine.observe(x, out); });
}

template <class T>
T get(std::variant<T, std::string> answer) {
  if (auto* why_not = std::get_if<std::string>(&answer)) FAIL(*why_not);
  return std::get<T>(std::move(answer));
}

void check_close(double a, double b, double tolerance) { CHECK(a == Approx(b).epsilon(tolerance).margin(tolerance)); }

IndependentUnits tilted(std::size_t visible) {
  IndependentUnits reference;
  for (std::size_t i = 0; i < visible; ++i) reference.field.push_back(0.9 * std::sin(static_cast<double>(3 * i) + 1));
  return reference;
}

const std::vector<double> lambdas{0, 0.3, 1, 1.7};

}  // namespace

TEST_CASE("Boltzmann machines agree with the loop over all states, however they are bonded") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const auto& machine : {machine_of(kind, 5, 4, Bonded::all), machine_of(kind, 5, 4, Bonded::visible_only),
                                machine_of(kind, 6, 3, Bonded::hidden_only), machine_of(kind, 3, 6, Bonded::between),
                                machine_of(kind, 6, 3, Bonded::between), machine_of(kind, 9, 0, Bonded::all),
                                machine_of(kind, 1, 0, Bonded::all),
                                machine_of(kind, 5, 3, Bonded::between, 0.7, kind == UnitKind::spin ? 3 : 0)})
      for (const bool uniform : {true, false}) {
        const IndependentUnits reference =
            uniform ? IndependentUnits{std::vector<double>(machine.visible(), 0.0), {}} : tilted(machine.visible());
        const auto averages = get(exact_averages(machine, reference, lambdas));
        const auto answers = get(exact_answers(machine, reference, lambdas));
        const auto log_z = get(exact_log_z(machine, reference, lambdas));
        for (std::size_t k = 0; k < lambdas.size(); ++k) {
          CAPTURE(answers.source, machine.units(), machine.visible(), uniform, lambdas[k]);
          const auto exact = brute_force(machine, reference, lambdas[k]);
          check_close(averages[k].log_z, exact.log_z, 1e-12);
          check_close(log_z[k], exact.log_z, 1e-12);
          check_close(averages[k].energy_variance, exact.energy_variance, 1e-11);
          for (std::size_t i = 0; i < exact.mean.size(); ++i) check_close(averages[k].mean[i], exact.mean[i], 1e-12);
          const auto& values = answers.at[k].values;
          CHECK(values.size() == exact.values.size() + 1 + (uniform ? 1 : 0));
          for (const auto& [name, value] : exact.values) {
            CAPTURE(name);
            REQUIRE(values.contains(name));
            check_close(values.at(name), value, 1e-12);
          }
          if (uniform)
            check_close(values.at("specific_heat"),
                        lambdas[k] * lambdas[k] * exact.energy_variance / static_cast<double>(machine.units()), 1e-11);
        }
      }
}

TEST_CASE("a restricted Boltzmann machine is the same as machine and as network") {
  const BoltzmannMachine machine = machine_of(UnitKind::binary, 20, 10, Bonded::between, 0.5);
  const Layer visible = machine.visible_layer();
  const Layer hidden{.units = 10, .bias = {machine.bias().begin() + 20, machine.bias().end()}};
  const Network network({visible, hidden}, {matrix(eigen(machine.weights()).topRightCorner(20, 10))});
  const IndependentUnits reference = tilted(20);
  const auto a = get(exact_answers(machine, reference, lambdas));
  const auto b = get(exact_answers(network, {reference, false}, lambdas));
  CHECK_THAT(a.source, Contains("2^10 states of the hidden units"));
  for (std::size_t k = 0; k < lambdas.size(); ++k)
    for (const auto& [name, value] : a.at[k].values) check_close(b.at[k].values.at(name), value, 1e-13);
}

TEST_CASE("two Hopfield patterns: ln Z by the sum over the classes of units") {
  // Units where the patterns agree (n of them) and where they differ (N - n) are two blocks of magnetisations k, l.
  const std::size_t n = 18;
  const auto machine = hopfield(random_patterns(2, n, 9), PatternRule::hebbian);
  std::size_t agree = 0;
  for (std::size_t i = 0; i < n; ++i) agree += machine.patterns()[0][i] == machine.patterns()[1][i];
  const double beta = 1.3, N = static_cast<double>(n);
  long double z = 0;
  for (std::size_t k = 0; k <= agree; ++k)
    for (std::size_t l = 0; l <= n - agree; ++l) {
      const double M = 2.0 * static_cast<double>(k) - static_cast<double>(agree),
                   D = 2.0 * static_cast<double>(l) - static_cast<double>(n - agree);
      const auto choose = [](std::size_t of, std::size_t some) {
        return std::lgamma(static_cast<double>(of) + 1) - std::lgamma(static_cast<double>(some) + 1) -
               std::lgamma(static_cast<double>(of - some) + 1);
      };
      z += std::exp(choose(agree, k) + choose(n - agree, l) + beta * ((M * M + D * D) / N - 1));
    }
  const IndependentUnits flat{std::vector<double>(n, 0.0), {}};
  const auto log_z = get(exact_log_z(machine, flat, std::vector<double>{beta}));
  CHECK(log_z[0] == Approx(static_cast<double>(std::log(z))).epsilon(1e-12));
}

TEST_CASE("Boltzmann machines that are too large are refused with a reason") {
  const std::vector<double> one{1};
  const auto large = hopfield(random_patterns(2, 40, 1), PatternRule::hebbian);
  const IndependentUnits flat{std::vector<double>(40, 0.0), {}};
  CHECK_THAT(std::get<std::string>(exact_answers(large, flat, one)), Contains("2^40 states") && Contains("2^26"));
  CHECK_THROWS_WITH(exact_answers(large, {{0.0}, {}}, one), Contains("does not fit the machine's 40"));
  const auto restricted = machine_of(UnitKind::spin, 30, 8, Bonded::between, 0.5, 2);
  const auto answers = get(exact_answers(restricted, {std::vector<double>(30, 0.0), {}}, one));
  CHECK(answers.at[0].values.contains("pattern_overlap"));
  CHECK_FALSE(answers.at[0].values.contains("largest_overlap"));
}
