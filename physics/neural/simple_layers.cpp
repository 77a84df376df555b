#include <algorithm>
#include <array>

#include "physics/neural/layers.hpp"
#include "physics/neural/pointwise.hpp"
#include "physics/neural/softmax.hpp"

namespace gibbsite {
namespace {

template <class Real>
class Pointwise final : public NeuralLayer<Real> {
 public:
  explicit Pointwise(LayerKind kind) : kind_(kind) {}
  void forward(const Real* /*theta*/, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* /*kept*/) const override {
    pointwise(kind_, x, y);
  }
  void reverse(const Real* /*theta*/, Jets<const Real> x, Real* /*kept*/, Jets<const Real> ybar, Jets<Real> xbar,
               Real* /*gradient*/) const override {
    if (xbar.numbers != nullptr) pointwise_reverse(kind_, x, ybar, xbar);
  }

 private:
  LayerKind kind_;
};

template <class Real>
class Sum final : public NeuralLayer<Real> {
 public:
  void forward(const Real* /*theta*/, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* /*kept*/) const override {
    for (std::size_t r = 0; r < x.rows(); ++r) {
      Real sum = 0;
      for (std::size_t i = 0; i < x.width; ++i) sum += x.numbers[r * x.width + i];
      y.numbers[r] = sum;
    }
  }
  void reverse(const Real* /*theta*/, Jets<const Real> /*x*/, Real* /*kept*/, Jets<const Real> ybar, Jets<Real> xbar,
               Real* /*gradient*/) const override {
    if (xbar.numbers == nullptr) return;
    for (std::size_t r = 0; r < xbar.rows(); ++r)
      std::fill_n(xbar.numbers + r * xbar.width, xbar.width, ybar.numbers[r]);
  }
};

/// y = -L (softmax.hpp), whose way back is xbar_i = -sum_{k >= i} ybar_k a_{k - i}.
template <class Real>
class LogSumExp final : public NeuralLayer<Real> {
 public:
  std::size_t kept(std::size_t /*states*/, std::size_t coefficients) const override { return coefficients * width_; }
  explicit LogSumExp(std::size_t width) : width_(width) {}
  void forward(const Real* /*theta*/, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* kept) const override {
    for (std::size_t r = 0; r < x.states; ++r) {
      const std::array<Real, 3> sum = softmax(x, r, kept);
      for (std::size_t k = 0; k < x.coefficients; ++k) *y.state(k, r) = -sum[k];
    }
  }
  void reverse(const Real* /*theta*/, Jets<const Real> x, Real* kept, Jets<const Real> ybar, Jets<Real> xbar,
               Real* /*gradient*/) const override {
    if (xbar.numbers == nullptr) return;
    std::fill_n(xbar.numbers, xbar.size(), Real(0));
    for (std::size_t r = 0; r < x.states; ++r) {
      softmax(x, r, kept);
      for (std::size_t i = 0; i < x.coefficients; ++i)
        for (std::size_t k = i; k < x.coefficients; ++k)
          for (std::size_t j = 0; j < width_; ++j)
            xbar.state(i, r)[j] -= *ybar.state(k, r) * kept[(k - i) * width_ + j];
    }
  }

 private:
  std::array<Real, 3> softmax(Jets<const Real> x, std::size_t r, Real* a) const {
    std::array<const Real*, 3> from{};
    std::array<Real*, 3> to{};
    for (std::size_t k = 0; k < x.coefficients; ++k) from[k] = x.state(k, r), to[k] = a + k * width_;
    return softmax_jets<Real>(width_, x.coefficients, from, to);
  }
  std::size_t width_;
};

template <class Real>
class Reorder final : public NeuralLayer<Real> {
 public:
  Reorder(const NeuralShape& shape, bool to_memory)
      : rows_(to_memory ? shape.channels : shape.pixels()), columns_(to_memory ? shape.pixels() : shape.channels) {}
  void forward(const Real* /*theta*/, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* /*kept*/) const override {
    turn(rows_, columns_, x, y);
  }
  void reverse(const Real* /*theta*/, Jets<const Real> /*x*/, Real* /*kept*/, Jets<const Real> ybar, Jets<Real> xbar,
               Real* /*gradient*/) const override {
    if (xbar.numbers != nullptr) turn(columns_, rows_, ybar, xbar);
  }

 private:
  static void turn(std::size_t rows, std::size_t columns, Jets<const Real> x, Jets<Real> y) {
    for (std::size_t r = 0; r < x.rows(); ++r) {
      const Real* from = x.numbers + r * x.width;
      Real* to = y.numbers + r * x.width;
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
    }
  }
  std::size_t rows_, columns_;
};

}  // namespace

template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_pointwise(const LayerSpec& spec) {
  return std::make_unique<Pointwise<Real>>(spec.kind);
}
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_sum() {
  return std::make_unique<Sum<Real>>();
}
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_logsumexp(std::size_t width) {
  return std::make_unique<LogSumExp<Real>>(width);
}
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_reorder(const NeuralShape& shape, bool to_memory) {
  return std::make_unique<Reorder<Real>>(shape, to_memory);
}

template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_layer(const LayerSpec& spec, const NeuralShape& shape) {
  switch (spec.kind) {
    case LayerKind::dense:
      return make_dense<Real>(spec, shape);
    case LayerKind::conv:
      return make_convolution<Real>(spec, shape);
    case LayerKind::pool:
      return make_pooling<Real>(spec, shape);
    case LayerKind::attention:
      return make_attention<Real>(spec, shape);
    case LayerKind::sum:
      return make_sum<Real>();
    case LayerKind::logsumexp:
      return make_logsumexp<Real>(shape.size());
    default:
      return make_pointwise<Real>(spec);
  }
}
template std::unique_ptr<NeuralLayer<float>> make_layer(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<double>> make_layer(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<float>> make_reorder(const NeuralShape&, bool);
template std::unique_ptr<NeuralLayer<double>> make_reorder(const NeuralShape&, bool);

}  // namespace gibbsite
