/// What objectives by chains share: sums of energies, and the one whose chains have weights.
#pragma once

#include "estimators/learning/energies/energy_objective.hpp"

namespace gibbsite {

/// Adds the gradient of sum_r weight_r E_r + l2 <(E - E_fixed)^2>, E_fixed the part that no parameter moves, and
/// returns the first sum.
template <class Real>
double add_energies(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const double> weight, double l2,
                    std::span<Real> gradient) {
  const std::size_t n = weight.size();
  std::vector<double> e(n), ebar(weight.begin(), weight.end());
  NeuralPass<Real> pass{.states = n, .x = {x}, .e = e, .ebar = ebar, .gradient = gradient};
  std::vector<double> fixed(l2 > 0 ? n : 0);
  if (l2 > 0) {
    energy.fixed_part(x, fixed);
    pass.adjoint = [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) ebar[r] += 2 * l2 * (e[r] - fixed[r]) / static_cast<double>(n);
    };
  }
  energy.run(pass);
  double sum = 0;
  for (std::size_t r = 0; r < n; ++r) sum += weight[r] * e[r];
  return sum;
}

inline std::vector<double> even_weights(std::size_t n, double sum) {
  return std::vector<double>(n, sum / static_cast<double>(n));
}

/// Likelihood by chains with the weights of Jarzynski's equality (ChainRule::weighted).
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_weighted_objective(ChainObjectiveOptions options,
                                                               const IndependentNormals& start, Key key);

}  // namespace gibbsite
