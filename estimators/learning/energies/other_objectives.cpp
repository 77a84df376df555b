// Likelihood by a grid, and noise contrast.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/energies/normal_numbers.hpp"
#include "estimators/log_sum_exp.hpp"
#include "physics/matrices/cholesky.hpp"

namespace gibbsite {
namespace {

template <class Real>
class GridObjective final : public EnergyObjective<Real> {
 public:
  GridObjective(const std::vector<double>& low, const std::vector<double>& high, std::size_t points) {
    const std::size_t d = low.size();
    if (d == 0 || d > 2 || high.size() != d)
      throw std::invalid_argument("a grid sums ln Z in one or two dimensions alone; take chains or score matching");
    std::size_t all = 1;
    for (std::size_t i = 0; i < d; ++i) all *= points;
    grid_.resize(all * d);
    for (std::size_t k = 0; k < all; ++k)
      for (std::size_t i = 0, at = k; i < d; ++i, at /= points)
        grid_[k * d + i] = static_cast<Real>(low[i] + (high[i] - low[i]) * (static_cast<double>(at % points) + 0.5) /
                                                          static_cast<double>(points));
    for (std::size_t i = 0; i < d; ++i) log_cell_ += std::log((high[i] - low[i]) / static_cast<double>(points));
    log_p_.resize(all);
  }

  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t, std::span<Real> gradient) override {
    const std::size_t n = batch.size() / energy.units();
    if (!summed_) log_z_ = sum(energy);
    summed_ = false;
    for (double& e : log_p_) e = -std::exp(-e + log_cell_ - log_z_);  // minus the weight of each point
    std::vector<double> e(log_p_.size());
    energy.add_gradient(grid_, log_p_, e, gradient);
    const std::vector<double> weight(n, 1 / static_cast<double>(n));
    e.resize(n);
    energy.add_gradient(batch, weight, e, gradient);
    double value = log_z_;
    for (const double one : e) value += one / static_cast<double>(n);
    return value;
  }
  void moved(const JetEnergy<Real>& energy) override {
    log_z_ = sum(energy);
    summed_ = true;
  }
  Estimate log_z(std::span<const double>) const override { return {.value = log_z_}; }
  Snapshot save() const override {
    Snapshot snapshot;
    snapshot.numbers["grid_log_z"] = {log_z_};
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    log_z_ = snapshot.numbers.at("grid_log_z").at(0);
    summed_ = false;
  }

 private:
  double sum(const JetEnergy<Real>& energy) {
    energy.energy(grid_, log_p_);
    std::vector<double> log_weight(log_p_.size());
    for (std::size_t k = 0; k < log_p_.size(); ++k) log_weight[k] = log_cell_ - log_p_[k];
    return log_sum_exp(log_weight);
  }

  std::vector<Real> grid_;
  std::vector<double> log_p_;  // energies of the points, then their weights
  bool summed_ = false;        // whether log_p_ and log_z_ are of the present parameters
  double log_cell_ = 0, log_z_ = unknown;
};

/// A gaussian with correlations, to draw from and to weigh by.
class Noise {
 public:
  Noise(std::vector<double> mean, std::vector<double> covariance)
      : mean_(std::move(mean)), lower_(std::move(covariance)) {
    const std::size_t d = mean_.size();
    log_norm_ = -0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi);
    if (!to_cholesky_factor(lower_, d))
      throw std::invalid_argument("the covariance of the noise is not positive definite");
    for (std::size_t i = 0; i < d; ++i) log_norm_ -= std::log(lower_[i * d + i]);
  }
  std::size_t units() const noexcept { return mean_.size(); }
  /// Normal numbers, in place, as a point.
  template <class Real>
  void colour(Real* x) const {
    const std::size_t d = units();
    for (std::size_t i = d; i-- > 0;) {
      double sum = mean_[i];
      for (std::size_t k = 0; k <= i; ++k) sum += lower_[i * d + k] * static_cast<double>(x[k]);
      x[i] = static_cast<Real>(sum);
    }
  }
  template <class Real>
  double log_density(const Real* x) const {
    const std::size_t d = units();
    std::vector<double> y(d);
    double out = log_norm_;
    for (std::size_t i = 0; i < d; ++i) {
      double sum = static_cast<double>(x[i]) - mean_[i];
      for (std::size_t k = 0; k < i; ++k) sum -= lower_[i * d + k] * y[k];
      y[i] = sum / lower_[i * d + i];
      out -= y[i] * y[i] / 2;
    }
    return out;
  }

