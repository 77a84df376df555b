/// Nets of several outputs: any weighted sum of them is the energy of the same net with one more dense layer, in jets
/// of every order, there and back; and their bits do not depend on threads.
#include <omp.h>

#include <catch2/catch.hpp>

#include "nets.hpp"
#include "physics/chance.hpp"

namespace gibbsite::test {
namespace {

std::vector<double> normals_of(std::size_t n, std::uint64_t which) {
  Chance chance(Stream(Key(6), Purpose::test, which, 0));
  std::vector<double> numbers(n);
  for (double& x : numbers) x = chance.normal();
  return numbers;
}

struct ValuesCase {
  std::string shape;
  std::vector<std::string> layers;
};
std::vector<ValuesCase> values_cases() {
  return {{"7", {"dense 5", "swish", "dense 4", "tanh"}},
          {"2x5x6", {"conv 3 3x2 stride 2 padding 1", "softplus"}},  // several channels and pixels are left
          {"5 tokens x 3", {"attention 2", "tanh", "attention 4 causal"}},
          {"6x6", {"conv 4 3x3", "swish", "pool 2x2", "dense 10"}}};
}
NeuralNet values_net(const ValuesCase& one) {
  std::vector<LayerSpec> specs;
  for (const std::string& layer : one.layers) specs.push_back(parse_layer(layer));
  return NeuralNet(parse_shape(one.shape), specs, {}, NetEnd::values);
}
std::vector<double> values_theta(const NeuralNet& net) {
  std::vector<double> theta = net.initial(Key(3));
  const std::vector<double> more = normals_of(theta.size(), 9);
  for (std::size_t i = 0; i < theta.size(); ++i) theta[i] += .1 * more[i];
  return theta;
}

template <class Real>
struct ValuesPass {
  std::vector<double> f;
  std::vector<Real> xbar[3], gradient;
  friend bool operator==(const ValuesPass& a, const ValuesPass& b) {
    return a.f == b.f && a.gradient == b.gradient && a.xbar[0] == b.xbar[0] && a.xbar[1] == b.xbar[1] &&
           a.xbar[2] == b.xbar[2];
  }
};
/// Any of both: they take the same passes.
template <class Real, class Net>
ValuesPass<Real> pass_of(const Net& net, const std::vector<std::vector<double>>& jet, const std::vector<double>& fbar) {
  std::vector<std::vector<Real>> x;
  ValuesPass<Real> out{std::vector<double>(fbar.size()), {}, std::vector<Real>(net.parameters())};
  NeuralPass<Real> pass{.states = jet[0].size() / net.units(), .coefficients = jet.size(), .e = out.f};
  for (const auto& numbers : jet) x.push_back(as<Real>(numbers));
  std::vector<double> bar = fbar;
  for (std::size_t k = 0; k < jet.size(); ++k) {
    out.xbar[k].resize(jet[k].size());
    pass.x[k] = x[k];
    pass.xbar[k] = out.xbar[k];
  }
  pass.ebar = bar;
  pass.gradient = out.gradient;
  net.run(pass);
  return out;
}

}  // namespace

TEST_CASE("a weighted sum of a net's outputs is the energy of the net with one more layer, in jets there and back") {
  for (const ValuesCase& one : values_cases()) {
    const NeuralNet net = values_net(one);
    const std::vector<double> theta = values_theta(net), weight = normals_of(net.outputs(), 20);
    std::vector<std::string> with_sum = one.layers;
    with_sum.push_back("dense 1 without bias");
    std::vector<double> more = theta;
    append(more, weight);
    const NetValues<double> values(net, theta);
    const NeuralEnergy<double> energy(net_of(one.shape, with_sum), more);
    constexpr std::size_t states = 67;  // two tiles
    const std::size_t outputs = net.outputs();
    for (std::size_t most = 1; most <= 3; ++most) {
      CAPTURE(one.shape, most);
      std::vector<std::vector<double>> jet;
      for (std::size_t k = 0; k < most; ++k) jet.push_back(normals_of(states * net.units(), k));
      const std::vector<double> ebar = normals_of(most * states, 4);
      std::vector<double> fbar;
      for (const double bar : ebar)
        for (const double w : weight) fbar.push_back(bar * w);
      const auto of_values = pass_of<double>(values, jet, fbar), of_energy = pass_of<double>(energy, jet, ebar);
      std::vector<double> sums(most * states, 0);
      for (std::size_t r = 0; r < sums.size(); ++r)
        for (std::size_t o = 0; o < outputs; ++o) sums[r] += weight[o] * of_values.f[r * outputs + o];
      CHECK(largest_gap(sums, of_energy.f) < 1e-11);
      for (std::size_t k = 0; k < most; ++k) CHECK(largest_gap(of_values.xbar[k], of_energy.xbar[k]) < 1e-11);
      const std::vector<double> before(of_energy.gradient.begin(),
                                       of_energy.gradient.begin() + static_cast<std::ptrdiff_t>(theta.size()));
      CHECK(largest_gap(of_values.gradient, before) < 1e-9);
    }
  }
}

TEST_CASE("what add_gradient says of outputs are differences of them") {
  const NeuralNet net = values_net(values_cases()[3]);
  const std::vector<double> theta = values_theta(net), x = normals_of(5 * net.units(), 1),
                            fbar = normals_of(5 * net.outputs(), 2), d = normals_of(theta.size(), 3),
                            v = normals_of(x.size(), 4);
  constexpr double h = 1e-6;
  NetValues<double> values(net, theta);
  std::vector<double> gradient(theta.size(), 0), xbar(x.size());
  values.add_gradient(x, fbar, gradient, xbar);
  const auto loss = [&](double along_theta, double along_x) {
    std::vector<double> there = theta, state = x;
    for (std::size_t i = 0; i < d.size(); ++i) there[i] += along_theta * d[i];
    for (std::size_t i = 0; i < v.size(); ++i) state[i] += along_x * v[i];
    values.set_parameters(there);
    double sum = 0;
    const std::vector<double> f = values.values(state);
    for (std::size_t i = 0; i < f.size(); ++i) sum += fbar[i] * f[i];
    return sum;
  };
  double slope = 0, slope_x = 0;
  for (std::size_t i = 0; i < d.size(); ++i) slope += gradient[i] * d[i];
  for (std::size_t i = 0; i < v.size(); ++i) slope_x += xbar[i] * v[i];
  CHECK(slope == Approx((loss(h, 0) - loss(-h, 0)) / (2 * h)).epsilon(1e-7));
  CHECK(slope_x == Approx((loss(0, h) - loss(0, -h)) / (2 * h)).epsilon(1e-7));
}

TEST_CASE("outputs in single precision are those in double, rounded, with the same bits for any number of threads") {
  const int before = omp_get_max_threads();
  for (const ValuesCase& one : values_cases()) {
    CAPTURE(one.shape);
    const NeuralNet net = values_net(one);
    const std::vector<double> theta = values_theta(net);
    constexpr std::size_t states = 300;  // five tiles
    std::vector<std::vector<double>> jet;
    for (std::size_t k = 0; k < 2; ++k) jet.push_back(normals_of(states * net.units(), k));
    const std::vector<double> fbar = normals_of(2 * states * net.outputs(), 4);
    const NetValues<float> half(net, theta);
    omp_set_num_threads(1);
    const auto alone = pass_of<float>(half, jet, fbar);
    const auto full = pass_of<double>(NetValues<double>(net, theta), jet, fbar);
    const auto relative = [](const auto& a, const std::vector<double>& b) {
      return largest_gap(as<double>(a), b) / (1 + largest_gap(std::vector<double>(b.size()), b));
    };
    CHECK(relative(alone.f, full.f) < 2e-5);
    CHECK(relative(alone.xbar[1], full.xbar[1]) < 2e-5);
    CHECK(relative(alone.gradient, full.gradient) < 2e-5);
    for (const int threads : {2, 4}) {
      omp_set_num_threads(threads);
      CHECK(pass_of<float>(half, jet, fbar) == alone);
    }
  }
  omp_set_num_threads(before);
}

TEST_CASE("a net of several outputs is confined by nothing, and an energy has one") {
  CHECK_THROWS_WITH(NeuralNet(parse_shape("2"), {parse_layer("dense 3")}, {.kappa = 1}, NetEnd::values),
                    Catch::Contains("what confines states belongs to an energy"));
  CHECK(NeuralNet(parse_shape("2"), {parse_layer("dense 3")}, {}, NetEnd::values).outputs() == 3);
  CHECK_THROWS_WITH(net_of("2", {"dense 3"}), Catch::Contains("leave 3 numbers"));
}

}  // namespace gibbsite::test
