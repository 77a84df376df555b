#include "studies/bench_rbm.hpp"

#include <omp.h>

#include <Eigen/Dense>
#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>

#include "physics/chance.hpp"
#include "samplers/annealing.hpp"
#include "samplers/simd/table_kernels.hpp"
#include "samplers/table_network.hpp"
#include "studies/pin.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t visible = 784, hidden = 500;
constexpr std::size_t temperatures = 14500;

std::shared_ptr<const Network> machine() {
  Chance chance(Stream(Key(1), Purpose::start, 0, 0));
  std::vector<Layer> layers = {{.units = visible}, {.units = hidden}};
  for (Layer& layer : layers)
    for (std::size_t u = 0; u < layer.units; ++u) layer.bias.push_back(0.5 * chance.normal() - 1);
  Eigen::MatrixXd weights(visible, hidden);
  for (double& w : weights.reshaped()) w = 0.05 * chance.normal();
  return std::make_shared<const Network>(std::move(layers), std::vector{weights});
}

/// The same sweep as two products and a loop over units.
class PlainRbm {
 public:
  PlainRbm(const Network& network, Eigen::Index chains)
      : weights_(network.weights()[0].cast<float>()), v_(Matrix::Zero(chains, visible)), h_(chains, hidden) {
    for (const Layer& layer : network.layers())
      bias_.push_back(
          Eigen::Map<const Eigen::VectorXd>(layer.bias.data(), static_cast<Eigen::Index>(layer.units)).cast<float>());
  }
  void sweep() {
    field_.noalias() = v_ * weights_;
    draw(bias_[1], h_);
    field_.noalias() = h_ * weights_.transpose();
    draw(bias_[0], v_);
    ++time_;
  }

 private:
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  void draw(const Eigen::RowVectorXf& bias, Matrix& x) {
#pragma omp parallel for schedule(static)
    for (Eigen::Index r = 0; r < x.rows(); ++r) {
      Stream stream(Key(1), Purpose::sweep, time_, static_cast<std::uint64_t>(r));
      for (Eigen::Index u = 0; u < x.cols(); ++u) {
        const float p = 1 / (1 + std::exp(-(field_(r, u) + bias[u])));
        x(r, u) = static_cast<float>(stream.next32()) < p * 0x1p32F ? 1.0F : 0.0F;
      }
    }
  }

  Matrix weights_, v_, h_, field_;
  std::vector<Eigen::RowVectorXf> bias_;
  std::uint64_t time_ = 0;
};

struct Case {
  RbmTiming timing;
  std::function<void()> step;
  double worth = 1;  // of a step: what is divided by seconds, or multiplied if less is better
  std::size_t count = 0;
  std::vector<double> seconds_per_step = {};

  void measure(double seconds) {
    omp_set_num_threads(timing.threads);
    const std::optional<Pin> pin = timing.threads == 1 ? std::optional<Pin>(std::in_place) : std::nullopt;
    if (count == 0) {
      count = 1;
      for (double took = timed(); took < seconds / 4; took = timed()) count *= 2;
    }
    seconds_per_step.push_back(timed() / static_cast<double>(count));
  }
  double timed() {
    const auto before = std::chrono::steady_clock::now();
    for (std::size_t k = 0; k < count; ++k) step();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  }
  void finish() {
    std::sort(seconds_per_step.begin(), seconds_per_step.end());
    const double best = seconds_per_step.front(), median = seconds_per_step[seconds_per_step.size() / 2];
    const bool rate = timing.unit != "s";
    timing.best = rate ? worth / best : worth * best;
    timing.median = rate ? worth / median : worth * median;
  }
};

Case gibbs(const std::shared_ptr<const Network>& network, const Reference& reference, std::size_t chains, int threads,
           const simd::Kernels* kernels) {
  Case c{{"block-gibbs", "plain", "GFLOP/s", network->units(), chains, threads}, {}, 4e-9 * visible * hidden};
  c.worth *= static_cast<double>(chains);
  if (kernels == nullptr) {
    c.step = [rbm = std::make_shared<PlainRbm>(*network, static_cast<Eigen::Index>(chains))] { rbm->sweep(); };
    return c;
  }
  const std::shared_ptr<Ensemble> ensemble =
      make_table_network_ensemble(network, reference, Key(1), chains, 0, *kernels);
  c.timing.layout = ensemble->layout().name;
  c.step = [ensemble, chains, time = std::uint64_t{0}]() mutable {
    std::vector<Tally> tally(chains);
    ensemble->sweep(std::vector(chains, Setting{1}), {.time = time++}, tally);
  };
  return c;
}

Case annealing(const std::shared_ptr<const Network>& network, const Reference& reference, std::size_t chains,
               int threads, const simd::Kernels& kernels) {
  const std::shared_ptr<Ensemble> ensemble =
      make_table_network_ensemble(network, reference, Key(1), chains, 0, kernels);
  Case c{{"annealing", ensemble->layout().name, "s", network->units(), chains, threads}, {}, temperatures};
  c.step = [ensemble, method = std::shared_ptr<Annealing>()]() mutable {
    if (!method || method->done()) {
      const std::vector<double> target = {1.0};
      method = std::make_shared<Annealing>(
          *ensemble,
          AnnealingOptions{.report = target, .schedule = linear_schedule(target, temperatures), .reverse = false});
    }
    method->advance();
  };
  return c;
}

}  // namespace

std::vector<RbmTiming> bench_rbm(double seconds, int rounds, bool quick) {
  const int before = omp_get_max_threads();
  const auto network = machine();
  const Reference reference = Reference::base_rates(network->layers()[0], std::vector<double>(visible, 0.2), {}, 60000);
  std::vector<Case> cases;
  const std::vector<const simd::Kernels*> kernels = simd::kernels();
  for (const std::size_t chains : quick ? std::vector<std::size_t>{100} : std::vector<std::size_t>{100, 1000})
    for (const int threads : {1, 2}) {
      cases.push_back(gibbs(network, reference, chains, threads, nullptr));
      for (const simd::Kernels* k : kernels) cases.push_back(gibbs(network, reference, chains, threads, k));
    }
  for (const int threads : {1, 2})
    for (const simd::Kernels* k : kernels) cases.push_back(annealing(network, reference, 100, threads, *k));
  for (int round = 0; round < rounds; ++round)
    for (Case& c : cases) c.measure(seconds);
  omp_set_num_threads(before);
  std::vector<RbmTiming> timings;
  for (Case& c : cases) {
    c.finish();
    timings.push_back(c.timing);
    const RbmTiming& first = *std::find_if(timings.begin(), timings.end(), [&](const RbmTiming& t) {
      return t.name == c.timing.name && t.chains == c.timing.chains;
    });
    timings.back().ratio = c.timing.unit == "s" ? first.median / c.timing.median : c.timing.median / first.median;
  }
  return timings;
}

}  // namespace gibbsite
