/// The energy of a net at its parameters, for batches of states: float where states are moved and learned from, double
/// for tests and small problems. States stand one behind the other, [state][number] (columns of a Matrix stand so).
///
/// Everything is one pass of jets forward and, where gradients are wanted, back (jets.hpp). A batch is cut in tiles of
/// up to 64 states, whose sizes depend on the batch alone; a thread works on a tile at a time, and what tiles say of
/// the parameters is added in their order: the same bits for any number of threads. Cost of a dense layer of n to m, a
/// state and a coefficient: 2 n m operations forward, as many for the gradient in x, and in the parameters.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "physics/neural/neural_net.hpp"
#include "physics/neural/pass.hpp"

namespace gibbsite {

template <class Real>
class NeuralEnergy {
 public:
  static constexpr std::size_t tile = 64;  ///< states

  /// theta: net.parameters() numbers. Throws std::invalid_argument for another size, std::runtime_error where oneDNN,
  /// by which products in single precision are made, is not there.
  NeuralEnergy(NeuralNet net, std::span<const double> theta);
  ~NeuralEnergy();
  NeuralEnergy(NeuralEnergy&&) noexcept;
  NeuralEnergy& operator=(NeuralEnergy&&) noexcept;

  const NeuralNet& net() const noexcept;
  std::size_t units() const noexcept { return net().units(); }
  std::size_t parameters() const noexcept { return net().parameters(); }
  void set_parameters(std::span<const double> theta);
  std::span<const Real> theta() const noexcept;

  void run(const NeuralPass<Real>& pass) const;

  /// E of each state. x: [state][number]; e: [state].
  void energy(std::span<const Real> x, std::span<double> e) const;
  /// And grad E, [state][number].
  void energy_and_gradient(std::span<const Real> x, std::span<double> e, std::span<Real> gradient) const;
  /// E, v . grad E and v'Hv / 2. v: [state][number]; e: [3][state].
  void along(std::span<const Real> x, std::span<const Real> v, std::span<double> e) const;
  /// H v, [state][number].
  void hessian_times(std::span<const Real> x, std::span<const Real> v, std::span<Real> out) const;
  /// Adds sum over states of weight dE/dtheta to `gradient`, and writes E. weight: [state].
  void add_gradient(std::span<const Real> x, std::span<const double> weight, std::span<double> e,
                    std::span<Real> gradient) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gibbsite
