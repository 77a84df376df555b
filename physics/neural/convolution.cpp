#include <algorithm>
#include <type_traits>

#include "physics/matrices/float_convolution.hpp"
#include "physics/matrices/products.hpp"
#include "physics/neural/layers.hpp"

namespace gibbsite {
namespace {

/// y[o] at (r, c) = b_o + sum_{i, s, t} W[o][i][s][t] x[i] at (stride r + s - padding, stride c + t - padding), zeros
/// beyond the edge. In single precision by oneDNN; else windows are written out as rows of a matrix, so that a layer is
/// one product, of as many states at a time as fit the cache.
template <class Real>
class Convolution final : public NeuralLayer<Real> {
 public:
  Convolution(const LayerSpec& spec, const NeuralShape& shape)
      : spec_(spec), in_(shape), out_(shape_after(spec, shape)), window_(spec.height * spec.width * shape.channels) {
    constexpr std::size_t cached = 98304;  // numbers in windows
    at_once_ = std::max<std::size_t>(1, cached / (out_.pixels() * window_));
    if constexpr (std::is_same_v<Real, float>)
      if (FloatConvolution::available())
        library_ = std::make_unique<FloatConvolution>(
            ConvolutionShape{in_.channels, in_.height, in_.width, out_.channels, out_.height, out_.width, spec.height,
                             spec.width, spec.stride, spec.padding});
  }

  std::vector<NeuralPart> parts() const override {
    const std::size_t area = spec_.height * spec_.width;
    std::vector<NeuralPart> parts{
        {"weight", {spec_.units, in_.channels, spec_.height, spec_.width}, window_, spec_.units * area}};
    if (spec_.bias) parts.push_back({"bias", {spec_.units}});
    return parts;
  }
  std::size_t kept(std::size_t states, std::size_t coefficients) const override {
    const std::size_t own = 2 * spec_.units * window_ + at_once_ * out_.pixels() * window_;
    return library_ == nullptr ? own : std::max(own, library_->room(states * coefficients));
  }
  void forward(const Real* theta, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* kept) const override {
    if constexpr (std::is_same_v<Real, float>)
      if (library_ != nullptr) {
        library_->forward(x.rows(), x.numbers, theta, y.numbers, kept);
        return add_bias(theta, y);
      }
    Real *weight = kept, *windows = kept + 2 * spec_.units * window_;
    turn_weights(theta, weight, true);
    for_batches(x.rows(), [&](std::size_t begin, std::size_t count) {
      write_windows(x.numbers + begin * in_.size(), count, windows);
      multiply(DenseProduct<Real>{.rows = count * out_.pixels(),
                                  .columns = spec_.units,
                                  .inner = window_,
                                  .a = windows,
                                  .a_stride = window_,
                                  .b = weight,
                                  .b_stride = window_,
                                  .b_transposed = true,
                                  .c = y.numbers + begin * out_.size(),
                                  .c_stride = spec_.units});
    });
    add_bias(theta, y);
  }
  void reverse(const Real* theta, Jets<const Real> x, Real* kept, Jets<const Real> ybar, Jets<Real> xbar,
               Real* gradient) const override {
    if (xbar.numbers != nullptr && in_.channels <= few_channels)
      reverse_few_channels(theta, kept, ybar, xbar);
    else if (xbar.numbers != nullptr)
      reverse_images(theta, kept, ybar, xbar);
    if (gradient == nullptr) return;
    reverse_weights(x, kept, ybar, gradient);
    if (!spec_.bias) return;
    Real* bias = gradient + spec_.units * window_;
    std::fill_n(bias, spec_.units, Real(0));
    for (std::size_t p = 0; p < ybar.states * out_.pixels(); ++p)
      for (std::size_t o = 0; o < spec_.units; ++o) bias[o] += ybar.numbers[p * spec_.units + o];
  }

 private:
  static constexpr std::size_t few_channels = 4;

