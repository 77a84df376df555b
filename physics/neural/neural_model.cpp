#include "physics/neural/neural_model.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace gibbsite {

NeuralModel::NeuralModel(std::shared_ptr<const NeuralEnergy<float>> energy)
    : ContinuousEnergy(energy->units()), energy_(std::move(energy)) {}

void NeuralModel::evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const {
  assert(x.size() == energy.size() * units());
  const std::vector<float> rounded(x.begin(), x.end());
  if (gradient.empty()) {
    energy_->energy(rounded, energy);
  } else {
    std::vector<float> slope(x.size());
    energy_->energy_and_gradient(rounded, energy, slope);
    std::copy(slope.begin(), slope.end(), gradient.begin());
  }
  for (double& e : energy)
    if (std::isnan(e)) e = std::numeric_limits<double>::infinity();
}

void NeuralModel::set_ordered(std::span<double> x) const {
  const std::vector<double>& mean = energy_->net().confinement().mean;
  if (mean.empty())
    std::fill(x.begin(), x.end(), 0.0);
  else
    std::copy(mean.begin(), mean.end(), x.begin());
}

ContinuousEnergy::Extent NeuralModel::extent() const noexcept {
  const Confinement& c = energy_->net().confinement();
  const double kappa = c.learned ? static_cast<double>(energy_->theta().back()) : c.kappa;
  if (c.mean.empty()) return {0, kappa > 0 ? 1 / std::sqrt(kappa) : 1};
  double mean = 0, variance = 0;
  for (const double m : c.mean) mean += m / static_cast<double>(units());
  for (const double s : c.deviation) variance += s * s / static_cast<double>(units());
  return {mean, std::sqrt(variance)};
}

}  // namespace gibbsite
