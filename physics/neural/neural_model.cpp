#include "physics/neural/neural_model.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace gibbsite {

template <class Real>
NeuralModel<Real>::NeuralModel(std::shared_ptr<const NeuralEnergy<Real>> energy)
    : ContinuousEnergy(energy->units()), energy_(std::move(energy)) {}

template <class Real>
void NeuralModel<Real>::evaluate(std::span<const double> x, std::span<double> energy,
                                 std::span<double> gradient) const {
  assert(x.size() == energy.size() * units());
  const std::vector<Real> rounded(x.begin(), x.end());
  if (gradient.empty()) {
    energy_->energy(rounded, energy);
  } else {
    std::vector<Real> slope(x.size());
    energy_->energy_and_gradient(rounded, energy, slope);
    std::copy(slope.begin(), slope.end(), gradient.begin());
  }
  for (double& e : energy)
    if (std::isnan(e)) e = std::numeric_limits<double>::infinity();
}

template <class Real>
void NeuralModel<Real>::set_ordered(std::span<double> x) const {
  const std::vector<double>& mean = energy_->net().confinement().mean;
  if (mean.empty())
    std::fill(x.begin(), x.end(), 0.0);
  else
    std::copy(mean.begin(), mean.end(), x.begin());
}

template <class Real>
ContinuousEnergy::Extent NeuralModel<Real>::extent() const noexcept {
  const Confinement& c = energy_->net().confinement();
  const double kappa = c.learned ? static_cast<double>(energy_->theta().back()) : c.kappa;
  if (c.mean.empty()) return {0, kappa > 0 ? 1 / std::sqrt(kappa) : 1};
  double mean = 0, variance = 0;
  for (const double m : c.mean) mean += m / static_cast<double>(units());
  for (const double s : c.deviation) variance += s * s / static_cast<double>(units());
  return {mean, std::sqrt(variance)};
}

template class NeuralModel<float>;
template class NeuralModel<double>;

bool in_double_precision(const NeuralNet& net) noexcept {
  constexpr std::size_t few = 4096;  // parameters
  return net.parameters() <= few;
}

std::shared_ptr<const ContinuousEnergy> make_neural_model(const NeuralNet& net, std::span<const double> theta) {
  if (net.confinement().deviation.empty() && !(net.confinement().kappa > 0))
    throw std::invalid_argument("a net that nothing confines has no partition function; give kappa above 0");
  if (in_double_precision(net))
    return std::make_shared<const NeuralModel<double>>(std::make_shared<const NeuralEnergy<double>>(net, theta));
  return std::make_shared<const NeuralModel<float>>(std::make_shared<const NeuralEnergy<float>>(net, theta));
}

}  // namespace gibbsite
