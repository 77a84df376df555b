/// Layers of a neural energy as people write them, and the shapes of what goes through:
///
///   dense N [without bias]                       all numbers to N
///   conv N RxC [stride S] [padding P] [without bias]   N channels, each from a window of R x C pixels of all channels
///   pool RxC                                     the mean of each window, side by side
///   attention N [causal]                         every pixel (token) asks all others by keys of N numbers
///   swish, softplus, tanh, relu                  pointwise
///   sum                                          of all numbers, to one
///   logsumexp                                    -ln sum_y exp(f_y): the energy of a classifier (Grathwohl, ICLR 2020)
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gibbsite {

enum class LayerKind { dense, conv, pool, attention, swish, softplus, tanh, relu, sum, logsumexp };

struct LayerSpec {
  LayerKind kind = LayerKind::dense;
  std::size_t units = 0;                ///< dense: outputs; conv: channels; attention: numbers in a key
  std::size_t height = 1, width = 1;    ///< conv, pool: of the window
  std::size_t stride = 1, padding = 0;  ///< conv
  bool causal = false;                  ///< attention: to tokens before and itself only
  bool bias = true;                     ///< dense, conv
  friend bool operator==(const LayerSpec&, const LayerSpec&) = default;
};

/// Throws std::invalid_argument that names the text and what can stand there.
LayerSpec parse_layer(std::string_view text);
/// As parse_layer reads it.
std::string layer_text(const LayerSpec& spec);

/// What stands between layers. In memory the channels of a pixel stand one behind the other, pixels row by row.
struct NeuralShape {
  std::size_t channels = 1, height = 1, width = 1;
  /// Whether states are tokens, [token][feature], in memory as for people. Else people have images channel by channel,
  /// [channel][row][column], and what they know of is in that order: states, and columns of the weights of a dense
  /// layer.
  bool tokens = false;

  std::size_t pixels() const noexcept { return height * width; }
  std::size_t size() const noexcept { return channels * pixels(); }
  /// Whether people's order is another one than that of memory.
  bool permuted() const noexcept { return !tokens && channels > 1 && pixels() > 1; }
  friend bool operator==(const NeuralShape&, const NeuralShape&) = default;
};
/// "784": plain numbers; "28x28": an image; "3x32x32": of 3 channels; "8 tokens x 16": tokens of 16 features. Throws
/// std::invalid_argument for others.
NeuralShape parse_shape(std::string_view text);
std::string shape_text(const NeuralShape& shape);

/// What a layer makes of a shape. Throws std::invalid_argument where it cannot be, naming both.
NeuralShape shape_after(const LayerSpec& spec, const NeuralShape& shape);

}  // namespace gibbsite
