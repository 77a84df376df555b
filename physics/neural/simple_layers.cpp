#include <algorithm>
#include <cmath>

#include "physics/neural/layers.hpp"
#include "physics/neural/pointwise.hpp"

namespace gibbsite {
namespace {

template <class Real>
class Pointwise final : public NeuralLayer<Real> {
 public:
  explicit Pointwise(LayerKind kind) : kind_(kind) {}
  void forward(const Real* /*theta*/, Jets<const Real> x, Jets<Real> y, Real* /*kept*/) const override {
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
  void forward(const Real* /*theta*/, Jets<const Real> x, Jets<Real> y, Real* /*kept*/) const override {
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

/// p = softmax x_0; with u = p . x_1 and q = p . x_1^2:
///   y_0 = -ln sum exp x_0,  y_1 = -u,  y_2 = -(p . x_2 + (q - u^2) / 2).
template <class Real>
class LogSumExp final : public NeuralLayer<Real> {
 public:
  std::size_t kept(std::size_t states, std::size_t /*coefficients*/) const override { return 3 * states; }
  void forward(const Real* /*theta*/, Jets<const Real> x, Jets<Real> y, Real* kept) const override {
    for (std::size_t r = 0; r < x.states; ++r) {
      const Real* x0 = x.state(0, r);
      const Real top = *std::max_element(x0, x0 + x.width);
      Real sum = 0, u = 0, q = 0, second = 0;
      for (std::size_t i = 0; i < x.width; ++i) {
        const Real p = std::exp(x0[i] - top);
        sum += p;
        if (x.coefficients > 1) u += p * x.state(1, r)[i];
        if (x.coefficients > 2) {
          q += p * x.state(1, r)[i] * x.state(1, r)[i];
          second += p * x.state(2, r)[i];
        }
      }
      u /= sum;
      y.state(0, r)[0] = kept[3 * r] = -(top + std::log(sum));
      if (x.coefficients > 1) y.state(1, r)[0] = -u;
      if (x.coefficients > 2) y.state(2, r)[0] = -(second / sum + (q / sum - u * u) / 2);
      kept[3 * r + 1] = u;
      kept[3 * r + 2] = second / sum + q / sum / 2;
    }
  }
  /// With f = x_1: dp_j/dx_i = p_i (delta_ij - p_j).
  void reverse(const Real* /*theta*/, Jets<const Real> x, Real* kept, Jets<const Real> ybar, Jets<Real> xbar,
               Real* /*gradient*/) const override {
    if (xbar.numbers == nullptr) return;
    for (std::size_t r = 0; r < x.states; ++r) {
      const Real u = kept[3 * r + 1], all = kept[3 * r + 2];
      const Real bar0 = ybar.state(0, r)[0], bar1 = x.coefficients > 1 ? ybar.state(1, r)[0] : Real(0),
                 bar2 = x.coefficients > 2 ? ybar.state(2, r)[0] : Real(0);
      for (std::size_t i = 0; i < x.width; ++i) {
        const Real p = std::exp(x.state(0, r)[i] + kept[3 * r]);
        Real inner = bar0;
        if (x.coefficients > 1) {
          const Real x1 = x.state(1, r)[i];
          inner += bar1 * (x1 - u);
          xbar.state(1, r)[i] = -p * (bar1 + bar2 * (x1 - u));
          if (x.coefficients > 2) {
            inner += bar2 * (x.state(2, r)[i] + x1 * x1 / 2 - all - u * (x1 - u));
            xbar.state(2, r)[i] = -p * bar2;
          }
        }
        xbar.state(0, r)[i] = -p * inner;
      }
    }
  }
};

template <class Real>
class Reorder final : public NeuralLayer<Real> {
 public:
  Reorder(const NeuralShape& shape, bool to_memory)
      : rows_(to_memory ? shape.channels : shape.pixels()), columns_(to_memory ? shape.pixels() : shape.channels) {}
  void forward(const Real* /*theta*/, Jets<const Real> x, Jets<Real> y, Real* /*kept*/) const override {
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
std::unique_ptr<NeuralLayer<Real>> make_logsumexp() {
  return std::make_unique<LogSumExp<Real>>();
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
    case LayerKind::sum:
      return make_sum<Real>();
    case LayerKind::logsumexp:
      return make_logsumexp<Real>();
    default:
      return make_pointwise<Real>(spec);
  }
}
template std::unique_ptr<NeuralLayer<float>> make_layer(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<double>> make_layer(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<float>> make_reorder(const NeuralShape&, bool);
template std::unique_ptr<NeuralLayer<double>> make_reorder(const NeuralShape&, bool);

}  // namespace gibbsite
