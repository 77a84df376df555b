/// Laws of every layer: what a pass says of a loss of E, v . grad E and v'Hv / 2 are differences of it, at shapes that
/// are no powers of two; single precision is double rounded; and no number depends on how many threads there are.
#include <omp.h>

#include <catch2/catch.hpp>

#include "nets.hpp"
#include "physics/chance.hpp"

namespace gibbsite::test {
namespace {

struct NetCase {
  std::string shape;
  std::vector<std::string> layers;
  Confinement confinement;
};

std::vector<NetCase> net_cases() {
  return {
      {"7", {"dense 5", "swish", "dense 4", "relu", "dense 3", "logsumexp"}, {.kappa = .3, .learned = true}},
      {"2x5x6", {"conv 3 3x2 stride 2 padding 1", "softplus", "pool 2x2", "dense 4", "tanh", "dense 1"}, {}},
      {"5 tokens x 3",
       {"attention 2", "tanh", "attention 4 causal", "conv 2 1x1", "swish", "sum"},
       {.mean = sines(1, 1, 2, 15), .deviation = std::vector<double>(15, 1.5)}},
      {"3x4x5",
       {"conv 17 3x3 padding 1 without bias", "swish", "attention 3", "pool 2x2", "conv 4 2x2", "softplus", "dense 1"},
       {.kappa = .1}},
      {"6x6", {"swish", "conv 8 3x3", "relu", "conv 16 3x3 stride 2", "tanh", "logsumexp"}, {.kappa = .2}}};
}

std::vector<double> normals(std::size_t n, std::uint64_t which) {
  Chance chance(Stream(Key(5), Purpose::test, which, 0));
  std::vector<double> numbers(n);
  for (double& x : numbers) x = chance.normal();
  return numbers;
}
/// Initial parameters with biases that are none of them 0.
std::vector<double> some_theta(const NeuralNet& net) {
  std::vector<double> theta = net.initial(Key(3));
  const std::vector<double> more = normals(theta.size(), 9);
  for (std::size_t i = 0; i + 1 < theta.size(); ++i) theta[i] += .1 * more[i];
  return theta;
}
std::vector<double> moved(std::vector<double> a, double h, const std::vector<double>& d) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += h * d[i];
  return a;
}
double inner(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// A batch with all that a pass writes.
template <class Real>
struct Outcome {
  std::vector<double> e;
  std::vector<Real> xbar[3], gradient;
  friend bool operator==(const Outcome& a, const Outcome& b) {
    return a.e == b.e && a.gradient == b.gradient && a.xbar[0] == b.xbar[0] && a.xbar[1] == b.xbar[1] &&
           a.xbar[2] == b.xbar[2];
  }
};
template <class Real>
Outcome<Real> outcome(const NeuralEnergy<Real>& energy, const std::vector<std::vector<double>>& jet,
                      const std::vector<double>& ebar) {
  std::vector<std::vector<Real>> x;
  Outcome<Real> out{std::vector<double>(ebar.size()), {}, std::vector<Real>(energy.parameters())};
  NeuralPass<Real> pass{.states = jet[0].size() / energy.units(), .coefficients = jet.size(), .e = out.e};
  for (const auto& numbers : jet) x.push_back(as<Real>(numbers));
  std::vector<double> bar = ebar;
  for (std::size_t k = 0; k < jet.size(); ++k) {
    out.xbar[k].resize(jet[k].size());
    pass.x[k] = x[k];
    pass.xbar[k] = out.xbar[k];
  }
  pass.ebar = bar;
  pass.gradient = out.gradient;
  energy.run(pass);
  return out;
}

}  // namespace

TEST_CASE("what a neural energy's jets say in reverse are differences, for every layer") {
  constexpr double h = 1e-5;
  for (const NetCase& one : net_cases()) {
    const NeuralNet net = net_of(one.shape, one.layers, one.confinement);
    const std::vector<double> theta = some_theta(net);
    constexpr std::size_t states = 3;
    for (std::size_t most = 1; most <= 3; ++most) {
      CAPTURE(one.shape, one.layers[0], most);
      NeuralEnergy<double> energy(net, theta);
      std::vector<std::vector<double>> jet;
      for (std::size_t k = 0; k < most; ++k) jet.push_back(normals(states * net.units(), k));
      const std::vector<double> ebar = normals(most * states, 4);
      const Outcome<double> at = outcome(energy, jet, ebar);
      const auto close = [](double a, double b) { return a == Approx(b).epsilon(2e-7).margin(1e-8); };
      for (std::size_t k = 0; k < most; ++k) {
        auto up = jet, down = jet;
        const std::vector<double> d = normals(jet[k].size(), 5 + k);
        up[k] = moved(jet[k], h, d);
        down[k] = moved(jet[k], -h, d);
        const double slope =
            (inner(ebar, outcome(energy, up, ebar).e) - inner(ebar, outcome(energy, down, ebar).e)) / (2 * h);
        CHECK(close(inner(at.xbar[k], d), slope));
      }
      const std::vector<double> d = normals(theta.size(), 8);
      energy.set_parameters(moved(theta, h, d));
      const double above = inner(ebar, outcome(energy, jet, ebar).e);
      energy.set_parameters(moved(theta, -h, d));
      CHECK(close(inner(at.gradient, d), (above - inner(ebar, outcome(energy, jet, ebar).e)) / (2 * h)));
    }
    // The coefficients themselves: E along the curve x + eps v + eps^2 w.
    const NeuralEnergy<double> energy(net, theta);
    const std::vector<std::vector<double>> jet{normals(net.units(), 0), normals(net.units(), 1),
                                               normals(net.units(), 2)};
    const auto e_at = [&](double eps) {
      std::vector<double> e(1);
      energy.energy(moved(moved(jet[0], eps, jet[1]), eps * eps, jet[2]), e);
      return e[0];
    };
    const std::vector<double> e = outcome(energy, jet, {0, 0, 0}).e;
    CHECK(e[1] == Approx((e_at(1e-5) - e_at(-1e-5)) / 2e-5).epsilon(1e-7).margin(1e-8));
    CHECK(e[2] == Approx((e_at(1e-4) - 2 * e[0] + e_at(-1e-4)) / 2e-8).epsilon(1e-5).margin(1e-6));
  }
}

TEST_CASE("a neural energy in single precision is that in double, rounded, for every layer") {
  for (const NetCase& one : net_cases()) {
    CAPTURE(one.shape, one.layers[0]);
    const NeuralNet net = net_of(one.shape, one.layers, one.confinement);
    const std::vector<double> theta = some_theta(net);
    constexpr std::size_t states = 70;  // two tiles
    std::vector<std::vector<double>> jet;
    for (std::size_t k = 0; k < 3; ++k) jet.push_back(normals(states * net.units(), k));
    const std::vector<double> ebar = normals(3 * states, 4);
    const auto full = outcome(NeuralEnergy<double>(net, theta), jet, ebar);
    const auto half = outcome(NeuralEnergy<float>(net, theta), jet, ebar);
    const auto relative = [](const auto& a, const std::vector<double>& b) {
      return largest_gap(as<double>(a), b) / (1 + largest_gap(std::vector<double>(b.size()), b));
    };
    CHECK(relative(half.e, full.e) < 2e-5);
    for (std::size_t k = 0; k < 3; ++k) CHECK(relative(half.xbar[k], full.xbar[k]) < 2e-5);
    CHECK(relative(half.gradient, full.gradient) < 2e-5);
  }
}

TEST_CASE("a neural energy has the same bits for any number of threads") {
  const int before = omp_get_max_threads();
  for (const NetCase& one : net_cases()) {
    CAPTURE(one.shape, one.layers[0]);
    const NeuralNet net = net_of(one.shape, one.layers, one.confinement);
    const NeuralEnergy<float> energy(net, some_theta(net));
    constexpr std::size_t states = 300;  // five tiles
    std::vector<std::vector<double>> jet;
    for (std::size_t k = 0; k < 3; ++k) jet.push_back(normals(states * net.units(), k));
    const std::vector<double> ebar = normals(3 * states, 4);
    omp_set_num_threads(1);
    const Outcome<float> alone = outcome(energy, jet, ebar);
    for (const int threads : {2, 4}) {
      omp_set_num_threads(threads);
      CHECK(outcome(energy, jet, ebar) == alone);
    }
  }
  omp_set_num_threads(before);
}

TEST_CASE("a neural energy in parts that begin at whole tiles has the bits of the whole") {
  const NeuralNet net = net_of("8x8", {"conv 5 3x3", "swish", "dense 30", "softplus", "dense 1"}, {.kappa = 1});
  const NeuralEnergy<float> energy(net, some_theta(net));
  constexpr std::size_t states = 64 + 64 + 3;
  const std::vector<float> x = as<float>(normals(states * net.units(), 1));
  std::vector<double> e(states), part(states);
  std::vector<float> slope(x.size()), slope_of_part(x.size());
  energy.energy_and_gradient(x, e, slope);
  for (const std::size_t begin : {0UL, 64UL, 128UL}) {
    const std::size_t end = begin == 128 ? states : begin + 64, n = net.units();
    energy.energy_and_gradient(std::span<const float>(x).subspan(begin * n, (end - begin) * n),
                               std::span<double>(part).subspan(begin, end - begin),
                               std::span<float>(slope_of_part).subspan(begin * n, (end - begin) * n));
  }
  CHECK(part == e);
  CHECK(slope_of_part == slope);
}

}  // namespace gibbsite::test
