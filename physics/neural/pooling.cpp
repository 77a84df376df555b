#include <algorithm>

#include "physics/neural/layers.hpp"

namespace gibbsite {
namespace {

/// The mean of each window of height x width pixels; what is left over at the right and below is left out, as in
/// PyTorch.
template <class Real>
class Pooling final : public NeuralLayer<Real> {
 public:
  Pooling(const LayerSpec& spec, const NeuralShape& shape) : spec_(spec), in_(shape), out_(shape_after(spec, shape)) {}

  void forward(const Real* /*theta*/, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* /*kept*/) const override {
    std::fill_n(y.numbers, y.size(), Real(0));
    for_pairs(x.rows(), [&](std::size_t from, std::size_t to, Real share) {
      for (std::size_t i = 0; i < in_.channels; ++i) y.numbers[to + i] += share * x.numbers[from + i];
    });
  }
  void reverse(const Real* /*theta*/, Jets<const Real> /*x*/, Real* /*kept*/, Jets<const Real> ybar, Jets<Real> xbar,
               Real* /*gradient*/) const override {
    if (xbar.numbers == nullptr) return;
    std::fill_n(xbar.numbers, xbar.size(), Real(0));
    for_pairs(xbar.rows(), [&](std::size_t from, std::size_t to, Real share) {
      for (std::size_t i = 0; i < in_.channels; ++i) xbar.numbers[from + i] = share * ybar.numbers[to + i];
    });
  }

 private:
  /// use(where a pixel's channels stand before, where those of its window stand behind, 1 / pixels of a window).
  template <class Use>
  void for_pairs(std::size_t rows, const Use& use) const {
    const Real share = Real(1) / static_cast<Real>(spec_.height * spec_.width);
    for (std::size_t n = 0; n < rows; ++n)
      for (std::size_t r = 0; r < out_.height * spec_.height; ++r)
        for (std::size_t c = 0; c < out_.width * spec_.width; ++c) {
          const std::size_t window = r / spec_.height * out_.width + c / spec_.width;
          use(n * in_.size() + (r * in_.width + c) * in_.channels, n * out_.size() + window * in_.channels, share);
        }
  }
  LayerSpec spec_;
  NeuralShape in_, out_;
};

}  // namespace

template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_pooling(const LayerSpec& spec, const NeuralShape& shape) {
  return std::make_unique<Pooling<Real>>(spec, shape);
}
template std::unique_ptr<NeuralLayer<float>> make_pooling(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<double>> make_pooling(const LayerSpec&, const NeuralShape&);

}  // namespace gibbsite
