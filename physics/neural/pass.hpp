/// What is wanted of a batch of states from a neural energy, or from a net of several outputs, each of which is then
/// written, and has an adjoint, as e is and has here: [coefficient][state][output].
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>

namespace gibbsite {

template <class Real>
struct NeuralPass {
  std::size_t states = 0;
  std::size_t coefficients = 1;  ///< 1: E; 2: v . grad E too; 3: v'Hv/2 too
  /// x, v and the second coefficient, each [state][number]; without numbers: zeros (not x).
  std::array<std::span<const Real>, 3> x{};
  std::span<double> e;  ///< [coefficient][state]: written

  /// For the way back: dL/de_k, [coefficient][state], without numbers: forward only. Where `adjoint` is given, it
  /// writes these for states begin ... end - 1 when e of them is there; several threads call it at once, for other
  /// states each.
  std::span<double> ebar{};
  std::function<void(std::size_t begin, std::size_t end)> adjoint{};
  /// dL/dx_k, [state][number]: written where there is room, for k < coefficients.
  std::array<std::span<Real>, 3> xbar{};
  std::span<Real> gradient{};  ///< sum over states of dL/dtheta: added, where there is room
};

}  // namespace gibbsite
