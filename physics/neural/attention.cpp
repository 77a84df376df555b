#include <algorithm>
#include <cmath>

#include "physics/matrices/products.hpp"
#include "physics/neural/layers.hpp"
#include "physics/neural/softmax.hpp"

namespace gibbsite {
namespace {

/// Q = X Wq, K = X Wk, V = X Wv;  S = Q K' / sqrt d;  A = softmax of each row of S, of the tokens up to the row's own
/// where causal;  Y = X + A V  (Vaswani et al., NeurIPS 2017, eq. 1, one head and the way around it). X:
/// [token][feature].
template <class Real>
class Attention final : public NeuralLayer<Real> {
 public:
  Attention(const LayerSpec& spec, const NeuralShape& shape)
      : tokens_(shape.pixels()), features_(shape.channels), keys_(spec.units), causal_(spec.causal) {}

  std::vector<NeuralPart> parts() const override {
    return {{"query", {features_, keys_}, features_, keys_},
            {"key", {features_, keys_}, features_, keys_},
            {"value", {features_, features_}, features_, features_}};
  }
  std::size_t kept(std::size_t states, std::size_t coefficients) const override {
    const std::size_t jets = states * coefficients * tokens_;
    return jets * (4 * keys_ + 2 * features_ + tokens_) + 2 * coefficients * tokens_ * tokens_;
  }

  void forward(const Real* theta, const Real* /*prepared*/, Jets<const Real> x, Jets<Real> y,
               Real* kept) const override {
    const Room room(*this, x, kept);
    project(theta, keys_, x, room.q);
    project(theta + features_ * keys_, keys_, x, room.k);
    project(theta + 2 * features_ * keys_, features_, x, room.v);
    std::copy_n(x.numbers, x.size(), y.numbers);
    const Real scale = 1 / std::sqrt(static_cast<Real>(keys_));
    const std::size_t square = tokens_ * tokens_;
    for (std::size_t r = 0; r < x.states; ++r) {
      for (std::size_t c = 0; c < x.coefficients; ++c)
        for (std::size_t i = 0; i <= c; ++i)
          multiply(DenseProduct<Real>{.rows = tokens_,
                                      .columns = tokens_,
                                      .inner = keys_,
                                      .a = room.of(room.q, keys_, i, r),
                                      .a_stride = keys_,
                                      .b = room.of(room.k, keys_, c - i, r),
                                      .b_stride = keys_,
                                      .b_transposed = true,
                                      .c = room.s + c * square,
                                      .c_stride = tokens_,
                                      .alpha = scale,
                                      .beta = i == 0 ? Real(0) : Real(1)});
      for (std::size_t t = 0; t < tokens_; ++t) {
        std::array<const Real*, 3> from{};
        std::array<Real*, 3> to{};
        for (std::size_t c = 0; c < x.coefficients; ++c) {
          from[c] = room.s + c * square + t * tokens_;
          to[c] = room.of(room.a, tokens_, c, r) + t * tokens_;
          std::fill_n(to[c] + seen(t), tokens_ - seen(t), Real(0));
        }
        softmax_jets<Real>(seen(t), x.coefficients, from, to);
      }
      for (std::size_t c = 0; c < x.coefficients; ++c)
        for (std::size_t i = 0; i <= c; ++i)
          multiply(DenseProduct<Real>{.rows = tokens_,
                                      .columns = features_,
                                      .inner = tokens_,
                                      .a = room.of(room.a, tokens_, i, r),
                                      .a_stride = tokens_,
                                      .b = room.of(room.v, features_, c - i, r),
                                      .b_stride = features_,
                                      .c = y.state(c, r),
                                      .c_stride = features_,
                                      .beta = 1});
    }
  }

  void reverse(const Real* theta, Jets<const Real> x, Real* kept, Jets<const Real> ybar, Jets<Real> xbar,
               Real* gradient) const override {
    const Room room(*this, x, kept);
    const Real scale = 1 / std::sqrt(static_cast<Real>(keys_));
    const std::size_t square = tokens_ * tokens_, most = x.coefficients;
    for (std::size_t r = 0; r < x.states; ++r) {
      for (std::size_t i = 0; i < most; ++i)
        for (std::size_t c = i; c < most; ++c) {
          const Real beta = c == i ? Real(0) : Real(1);
          multiply(DenseProduct<Real>{.rows = tokens_,  // Abar_i = sum_c Ybar_c V_{c - i}'
                                      .columns = tokens_,
                                      .inner = features_,
                                      .a = ybar.state(c, r),
                                      .a_stride = features_,
                                      .b = room.of(room.v, features_, c - i, r),
                                      .b_stride = features_,
                                      .b_transposed = true,
                                      .c = room.abar + i * square,
                                      .c_stride = tokens_,
                                      .beta = beta});
          multiply(DenseProduct<Real>{.rows = tokens_,  // Vbar_i = sum_c A_{c - i}' Ybar_c
                                      .columns = features_,
                                      .inner = tokens_,
                                      .a = room.of(room.a, tokens_, c - i, r),
                                      .a_stride = tokens_,
                                      .a_transposed = true,
                                      .b = ybar.state(c, r),
                                      .b_stride = features_,
                                      .c = room.of(room.vbar, features_, i, r),
                                      .c_stride = features_,
                                      .beta = beta});
        }
      reverse_softmax(room, r, most);
      for (std::size_t i = 0; i < most; ++i)
        for (std::size_t c = i; c < most; ++c)
          for (const bool of_queries :
               {true, false})  // Qbar_i = sum_c Sbar_c K_{c - i}, Kbar_i = sum_c Sbar_c' Q_{c - i}
            multiply(DenseProduct<Real>{.rows = tokens_,
                                        .columns = keys_,
                                        .inner = tokens_,
                                        .a = room.s + c * square,
                                        .a_stride = tokens_,
                                        .a_transposed = !of_queries,
                                        .b = room.of(of_queries ? room.k : room.q, keys_, c - i, r),
                                        .b_stride = keys_,
                                        .c = room.of(of_queries ? room.qbar : room.kbar, keys_, i, r),
                                        .c_stride = keys_,
                                        .alpha = scale,
                                        .beta = c == i ? Real(0) : Real(1)});
    }
    if (xbar.numbers != nullptr) std::copy_n(ybar.numbers, ybar.size(), xbar.numbers);
    const std::size_t one = features_ * keys_;
    reverse_project(theta, keys_, x, room.qbar, xbar, gradient);
    reverse_project(theta + one, keys_, x, room.kbar, xbar, gradient == nullptr ? nullptr : gradient + one);
    reverse_project(theta + 2 * one, features_, x, room.vbar, xbar, gradient == nullptr ? nullptr : gradient + 2 * one);
  }