  void add_bias(const Real* theta, Jets<Real> y) const {
    if (!spec_.bias) return;
    const Real* bias = theta + spec_.units * window_;
    for (std::size_t p = 0; p < y.states * out_.pixels(); ++p)
      for (std::size_t o = 0; o < spec_.units; ++o) y.numbers[p * spec_.units + o] += bias[o];
  }
  void reverse_images(const Real* theta, Real* kept, Jets<const Real> ybar, Jets<Real> xbar) const {
    if constexpr (std::is_same_v<Real, float>)
      if (library_ != nullptr) return library_->reverse_images(ybar.rows(), ybar.numbers, theta, xbar.numbers, kept);
    Real *weight = kept, *windows = kept + 2 * spec_.units * window_;
    turn_weights(theta, weight, true);
    for_batches(ybar.rows(), [&](std::size_t begin, std::size_t count) {
      multiply(DenseProduct<Real>{.rows = count * out_.pixels(),
                                  .columns = window_,
                                  .inner = spec_.units,
                                  .a = ybar.numbers + begin * out_.size(),
                                  .a_stride = spec_.units,
                                  .b = weight,
                                  .b_stride = window_,
                                  .c = windows,
                                  .c_stride = window_});
      add_windows(windows, count, xbar.numbers + begin * in_.size());
    });
  }
  /// With pixels side by side, for registers that the few channels would not fill: [channel][place][state][pixel].
  void reverse_few_channels(const Real* theta, Real* kept, Jets<const Real> ybar, Jets<Real> xbar) const {
    Real* places = kept + 2 * spec_.units * window_;
    std::fill_n(xbar.numbers, xbar.size(), Real(0));
    for_batches(ybar.rows(), [&](std::size_t begin, std::size_t count) {
      const std::size_t across = count * out_.pixels();
      multiply(DenseProduct<Real>{.rows = window_,
                                  .columns = across,
                                  .inner = spec_.units,
                                  .a = theta,
                                  .a_stride = window_,
                                  .a_transposed = true,
                                  .b = ybar.numbers + begin * out_.size(),
                                  .b_stride = spec_.units,
                                  .b_transposed = true,
                                  .c = places,
                                  .c_stride = across});
      for (std::size_t n = 0; n < count; ++n)
        for (std::size_t w = 0; w < window_; ++w)
          add_place(places + w * across + n * out_.pixels(), w / (spec_.height * spec_.width),
                    w / spec_.width % spec_.height, w % spec_.width, xbar.numbers + (begin + n) * in_.size());
    });
  }
  /// What place (s, t) of all windows says of a channel of one image.
  void add_place(const Real* pixels, std::size_t channel, std::size_t s, std::size_t t, Real* x) const {
    const std::size_t first = t < spec_.padding ? (spec_.padding - t + spec_.stride - 1) / spec_.stride : 0;
    if (in_.width + spec_.padding <= t) return;
    const std::size_t end = std::min(out_.width, (in_.width - 1 + spec_.padding - t) / spec_.stride + 1);
    const std::size_t step = spec_.stride * in_.channels;
    for (std::size_t r = 0; r < out_.height; ++r, pixels += out_.width) {
      const std::size_t row = r * spec_.stride + s - spec_.padding;
      if (row >= in_.height || first >= end) continue;  // below 0 is beyond any
      Real* to = x + (row * in_.width + first * spec_.stride + t - spec_.padding) * in_.channels + channel;
      if (step == 1)
        for (std::size_t c = first; c < end; ++c) to[c - first] += pixels[c];
      else
        for (std::size_t c = first; c < end; ++c) to[(c - first) * step] += pixels[c];
    }
  }
  void reverse_weights(Jets<const Real> x, Real* kept, Jets<const Real> ybar, Real* gradient) const {
    if constexpr (std::is_same_v<Real, float>)
      if (library_ != nullptr) return library_->reverse_weights(x.rows(), x.numbers, ybar.numbers, gradient, kept);
    Real *weight_bar = kept + spec_.units * window_, *windows = kept + 2 * spec_.units * window_;
    for_batches(x.rows(), [&](std::size_t begin, std::size_t count) {
      write_windows(x.numbers + begin * in_.size(), count, windows);
      multiply(DenseProduct<Real>{.rows = spec_.units,
                                  .columns = window_,
                                  .inner = count * out_.pixels(),
                                  .a = ybar.numbers + begin * out_.size(),
                                  .a_stride = spec_.units,
                                  .a_transposed = true,
                                  .b = windows,
                                  .b_stride = window_,
                                  .c = weight_bar,
                                  .c_stride = window_,
                                  .beta = begin == 0 ? Real(0) : Real(1)});
    });
    turn_weights(weight_bar, gradient, false);
  }
  template <class Work>
  void for_batches(std::size_t rows, const Work& work) const {
    for (std::size_t begin = 0; begin < rows; begin += at_once_) work(begin, std::min(at_once_, rows - begin));
  }
  /// From [unit][channel][place] to [unit][place][channel], or back.
  void turn_weights(const Real* from, Real* to, bool to_memory) const {
    const std::size_t places = spec_.height * spec_.width, channels = in_.channels;
    for (std::size_t o = 0; o < spec_.units; ++o)
      for (std::size_t i = 0; i < channels; ++i)
        for (std::size_t p = 0; p < places; ++p) {
          const std::size_t theirs = (o * channels + i) * places + p, ours = (o * places + p) * channels + i;
          to_memory ? to[ours] = from[theirs] : to[theirs] = from[ours];
        }
  }
  /// use(pixel within the image, place of it in the row of windows) for all channels of both.
  template <class Inside, class Outside>
  void for_places(const Inside& inside, const Outside& outside) const {
    std::size_t at = 0;
    for (std::size_t r = 0; r < out_.height; ++r)
      for (std::size_t c = 0; c < out_.width; ++c)
        for (std::size_t s = 0; s < spec_.height; ++s)
          for (std::size_t t = 0; t < spec_.width; ++t, at += in_.channels) {
            const std::size_t row = r * spec_.stride + s - spec_.padding, column = c * spec_.stride + t - spec_.padding;
            if (row < in_.height && column < in_.width)  // below 0 is beyond any
              inside((row * in_.width + column) * in_.channels, at);
            else
              outside(at);
          }
  }
  void write_windows(const Real* x, std::size_t states, Real* windows) const {
    for (std::size_t n = 0; n < states; ++n, x += in_.size(), windows += out_.pixels() * window_)
      for_places([&](std::size_t pixel, std::size_t at) { std::copy_n(x + pixel, in_.channels, windows + at); },
                 [&](std::size_t at) { std::fill_n(windows + at, in_.channels, Real(0)); });
  }
  void add_windows(const Real* windows, std::size_t states, Real* x) const {
    std::fill_n(x, states * in_.size(), Real(0));
    for (std::size_t n = 0; n < states; ++n, x += in_.size(), windows += out_.pixels() * window_)
      for_places(
          [&](std::size_t pixel, std::size_t at) {
            for (std::size_t i = 0; i < in_.channels; ++i) x[pixel + i] += windows[at + i];
          },
          [](std::size_t) {});
  }

  LayerSpec spec_;
  NeuralShape in_, out_;
  std::size_t window_;                         // numbers in one
  std::size_t at_once_;                        // states
  std::unique_ptr<FloatConvolution> library_;  // of float, where oneDNN is there
};

}  // namespace

template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_convolution(const LayerSpec& spec, const NeuralShape& shape) {
  return std::make_unique<Convolution<Real>>(spec, shape);
}
template std::unique_ptr<NeuralLayer<float>> make_convolution(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<double>> make_convolution(const LayerSpec&, const NeuralShape&);

}  // namespace gibbsite
