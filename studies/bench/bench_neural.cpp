#include <chrono>
#include <cmath>

#include "physics/matrices/products.hpp"
#include "physics/neural/neural_energy.hpp"
#include "studies/bench/bench_case.hpp"
#include "studies/bench/pin.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t neural_batch = 100;

}  // namespace

double large_product_allows() {
  constexpr std::size_t n = 512;
  const Pin pin;
  std::vector<float> a(n * n, 0.5F), b(n * n, 0.25F), c(n * n);
  double best = 0;
  for (int round = 0; round < 20; ++round) {
    const auto before = std::chrono::steady_clock::now();
    multiply(DenseProduct<float>{.rows = n,
                                 .columns = n,
                                 .inner = n,
                                 .a = a.data(),
                                 .a_stride = n,
                                 .b = b.data(),
                                 .b_stride = n,
                                 .c = c.data(),
                                 .c_stride = n});
    const double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before).count();
    best = std::max(best, 2.0 * n * n * n / ns);
  }
  return best;
}

namespace {

struct NeuralBench {
  const char* name;
  const char* shape;
  std::vector<std::string> layers;
  double weights_used;  ///< multiplications of one state on its way forward
  double first_used;    ///< in the first layer
};

std::vector<NeuralBench> neural_benches(bool quick) {
  if (quick) return {{"196-128-1", "196", {"dense 128", "swish", "dense 1"}, 196 * 128 + 128, 196 * 128}};
  return {{"784-500-500-1",
           "784",
           {"dense 500", "swish", "dense 500", "swish", "dense 1"},
           784 * 500 + 500 * 500 + 500,
           784 * 500},
          {"conv 32-64-64",
           "28x28",
           {"conv 32 3x3 stride 2 padding 1", "swish", "conv 64 3x3 stride 2 padding 1", "swish",
            "conv 64 3x3 stride 2 padding 1", "swish", "dense 1"},
           196 * 32 * 9 + 49 * 64 * 288 + 16 * 64 * 576 + 1024,
           196 * 32 * 9}};
}

template <class Real>
void add_neural_cases(std::vector<BenchCase>& cases, const NeuralBench& bench, const char* layout, int threads,
                      double limit) {
  std::vector<LayerSpec> layers;
  for (const std::string& text : bench.layers) layers.push_back(parse_layer(text));
  const NeuralNet net(parse_shape(bench.shape), layers, {.kappa = 0.1});
  const auto energy = std::make_shared<const NeuralEnergy<Real>>(net, net.initial(Key(1)));
  std::vector<Real> x(neural_batch * net.units());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<Real>(i));
  BenchCase c;
  c.system = bench.name;
  c.layout = layout;
  c.size = net.parameters();
  c.replicas = neural_batch;
  c.threads = threads;
  c.limit = limit * threads;
  c.unit = "GFLOP/s";
  for (const bool of_states : {true, false}) {
    c.move = of_states ? "forces" : "gradients";
    const double worth =
        2 * neural_batch * (of_states ? 2 * bench.weights_used : 3 * bench.weights_used - bench.first_used);
    c.work = [energy, x, of_states, worth](std::uint32_t count) {
      std::vector<double> e(neural_batch);
      const std::vector<double> share(neural_batch, 1.0 / neural_batch);
      std::vector<Real> out(of_states ? x.size() : energy->parameters());
      for (std::uint32_t k = 0; k < count; ++k)
        of_states ? energy->energy_and_gradient(x, e, out) : energy->add_gradient(x, share, e, out);
      return worth * count;
    };
    cases.push_back(c);
  }
}

}  // namespace

std::vector<BenchCase> bench_neural(bool quick) {
  const double limit = large_product_allows();
  std::vector<BenchCase> cases;
  for (const NeuralBench& bench : neural_benches(quick)) {
    add_neural_cases<double>(cases, bench, "plain loops in double", 1, unknown);
    for (const int threads : {1, 2}) add_neural_cases<float>(cases, bench, "oneDNN in float", threads, limit);
  }
  return cases;
}

}  // namespace gibbsite
