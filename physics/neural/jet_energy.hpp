/// An energy on R^d with parameters, as learning sees it: jets forward and back (jets.hpp), for a batch of states. All
/// rules of learning are written against this, whether a network of layers stands behind it (neural_energy.hpp) or a
/// formula of a few numbers (physics/continuous/families.hpp).
///
/// States stand one behind the other, [state][number] (columns of a Matrix stand so). What a state gives does not
/// depend on the others, and sums over states are made in an order that threads do not change.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "physics/neural/pass.hpp"

namespace gibbsite {

template <class Real>
class JetEnergy {
 public:
  virtual ~JetEnergy() = default;

  virtual std::size_t units() const noexcept = 0;       ///< numbers in a state
  virtual std::size_t parameters() const noexcept = 0;  ///< numbers in theta
  /// Throws std::invalid_argument for another length.
  virtual void set_parameters(std::span<const double> theta) = 0;
  virtual void run(const NeuralPass<Real>& pass) const = 0;
  /// What has second derivatives at points alone, in words ("\"relu\" (layer_1)"); "" where they say all.
  virtual std::string kinks() const { return ""; }

  /// What of E no parameter moves, such as a Gaussian that a net tilts. x: [state][number]; e: [state], written.
  virtual void fixed_part(std::span<const Real> x, std::span<double> e) const {
    (void)x;
    std::fill(e.begin(), e.end(), 0.0);
  }

  /// E of each state. x: [state][number]; e: [state].
  void energy(std::span<const Real> x, std::span<double> e) const { run({.states = e.size(), .x = {x}, .e = e}); }
  /// And grad E, [state][number].
  void energy_and_gradient(std::span<const Real> x, std::span<double> e, std::span<Real> gradient) const {
    assert(gradient.size() == x.size());
    std::vector<double> one(e.size(), 1);
    run({.states = e.size(), .x = {x}, .e = e, .ebar = one, .xbar = {gradient}});
  }
  /// E, v . grad E and v'Hv / 2. v: [state][number]; e: [3][state].
  void along(std::span<const Real> x, std::span<const Real> v, std::span<double> e) const {
    assert(v.size() == x.size());
    run({.states = e.size() / 3, .coefficients = 3, .x = {x, v}, .e = e});
  }
  /// H v, [state][number].
  void hessian_times(std::span<const Real> x, std::span<const Real> v, std::span<Real> out) const {
    assert(v.size() == x.size() && out.size() == x.size());
    const std::size_t states = x.size() / units();
    std::vector<double> e(2 * states), ebar(2 * states, 0);
    for (std::size_t r = 0; r < states; ++r) ebar[states + r] = 1;
    run({.states = states, .coefficients = 2, .x = {x, v}, .e = e, .ebar = ebar, .xbar = {out}});
  }
  /// Adds sum over states of weight dE/dtheta to `gradient`, and writes E. weight: [state].
  void add_gradient(std::span<const Real> x, std::span<const double> weight, std::span<double> e,
                    std::span<Real> gradient) const {
    assert(weight.size() == e.size() && gradient.size() == parameters());
    std::vector<double> ebar(weight.begin(), weight.end());
    run({.states = e.size(), .x = {x}, .e = e, .ebar = ebar, .gradient = gradient});
  }
  /// The sum over states of sum_i h_i d^2E/dx_i^2; adds `weight` times its gradient in theta, where there is room. h:
  /// [state][number], not below 0; empty: 1. By a jet along every unit vector, unless the energy knows a shorter way.
  virtual double add_curvatures(std::span<const Real> x, std::span<const Real> h, double weight,
                                std::span<Real> gradient) const {
    assert(h.empty() || h.size() == x.size());
    const std::size_t d = units(), states = x.size() / d;
    std::vector<double> e(3 * states), ebar(gradient.empty() ? 0 : 3 * states, 0);
    for (std::size_t r = 2 * states; r < ebar.size(); ++r) ebar[r] = 2 * weight;
    double sum = 0;
    for (std::size_t i = 0; i < d; ++i) {
      std::vector<Real> along(x.size(), 0);
      for (std::size_t k = i; k < x.size(); k += d) along[k] = h.empty() ? Real(1) : std::sqrt(h[k]);
      run({.states = states, .coefficients = 3, .x = {x, along}, .e = e, .ebar = ebar, .gradient = gradient});
      for (std::size_t r = 2 * states; r < 3 * states; ++r) sum += 2 * e[r];
    }
    return sum;
  }

 protected:
  JetEnergy() = default;
  JetEnergy(JetEnergy&&) noexcept = default;
  JetEnergy& operator=(JetEnergy&&) noexcept = default;
};

}  // namespace gibbsite
