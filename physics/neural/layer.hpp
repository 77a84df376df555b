/// A layer of a neural energy: what it makes of jets (jets.hpp), and the way back. Immutable; its parameters are given
/// with every call, so that one object serves all threads. `float` where energies are moved, `double` for tests.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "physics/neural/jets.hpp"
#include "physics/neural/layer_spec.hpp"

namespace gibbsite {

/// Parameters that belong together, row by row, and the standard deviation they begin with.
struct NeuralPart {
  std::string name;  ///< "weight"
  std::vector<std::size_t> shape;
  std::size_t fan_in = 0, fan_out = 0;  ///< of weights; 0: a bias, which begins at 0
  std::size_t size() const noexcept {
    std::size_t n = 1;
    for (const std::size_t length : shape) n *= length;
    return n;
  }
};

template <class Real>
class NeuralLayer {
 public:
  virtual ~NeuralLayer() = default;
  NeuralLayer() = default;
  NeuralLayer(const NeuralLayer&) = delete;
  NeuralLayer& operator=(const NeuralLayer&) = delete;

  /// In the order in which they stand in theta.
  virtual std::vector<NeuralPart> parts() const { return {}; }
  /// Numbers that forward() keeps for reverse(), and room that both need.
  virtual std::size_t kept(std::size_t /*states*/, std::size_t /*coefficients*/) const { return 0; }
  /// Parameters once more, as forward() likes to read them: so many numbers, written when parameters are set.
  virtual std::size_t prepared() const { return 0; }
  virtual void prepare(const Real* /*theta*/, Real* /*prepared*/) const {}
  virtual void forward(const Real* theta, const Real* prepared, Jets<const Real> x, Jets<Real> y, Real* kept) const = 0;
  /// x and kept as forward() had and left them. xbar without numbers: not wanted; gradient: dL/dtheta, written and not
  /// added to, null: not wanted.
  virtual void reverse(const Real* theta, Jets<const Real> x, Real* kept, Jets<const Real> ybar, Jets<Real> xbar,
                       Real* gradient) const = 0;
};

/// spec on what has this shape (shape_after(spec, shape) does not throw). float and double. For a dense layer on what
/// is permuted() the numbers must stand in people's order: make_reorder goes before it.
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_layer(const LayerSpec& spec, const NeuralShape& shape);

}  // namespace gibbsite
