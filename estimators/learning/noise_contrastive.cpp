#include <cmath>
#include <stdexcept>

#include "estimators/learning/flips.hpp"

namespace gibbsite {
namespace {

class NoiseContrastive final : public Objective {
 public:
  NoiseContrastive(std::shared_ptr<const ParametricMachine> machine, std::vector<double> mean, std::size_t nu, Key key)
      : machine_(std::move(machine)), mean_(std::move(mean)), nu_(nu), key_(key) {
    const UnitKind kind = machine_->visible().kind;
    if ((kind != UnitKind::binary && kind != UnitKind::spin) || machine_->visible().labels > 0)
      throw std::invalid_argument("noise-contrastive estimation is for units of two states");
    spin_ = kind == UnitKind::spin;
    for (const double m : mean_) {
      const double p = spin_ ? (1 + m) / 2 : m;
      one_.push_back(p);
    }
  }
  std::size_t extra_parameters() const override { return 1; }

  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t update,
                    std::span<double> out) override {
    const std::size_t n = batch.columns(), points = n * nu_;
    Matrix noise(batch.rows(), points);
    for (std::size_t k = 0; k < points; ++k) {
      Chance chance(Stream(key_, Purpose::sweep, update, k));
      for (std::size_t i = 0; i < noise.rows(); ++i) noise(i, k) = chance.uniform() < one_[i] ? 1 : spin_ ? -1 : 0;
    }
    const std::vector<double> data_weight(n, 1 / static_cast<double>(n)),
        noise_weight(points, static_cast<double>(nu_) / static_cast<double>(points));
    noise_contrastive(*machine_, theta, std::log(static_cast<double>(nu_)), batch, data_weight, log_noise(batch), noise,
                      noise_weight, log_noise(noise), out);
  }
  Estimate log_z(std::span<const double> theta) const override { return {.value = theta.back()}; }

 private:
  std::vector<double> log_noise(const Matrix& v) const {
    std::vector<double> out(v.columns(), 0);
    for (std::size_t n = 0; n < v.columns(); ++n)
      for (std::size_t i = 0; i < v.rows(); ++i) out[n] += std::log(v(i, n) == 1 ? one_[i] : 1 - one_[i]);
    return out;
  }

  std::shared_ptr<const ParametricMachine> machine_;
  std::vector<double> mean_, one_;
  std::size_t nu_;
  Key key_;
  bool spin_ = false;
};

}  // namespace

double noise_contrastive(const ParametricMachine& machine, std::span<const double> theta, double log_nu,
                         const Matrix& data, std::span<const double> data_weight,
                         std::span<const double> data_log_noise, const Matrix& noise,
                         std::span<const double> noise_weight, std::span<const double> noise_log_noise,
                         std::span<double> out) {
  const auto own = theta.first(machine.parameters());
  const double c = theta[machine.parameters()];
  double value = 0;
  // sign: +1 for data, of which sigma(G) should be 1, -1 for noise.
  const auto add = [&](const Matrix& v, std::span<const double> weight, std::span<const double> log_noise,
                       double sign) {
    std::vector<double> g = machine.log_weight(own, v);
    for (std::size_t n = 0; n < g.size(); ++n) {
      const double gap = sign * (g[n] - c - log_noise[n] - log_nu);
      value -= weight[n] * softplus(-gap);
      g[n] = sign * weight[n] * logistic(-gap);
      if (!out.empty()) out[machine.parameters()] -= g[n];
    }
    if (!out.empty()) machine.add_gradient(own, v, g, out.first(machine.parameters()));
  };
  add(data, data_weight, data_log_noise, 1);
  add(noise, noise_weight, noise_log_noise, -1);
  return value;
}

std::unique_ptr<Objective> make_noise_contrastive(std::shared_ptr<const ParametricMachine> machine,
                                                  std::vector<double> noise_mean, std::size_t nu, Key key) {
  return std::make_unique<NoiseContrastive>(std::move(machine), std::move(noise_mean), nu, key);
}

}  // namespace gibbsite
