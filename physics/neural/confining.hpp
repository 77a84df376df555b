/// The quadratic term of a neural energy, sum_i c_i (x_i - m_i)^2 / 2 (c_i = kappa, m_i = 0; or c_i = 1 / s_i^2), and
/// its jets:  e_k += sum_{i + j = k} c u_i u_j / 2  with  u_0 = x - m, u_1 = v, u_2 = w.
#pragma once

#include <vector>

#include "physics/neural/neural_net.hpp"
#include "physics/neural/pass.hpp"

namespace gibbsite {

template <class Real>
class Confining {
 public:
  Confining(const Confinement& of, std::size_t units);
  /// To pass.e of states begin ... end - 1.
  void add(double kappa, const NeuralPass<Real>& pass, std::size_t begin, std::size_t end) const;
  /// What pass.ebar of those states adds to pass.xbar; returns dL/dkappa where kappa is learned.
  double reverse(double kappa, const NeuralPass<Real>& pass, std::size_t begin, std::size_t end) const;

 private:
  const Real* jet(const NeuralPass<Real>& pass, std::size_t k, std::size_t state) const {
    return pass.x[k].empty() ? nullptr : pass.x[k].data() + state * units_;
  }
  double product(const Real* a, bool shift_a, const Real* b, bool shift_b) const;
  bool learned_;
  std::size_t units_;
  std::vector<Real> mean_, stiffness_;
};

}  // namespace gibbsite