 private:
  /// Where everything stands: jets [coefficient][state][token][number]; s, abar: of one state,
  /// [coefficient][token][token].
  struct Room {
    Room(const Attention& layer, Jets<const Real> x, Real* kept) : states(x.states), tokens(layer.tokens_) {
      const std::size_t jets = x.rows() * tokens;
      const auto next = [&](std::size_t numbers) {
        Real* at = kept;
        kept += numbers;
        return at;
      };
      q = next(jets * layer.keys_), k = next(jets * layer.keys_), v = next(jets * layer.features_);
      qbar = next(jets * layer.keys_), kbar = next(jets * layer.keys_), vbar = next(jets * layer.features_);
      a = next(jets * tokens);
      s = next(x.coefficients * tokens * tokens), abar = next(x.coefficients * tokens * tokens);
    }
    Real* of(Real* jets, std::size_t width, std::size_t coefficient, std::size_t state) const {
      return jets + (coefficient * states + state) * tokens * width;
    }
    std::size_t states, tokens;
    Real *q, *k, *v, *qbar, *kbar, *vbar, *a, *s, *abar;
  };

  std::size_t seen(std::size_t token) const { return causal_ ? token + 1 : tokens_; }

  /// abar -> sbar, in the place of s: lbar_i = sum_c abar_c a_{c - i}, sbar_i = lbar_i - sum_c (sum of lbar_c) a_{c -
  /// i}.
  void reverse_softmax(const Room& room, std::size_t r, std::size_t most) const {
    const std::size_t square = tokens_ * tokens_;
    for (std::size_t t = 0; t < tokens_; ++t) {
      Real sums[3] = {};
      const auto a = [&](std::size_t c) { return room.of(room.a, tokens_, c, r) + t * tokens_; };
      for (std::size_t i = 0; i < most; ++i)
        for (std::size_t j = 0; j < tokens_; ++j) {
          Real bar = 0;
          for (std::size_t c = i; c < most; ++c) bar += room.abar[c * square + t * tokens_ + j] * a(c - i)[j];
          room.s[i * square + t * tokens_ + j] = bar;
          sums[i] += bar;
        }
      for (std::size_t i = 0; i < most; ++i)
        for (std::size_t c = i; c < most; ++c)
          for (std::size_t j = 0; j < tokens_; ++j) room.s[i * square + t * tokens_ + j] -= sums[c] * a(c - i)[j];
    }
  }
  void project(const Real* weight, std::size_t width, Jets<const Real> x, Real* out) const {
    multiply(DenseProduct<Real>{.rows = x.rows() * tokens_,
                                .columns = width,
                                .inner = features_,
                                .a = x.numbers,
                                .a_stride = features_,
                                .b = weight,
                                .b_stride = width,
                                .c = out,
                                .c_stride = width});
  }
  void reverse_project(const Real* weight, std::size_t width, Jets<const Real> x, const Real* bar, Jets<Real> xbar,
                       Real* gradient) const {
    const std::size_t rows = x.rows() * tokens_;
    if (xbar.numbers != nullptr)
      multiply(DenseProduct<Real>{.rows = rows,
                                  .columns = features_,
                                  .inner = width,
                                  .a = bar,
                                  .a_stride = width,
                                  .b = weight,
                                  .b_stride = width,
                                  .b_transposed = true,
                                  .c = xbar.numbers,
                                  .c_stride = features_,
                                  .beta = 1});
    if (gradient != nullptr)
      multiply(DenseProduct<Real>{.rows = features_,
                                  .columns = width,
                                  .inner = rows,
                                  .a = x.numbers,
                                  .a_stride = features_,
                                  .a_transposed = true,
                                  .b = bar,
                                  .b_stride = width,
                                  .c = gradient,
                                  .c_stride = width});
  }

  std::size_t tokens_, features_, keys_;
  bool causal_;
};

}  // namespace

template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_attention(const LayerSpec& spec, const NeuralShape& shape) {
  return std::make_unique<Attention<Real>>(spec, shape);
}
template std::unique_ptr<NeuralLayer<float>> make_attention(const LayerSpec&, const NeuralShape&);
template std::unique_ptr<NeuralLayer<double>> make_attention(const LayerSpec&, const NeuralShape&);

}  // namespace gibbsite
