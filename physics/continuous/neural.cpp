#include "physics/continuous/neural.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "physics/neural/neural_energy.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t small = 4096;  // parameters

template <class Real>
class NeuralContinuous final : public ContinuousEnergy {
 public:
  NeuralContinuous(const NeuralNet& net, std::span<const double> theta)
      : ContinuousEnergy(net.units()), energy_(net, theta) {}

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override {
    if constexpr (std::is_same_v<Real, double>) {
      ask(x, energy, gradient);
    } else {
      const std::vector<Real> states(x.begin(), x.end());
      std::vector<Real> slopes(gradient.size());
      ask(states, energy, slopes);
      std::copy(slopes.begin(), slopes.end(), gradient.begin());
    }
  }
  std::size_t batch() const noexcept override { return 64; }
  void set_ordered(std::span<double> x) const override { std::fill(x.begin(), x.end(), extent().mean); }
  Extent extent() const noexcept override {
    const Confinement& held = energy_.net().confinement();
    if (held.deviation.empty()) return {0, 1 / std::sqrt(held.kappa)};
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < units(); ++i) {
      mean += held.mean[i] / static_cast<double>(units());
      squares += held.deviation[i] * held.deviation[i] / static_cast<double>(units());
    }
    return {mean, std::sqrt(squares)};
  }

 private:
  void ask(std::span<const Real> x, std::span<double> energy, std::span<Real> gradient) const {
    if (gradient.empty())
      energy_.energy(x, energy);
    else
      energy_.energy_and_gradient(x, energy, gradient);
  }

  NeuralEnergy<Real> energy_;
};

}  // namespace

std::shared_ptr<const ContinuousEnergy> make_neural_energy(const NeuralNet& net, std::span<const double> theta) {
  const Confinement& held = net.confinement();
  if (held.deviation.empty() && !(held.kappa > 0))
    throw std::invalid_argument("a net that nothing confines has no partition function; give kappa above 0");
  if (net.parameters() <= small) return std::make_shared<const NeuralContinuous<double>>(net, theta);
  return std::make_shared<const NeuralContinuous<float>>(net, theta);
}

}  // namespace gibbsite