 private:
  std::vector<double> mean_, lower_;  // of the covariance C C', row by row
  double log_norm_ = 0;
};

/// The value is minus Gutmann & Hyvarinen's J, with G = -E - c - ln p_noise - ln nu.
template <class Real>
class NoiseObjective final : public EnergyObjective<Real> {
 public:
  NoiseObjective(Noise noise, std::size_t nu, Key key) : noise_(std::move(noise)), nu_(nu), key_(key) {
    if (nu == 0) throw std::invalid_argument("noise contrast needs a point of noise to each datum");
  }
  std::size_t extra_parameters() const override { return 1; }
  std::vector<double> first_extra(const JetEnergy<Real>& energy) const override {
    constexpr std::size_t points = 4096;
    constexpr std::uint64_t beginning = std::uint64_t{1} << 50;
    const std::size_t d = energy.units();
    std::vector<Real> x = normal_numbers<Real>(key_, beginning, points, d);
    std::vector<double> log_weight(points);
    for (std::size_t k = 0; k < points; ++k) noise_.colour(x.data() + k * d);
    energy.energy(x, log_weight);
    for (std::size_t k = 0; k < points; ++k) log_weight[k] = -log_weight[k] - noise_.log_density(x.data() + k * d);
    return {log_sum_exp(log_weight) - std::log(static_cast<double>(points))};
  }
  Estimate log_z(std::span<const double> extra) const override { return {.value = extra[0]}; }

  double add_gradient(const JetEnergy<Real>& energy, std::span<const double> extra, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const std::size_t d = energy.units(), n = batch.size() / d;
    std::vector<Real> points = normal_numbers<Real>(key_, update, n * nu_, d);
#pragma omp parallel for schedule(static) if (n * nu_ * d * d > 1'000'000)
    for (std::size_t k = 0; k < n * nu_; ++k) noise_.colour(points.data() + k * d);
    double value = 0, slope = 0;
    const auto add = [&](std::span<const Real> x, double sign) {
      const std::size_t states = x.size() / d;
      std::vector<double> e(states), ebar(states, 0), part(states);
      energy.run({.states = states,
                  .x = {x},
                  .e = e,
                  .ebar = ebar,
                  .adjoint =
                      [&](std::size_t begin, std::size_t end) {
                        for (std::size_t r = begin; r < end; ++r) {
                          const double g = sign * (-e[r] - extra[0] - noise_.log_density(x.data() + r * d) -
                                                   std::log(static_cast<double>(nu_)));
                          part[r] = (std::max(-g, 0.0) + std::log1p(std::exp(-std::abs(g)))) / static_cast<double>(n);
                          ebar[r] = sign / (1 + std::exp(g)) / static_cast<double>(n);
                        }
                      },
                  .gradient = gradient.first(energy.parameters())});
      for (std::size_t r = 0; r < states; ++r) value += part[r], slope += ebar[r];
    };
    add(batch, 1);
    add(points, -1);
    gradient[energy.parameters()] += static_cast<Real>(slope);
    return value;
  }

 private:
  Noise noise_;
  std::size_t nu_;
  Key key_;
};

}  // namespace

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_grid_objective(std::vector<double> low, std::vector<double> high,
                                                           std::size_t points) {
  return std::make_unique<GridObjective<Real>>(low, high, points);
}
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_noise_objective(std::vector<double> mean, std::vector<double> covariance,
                                                            std::size_t nu, Key key) {
  return std::make_unique<NoiseObjective<Real>>(Noise(std::move(mean), std::move(covariance)), nu, key);
}

#define GIBBSITE_OTHER_OBJECTIVES(Real)                                                                          \
  template std::unique_ptr<EnergyObjective<Real>> make_grid_objective(std::vector<double>, std::vector<double>,  \
                                                                      std::size_t);                              \
  template std::unique_ptr<EnergyObjective<Real>> make_noise_objective(std::vector<double>, std::vector<double>, \
                                                                       std::size_t, Key);
GIBBSITE_OTHER_OBJECTIVES(float)
GIBBSITE_OTHER_OBJECTIVES(double)
#undef GIBBSITE_OTHER_OBJECTIVES

}  // namespace gibbsite
