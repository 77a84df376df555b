#include <omp.h>

#include <array>
#include <cmath>

#include "physics/matrices/eigen.hpp"
#include "physics/random_network.hpp"
#include "physics/reference.hpp"
#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/ensembles/table_network.hpp"
#include "samplers/methods/annealing.hpp"
#include "samplers/simd/networks/table_kernels.hpp"
#include "studies/bench/bench_case.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t visible = 784, hidden = 500, temperatures = 14500;

/// One machine, in any layout.
class Machine {
 public:
  Machine() {
    network_ =
        std::make_shared<const Network>(random_network(UnitKind::binary, std::array{visible, hidden}, {1, 0, 1}));
    reference_ = Reference::base_rates(network_->layers()[0], std::vector<double>(visible, 0.2), {}, 60000);
  }
  const Network& network() const { return *network_; }
  /// kernels: null for the plain layout.
  std::shared_ptr<Ensemble> ensemble(std::size_t chains, const simd::Kernels* kernels) const {
    if (kernels == nullptr) return make_network_ensemble(network_, reference_, Key(1), chains);
    return make_table_network_ensemble(network_, reference_, Key(1), chains, *kernels);
  }

 private:
  std::shared_ptr<const Network> network_;
  Reference reference_;
};

/// Block Gibbs as people write it: two products in single precision, and a loop over units.
class Loops {
 public:
  Loops(const Network& network, std::size_t chains)
      : weights_(eigen(network.weights()[0]).cast<float>()),
        x_{Floats::Zero(static_cast<Eigen::Index>(chains), visible), Floats(chains, hidden)} {
    for (const Layer& layer : network.layers()) bias_.push_back(eigen(layer.bias).cast<float>());
  }
  void sweep() {
    field_.noalias() = x_[0] * weights_;
    draw(1);
    field_.noalias() = x_[1] * weights_.transpose();
    draw(0);
    ++time_;
  }

 private:
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  void draw(std::size_t layer) {
    Floats& x = x_[layer];
    for (Eigen::Index r = 0; r < x.rows(); ++r) {
      Stream stream(Key(1), Purpose::sweep, time_, static_cast<std::uint64_t>(r));
      for (Eigen::Index u = 0; u < x.cols(); ++u) {
        const float p = 1 / (1 + std::exp(-(field_(r, u) + bias_[layer][u])));
        x(r, u) = static_cast<float>(stream.next32()) < p * 0x1p32F ? 1.0F : 0.0F;
      }
    }
  }

  Floats weights_, x_[2], field_;
  std::vector<Eigen::RowVectorXf> bias_;
  std::uint64_t time_ = 0;
};

BenchCase rbm_case(const std::string& move, const std::string& unit, const Ensemble& ensemble, int threads) {
  BenchCase c;
  c.move = move;
  c.layout = ensemble.layout().name;
  c.size = ensemble.layout().units;
  c.replicas = ensemble.layout().replicas;
  c.threads = threads;
  c.unit = unit;
  return c;
}

BenchCase gibbs(const std::shared_ptr<Ensemble>& ensemble, int threads) {
  BenchCase c = rbm_case("block-gibbs", "GFLOP/s", *ensemble, threads);
  const double operations = 4.0 * visible * hidden * static_cast<double>(c.replicas);
  c.work = [operations, sweeps = sweeps_of(ensemble, std::vector(c.replicas, Setting{1}))](std::uint32_t count) {
    sweeps(count);
    return operations * count;
  };
  return c;
}
BenchCase loops(const Machine& machine, const Ensemble& ensemble) {
  BenchCase c = rbm_case("block-gibbs", "GFLOP/s", ensemble, 1);
  c.layout = "products in float, loops";
  const double operations = 4.0 * visible * hidden * static_cast<double>(c.replicas);
  c.work = [operations, work = std::make_shared<Loops>(machine.network(), c.replicas)](std::uint32_t count) {
    for (std::uint32_t k = 0; k < count; ++k) work->sweep();
    return operations * count;
  };
  return c;
}

BenchCase annealing(const std::shared_ptr<Ensemble>& ensemble, int threads) {
  BenchCase c = rbm_case("annealing", "s", *ensemble, threads);
  c.work = [ensemble, method = std::shared_ptr<Annealing>()](std::uint32_t count) mutable {
    for (std::uint32_t k = 0; k < count; ++k) {
      if (!method || method->done()) {
        const std::vector<double> target = {1.0};
        method = std::make_shared<Annealing>(
            *ensemble,
            AnnealingOptions{.report = target, .schedule = linear_schedule(target, temperatures), .reverse = false});
      }
      method->advance();
    }
    return 1e9 * count / temperatures;
  };
  return c;
}

}  // namespace

std::vector<BenchCase> bench_rbm(bool quick) {
  const int before = omp_get_max_threads();
  const Machine machine;
  std::vector<const simd::Kernels*> layouts = simd::kernels();  // the fastest first
  if (quick && layouts.size() > 2) layouts.resize(2);
  layouts.insert(layouts.begin(), nullptr);
  std::vector<BenchCase> cases;
  const auto add = [&](auto make, std::size_t chains) {
    for (const int threads : {1, 2})
      for (std::size_t k = 0; k < (threads == 1 ? layouts.size() : std::min<std::size_t>(layouts.size(), 2)); ++k) {
        omp_set_num_threads(threads);
        cases.push_back(make(machine.ensemble(chains, layouts[k]), threads));
      }
  };
  for (const std::size_t chains : quick ? std::vector<std::size_t>{100} : std::vector<std::size_t>{16, 100, 1000}) {
    cases.push_back(loops(machine, *machine.ensemble(chains, nullptr)));
    add(gibbs, chains);
  }
  add(annealing, 100);
  omp_set_num_threads(before);
  return cases;
}

}  // namespace gibbsite
