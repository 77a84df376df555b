/// The energy of a net at its parameters, for batches of states: the one output of a net of layers (net_values.hpp),
/// and what confines states.
#pragma once

#include "physics/neural/confining.hpp"
#include "physics/neural/jet_energy.hpp"
#include "physics/neural/net_values.hpp"

namespace gibbsite {

template <class Real>
class NeuralEnergy final : public JetEnergy<Real> {
 public:
  static constexpr std::size_t tile = NetValues<Real>::tile;  ///< states

  /// net: of one output. Throws as NetValues.
  NeuralEnergy(NeuralNet net, std::span<const double> theta)
      : confining_(net.confinement(), net.units()), values_(std::move(net), theta) {
    assert(values_.outputs() == 1);
  }

  const NeuralNet& net() const noexcept { return values_.net(); }
  std::size_t units() const noexcept override { return values_.units(); }
  std::size_t parameters() const noexcept override { return values_.parameters(); }
  void set_parameters(std::span<const double> theta) override { values_.set_parameters(theta); }
  std::span<const Real> theta() const noexcept { return values_.theta(); }
  void run(const NeuralPass<Real>& pass) const override { values_.run(pass); }
  std::string kinks() const override { return values_.kinks(); }
  /// What confines states, unless kappa is learned.
  void fixed_part(std::span<const Real> x, std::span<double> e) const override {
    std::fill(e.begin(), e.end(), 0.0);
    const Confinement& confinement = net().confinement();
    if (!confinement.learned) confining_.add(confinement.kappa, {.states = e.size(), .x = {x}, .e = e}, 0, e.size());
  }

 private:
  Confining<Real> confining_;
  NetValues<Real> values_;
};

}  // namespace gibbsite
