/// The energy of a net at its parameters, for batches of states: float where states are moved and learned from, double
/// for tests and small problems.
///
/// Everything is one pass of jets forward and, where gradients are wanted, back (jets.hpp). A batch is cut in tiles of
/// up to 64 states, whose sizes depend on the batch alone; a thread works on a tile at a time, and what tiles say of
/// the parameters is added in their order: the same bits for any number of threads. Cost of a dense layer of n to m, a
/// state and a coefficient: 2 n m operations forward, as many for the gradient in x, and in the parameters.
#pragma once

#include <memory>

#include "physics/neural/jet_energy.hpp"
#include "physics/neural/neural_net.hpp"

namespace gibbsite {

template <class Real>
class NeuralEnergy final : public JetEnergy<Real> {
 public:
  static constexpr std::size_t tile = 64;  ///< states

  /// theta: net.parameters() numbers. Throws std::invalid_argument for another size, std::runtime_error where oneDNN,
  /// by which products in single precision are made, is not there.
  NeuralEnergy(NeuralNet net, std::span<const double> theta);
  ~NeuralEnergy() override;
  NeuralEnergy(NeuralEnergy&&) noexcept;
  NeuralEnergy& operator=(NeuralEnergy&&) noexcept;

  const NeuralNet& net() const noexcept;
  std::size_t units() const noexcept override { return net().units(); }
  std::size_t parameters() const noexcept override { return net().parameters(); }
  void set_parameters(std::span<const double> theta) override;
  std::span<const Real> theta() const noexcept;
  void run(const NeuralPass<Real>& pass) const override;
  std::string kinks() const override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gibbsite
