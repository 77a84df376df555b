#include "estimators/learning/nets/net_objective.hpp"

#include <cassert>

namespace gibbsite {

template <class Real>
double add_mean_loss(const NetValues<Real>& net, std::span<const Real> x, const LossOfState& loss,
                     std::span<Real> gradient) {
  const std::size_t outputs = net.outputs(), states = x.size() / net.units();
  std::vector<double> f(states * outputs), fbar(states * outputs), values(states);
  NeuralPass<Real> pass{.states = states, .x = {x}, .e = f, .ebar = fbar, .gradient = gradient};
  pass.adjoint = [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const auto bar = std::span(fbar).subspan(r * outputs, outputs);
      values[r] = loss(r, std::span<const double>(f).subspan(r * outputs, outputs), bar);
      for (double& slope : bar) slope /= static_cast<double>(states);
    }
  };
  net.run(pass);
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(states);
}

template <class Real>
double add_batch_loss(const NetValues<Real>& net, std::span<const Real> x, const LossOfBatch& loss,
                      std::span<Real> gradient) {
  const std::vector<double> f = net.values(x);
  std::vector<double> fbar(f.size(), 0);
  const double value = loss(f, fbar);
  net.add_gradient(x, fbar, gradient);
  return value;
}

#define GIBBSITE_LOSSES(Real)                                                                                        \
  template double add_mean_loss(const NetValues<Real>&, std::span<const Real>, const LossOfState&, std::span<Real>); \
  template double add_batch_loss(const NetValues<Real>&, std::span<const Real>, const LossOfBatch&, std::span<Real>);
GIBBSITE_LOSSES(float)
GIBBSITE_LOSSES(double)
#undef GIBBSITE_LOSSES

}  // namespace gibbsite
