/// Layers of units with bonds between neighbouring layers: restricted Boltzmann machines (two layers; Smolensky 1986;
/// Hinton, Neural Comput. 14, 1771 (2002)) and deep ones (any number; Salakhutdinov & Hinton, AISTATS 2009, eq. 9).
///
///   E(x) = -sum_l [ b_l . x_l + x_l' W_l x_{l+1} ],
///
/// where gaussian units (of layer 0 only) with variances s_i^2 have sum_i (x_i - b_i)^2 / (2 s_i^2) in place of -b . x
/// and enter bonds as x_i / s_i^2 (Cho, Ilin & Raiko, ICANN 2011, eq. 3):  p(x_i | x_1) = N(b_i + (W x_1)_i, s_i^2).
/// Categorical units are one-hot (Potts); weights and biases are held in the zero-sum gauge, in which the sums over a
/// unit's states vanish: both are shifted together, with what that does to the neighbours' biases and to the energy, so
/// that every probability stays what it was, and the constant that E would lose is kept in `constant()`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "physics/concepts.hpp"
#include "physics/matrices/matrix.hpp"
#include "physics/units.hpp"

namespace gibbsite {

/// ln of the sum over one unit's states of exp(field x), and what follows from it.
double log_cosh2(double x) noexcept;                    ///< ln(2 cosh x): a spin
double softplus(double x) noexcept;                     ///< ln(1 + e^x): a binary unit
double log_unit(UnitKind kind, double field) noexcept;  ///< of a spin or a binary unit
double logistic(double x) noexcept;                     ///< 1 / (1 + e^-x)
/// (q max_k n_k - 1) / (q - 1), n_k the share of one-hot units in state k: 0 disordered, 1 all alike.
double potts_order(std::span<const double> one_hot, std::size_t states);

/// Immutable. A state is one number per unit (q per categorical unit), layer behind layer: `width()` of them.
class Network {
 public:
  /// weights[l]: W_l, [layers[l].width()][layers[l + 1].width()]. Throws std::invalid_argument, naming the layer, where
  /// shapes do not fit, numbers are not finite, variances are not positive, there are fewer than two layers, or a layer
  /// above the first is gaussian or categorical.
  Network(std::vector<Layer> layers, std::vector<Matrix> weights, double constant = 0);

  std::span<const Layer> layers() const noexcept { return layers_; }
  std::span<const Matrix> weights() const noexcept { return weights_; }
  std::size_t units() const noexcept { return units_; }          ///< of all layers
  std::size_t width() const noexcept { return offset_.back(); }  ///< numbers in a state
  /// Where layer l begins in a state; offset(layers().size()) is width().
  std::size_t offset(std::size_t l) const noexcept { return offset_[l]; }
  bool restricted() const noexcept { return layers_.size() == 2; }
  double constant() const noexcept { return constant_; }  ///< part of every energy
  bool discrete() const noexcept { return layers_[0].kind != UnitKind::gaussian; }

  /// Layers whose units stay when the others are summed out in closed form: the visible one of two layers, else the odd
  /// ones (Salakhutdinov & Hinton 2009, sec. 3.3).
  bool kept(std::size_t l) const noexcept { return restricted() ? l == 0 : l % 2 == 1; }

  /// From scratch, with the constant.
  double energy(std::span<const double> x) const;
  /// What acts on layer l, [layers()[l].width()]: f = b_l + W_{l-1}' x_{l-1} + W_l x_{l+1}. For gaussian units this is
  /// the mean of x_0 given x_1.
  std::vector<double> field(std::size_t l, std::span<const double> x) const;
  /// -ln sum_h exp(-E(v, h)) of the visible units, two layers only; v: [layers()[0].width()].
  double free_energy(std::span<const double> v) const;

  /// energy, energy_density (per unit), visible_free_energy (two layers), visible_magnetization, hidden_magnetization
  /// (or hidden_1_magnetization, hidden_2_magnetization, ...): the mean of a layer's units; of categorical units the
  /// Potts order parameter (q max_k n_k - 1) / (q - 1) with n_k the share of units in state k.
  std::vector<Observable> observables() const;
  void observe(std::span<const double> x, std::span<double> out) const;
  /// The same without a product, where field() of the layers that are not kept is known: one behind the other.
  void observe(std::span<const double> x, std::span<const double> field_of_others, std::span<double> out) const;
  /// Likeness of two states, 1 for a state with itself and about 0 for independent ones: the mean over units of x y for
  /// spins, of 2 [x = y] - 1 for binary ones, of (q [x = y] - 1) / (q - 1) for categorical ones; of gaussian units, the
  /// cosine of the angle between the two layers.
  double overlap(std::span<const double> x, std::span<const double> y) const;
  /// All units in their state of lowest energy were they alone: the cold start.
  void set_ordered(std::span<double> x) const;

 private:
  std::vector<Layer> layers_;
  std::vector<Matrix> weights_;
  std::vector<std::size_t> offset_;
  std::size_t units_ = 0;
  double constant_ = 0;
};

}  // namespace gibbsite
