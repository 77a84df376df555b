// Mean field: exact where hidden units are free of each other, a bound that touches elsewhere.
#include "physics/mean_field.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "physics/random_network.hpp"

using namespace gibbsite;

namespace {

/// ln sum_h exp(-E(v, h)) by visiting every hidden state.
template <class Model>
double log_weight(const Model& model, std::span<const double> v, std::size_t units, UnitKind kind) {
  const std::size_t visible = v.size();
  std::vector<double> x(v.begin(), v.end());
  x.resize(units);
  double sum = 0;
  for (std::size_t k = 0; k < std::size_t{1} << (units - visible); ++k) {
    for (std::size_t i = visible; i < units; ++i)
      x[i] = (k >> (i - visible) & 1U) != 0 ? 1 : kind == UnitKind::spin ? -1 : 0;
    sum += std::exp(-model.energy(x));
  }
  return std::log(sum);
}

Matrix all_states(std::size_t units, UnitKind kind) {
  Matrix v(units, std::size_t{1} << units);
  for (std::size_t k = 0; k < v.columns(); ++k)
    for (std::size_t i = 0; i < units; ++i) v(i, k) = (k >> i & 1) != 0 ? 1 : kind == UnitKind::spin ? -1 : 0;
  return v;
}

}  // namespace

TEST_CASE("hidden units of restricted machines are independent, and mean field is exact") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    const std::vector<std::size_t> sizes = {4, 3};
    const Network rbm = random_network(kind, sizes, {.coupling = 3, .field = 0.3});
    const Matrix v = all_states(4, kind);
    const Posterior found = posterior(rbm, v);
    CHECK(found.exact);
    for (std::size_t s = 0; s < v.columns(); ++s)
      CHECK(found.log_weight[s] == Approx(log_weight(rbm, v.column(s), 7, kind)).epsilon(1e-12));
  }
}

TEST_CASE("mean field bounds deep machines from below, closely where bonds are weak") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin})
    for (const double coupling : {0.1, 3.0}) {
      const std::vector<std::size_t> sizes = {4, 3, 3};
      const Network deep = random_network(kind, sizes, {.coupling = coupling, .field = 0.3});
      const BoltzmannMachine machine = random_boltzmann(kind, 4, 4, {.coupling = coupling, .field = 0.3});
      const Matrix v = all_states(4, kind);
      const Posterior layers = posterior(deep, v), units = posterior(machine, v);
      CHECK_FALSE(layers.exact);
      CHECK_FALSE(units.exact);
      for (std::size_t s = 0; s < v.columns(); ++s) {
        for (const double gap : {log_weight(deep, v.column(s), 10, kind) - layers.log_weight[s],
                                 log_weight(machine, v.column(s), 8, kind) - units.log_weight[s]}) {
          CHECK(gap >= -1e-12);
          CHECK(gap < (coupling < 1 ? 0.02 : 3));
        }
      }
    }
}

TEST_CASE("a hidden layer that is not bonded to itself makes a Boltzmann machine exact") {
  BoltzmannMachine machine = random_boltzmann(UnitKind::binary, 3, 2, {.coupling = 2});
  Matrix w = machine.weights();
  w(3, 4) = w(4, 3) = 0;
  machine = BoltzmannMachine(UnitKind::binary, 3, w, {machine.bias().begin(), machine.bias().end()});
  const Matrix v = all_states(3, UnitKind::binary);
  const Posterior found = posterior(machine, v);
  CHECK(found.exact);
  for (std::size_t s = 0; s < v.columns(); ++s)
    CHECK(found.log_weight[s] == Approx(log_weight(machine, v.column(s), 5, UnitKind::binary)).epsilon(1e-12));
}

TEST_CASE("samples of the wrong height are refused") {
  const std::vector<std::size_t> sizes = {4, 3};
  CHECK_THROWS_AS(posterior(random_network(UnitKind::binary, sizes, {}), Matrix(5, 1)), std::invalid_argument);
}
