/// An answer that is found by going down an energy, and learning through the way there:
///
///   y_{k+1} = y_k - alpha dE/dy (y_k),  k = 0 ... steps - 1.
///
/// Of dL/dy at the end, each step back is one jet along it: with v = ybar_{k+1}, e_1 = v . dE/dy,
///
///   ybar_k = v - alpha H v,   theta_bar -= alpha de_1/dtheta,   alpha_bar -= e_1,
///
/// exact to second order and with no more memory than the states y_k (Gladstone et al., arXiv:2507.02092; Belanger &
/// McCallum, ICML 2016). Cost: steps times 3 passes of one coefficient down, 6 back.
#pragma once

#include <span>
#include <vector>

#include "physics/neural/jet_energy.hpp"

namespace gibbsite {

/// The first `fixed` numbers of a state are a condition and stay.
struct Descent {
  std::size_t steps = 1, fixed = 0;
  double rate = 0.1;  ///< alpha
};

/// All states on the way, [step][state][number], steps + 1 of them; x: where it begins.
template <class Real>
std::vector<Real> descend(const JetEnergy<Real>& energy, const Descent& descent, std::span<const Real> x);

/// What the end depends on. way: of descend; end_bar: dL/dy at the end, [state][number], turned into dL/d(where it
/// began), of the fixed numbers too. gradient: dL/dtheta is added. Returns dL/dalpha.
template <class Real>
double descend_reverse(const JetEnergy<Real>& energy, const Descent& descent, std::span<const Real> way,
                       std::span<Real> end_bar, std::span<Real> gradient);

}  // namespace gibbsite
