/// A net of layers at its parameters, with as many outputs f(x) as its last layer leaves, for batches of states: float
/// where states are moved and learned from, double for tests and small problems.
///
/// Everything is one pass of jets forward and, where gradients are wanted, back (jets.hpp, pass.hpp): values, [state]
/// [output], from one coefficient; with two, derivatives along a direction too, and the way back then gives the second
/// derivatives that learning through a gradient needs. A batch is cut in tiles of up to 64 states, whose sizes depend
/// on the batch alone; a thread works on a tile at a time, and what tiles say of the parameters is added in their
/// order: the same bits for any number of threads. Cost of a dense layer of n to m, a state and a coefficient: 2 n m
/// operations forward, as many for the gradient in x, and in the parameters.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "physics/neural/neural_net.hpp"
#include "physics/neural/pass.hpp"

namespace gibbsite {

template <class Real>
class NetValues {
 public:
  static constexpr std::size_t tile = 64;  ///< states

  /// theta: net.parameters() numbers. Throws std::invalid_argument for another size, std::runtime_error where oneDNN,
  /// by which products in single precision are made, is not there.
  NetValues(NeuralNet net, std::span<const double> theta);
  ~NetValues();
  NetValues(NetValues&&) noexcept;
  NetValues& operator=(NetValues&&) noexcept;

  const NeuralNet& net() const noexcept;
  std::size_t units() const noexcept { return net().units(); }
  std::size_t outputs() const noexcept { return net().outputs(); }
  std::size_t parameters() const noexcept { return net().parameters(); }
  /// Throws std::invalid_argument for another length.
  void set_parameters(std::span<const double> theta);
  std::span<const Real> theta() const noexcept;
  /// What has second derivatives at points alone, in words ("\"relu\" (layer_1)"); "" where they say all.
  std::string kinks() const;

  /// pass.e, ebar: [coefficient][state][output].
  void run(const NeuralPass<Real>& pass) const;
  /// f, [state][output]. x: [state][number].
  std::vector<double> values(std::span<const Real> x) const;
  /// Adds sum over states and outputs of fbar df/dtheta to `gradient`, and writes fbar df/dx to xbar, each where there
  /// is room. fbar: dL/df, [state][output].
  void add_gradient(std::span<const Real> x, std::span<const double> fbar, std::span<Real> gradient,
                    std::span<Real> xbar = {}) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gibbsite
