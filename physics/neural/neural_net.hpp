/// What a neural energy is made of: the shape of a state, layers, and what keeps states from running away.
///
///   E(x) = net(x) + kappa |x|^2 / 2,   or   net(x) + sum_i (x_i - m_i)^2 / (2 s_i^2),
///
/// the second a Gaussian reference that the net tilts (Xie, Lu, Zhu & Wu, ICML 2016, eq. 4). Every layer there is grows
/// at most linearly, so that Z exists for any kappa > 0. A net whose last layer leaves several numbers, f(x), is no
/// energy of x by itself: energies of answers, embeddings and others are made of these.
///
/// Weights begin as normal numbers, of variance 2 / fan_in where a swish, softplus or relu follows (He, Zhang, Ren &
/// Sun, ICCV 2015, eq. 10), else of variance 2 / (fan_in + fan_out) (Glorot & Bengio, AISTATS 2010, eq. 12, in its
/// normal form); biases begin at 0.
#pragma once

#include <string>
#include <vector>

#include "physics/neural/layer_spec.hpp"
#include "physics/random.hpp"

namespace gibbsite {

struct Confinement {
  double kappa = 0;      ///< of kappa |x|^2 / 2
  bool learned = false;  ///< whether kappa is the last of all parameters; it begins as given
  std::vector<double> mean = {},
                      deviation = {};  ///< m and s, one for each number of a state, in place of kappa; or none
};

/// Parameters that belong together.
struct NetPart {
  std::string name;                 ///< "layer_0/weight", "layer_0/bias"; "kappa"
  std::vector<std::size_t> shape;   ///< they stand row by row, as in PyTorch
  std::size_t begin = 0, size = 0;  ///< in theta
};

/// What the last layer leaves: one number, E, or as many as it likes, f(x).
enum class NetEnd { energy, values };

/// Immutable.
class NeuralNet {
 public:
  /// Throws std::invalid_argument, naming the layer, where shapes do not fit or the last layer of an energy leaves more
  /// than one number; where kappa is below 0 or a deviation is not positive; where something confines values.
  NeuralNet(NeuralShape input, std::vector<LayerSpec> layers, Confinement confinement = {},
            NetEnd end = NetEnd::energy);

  const NeuralShape& input() const noexcept { return input_; }
  const NeuralShape& output() const noexcept { return output_; }
  std::size_t outputs() const noexcept { return output_.size(); }  ///< numbers that it makes of a state
  const std::vector<LayerSpec>& layers() const noexcept { return layers_; }
  const Confinement& confinement() const noexcept { return confinement_; }
  NetEnd end() const noexcept { return end_; }
  std::size_t units() const noexcept { return input_.size(); }     ///< numbers in a state
  std::size_t parameters() const noexcept { return parameters_; }  ///< numbers in theta
  const std::vector<NetPart>& parts() const noexcept { return parts_; }
  /// Parameters to begin with: a pure function of the key.
  std::vector<double> initial(Key key) const;
  /// Whether second derivatives say all: relu has them at its kinks only.
  bool smooth() const noexcept;

 private:
  NeuralShape input_, output_;
  std::vector<LayerSpec> layers_;
  Confinement confinement_;
  NetEnd end_;
  std::vector<NetPart> parts_;
  std::vector<double> deviation_;  // of the parameters of each part, as they begin
  std::size_t parameters_ = 0;
};

}  // namespace gibbsite
