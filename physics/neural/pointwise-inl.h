// Included once for each instruction set (pointwise.cpp).
#if defined(GIBBSITE_NEURAL_POINTWISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GIBBSITE_NEURAL_POINTWISE_INL_H
#undef GIBBSITE_NEURAL_POINTWISE_INL_H
#else
#define GIBBSITE_NEURAL_POINTWISE_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "physics/neural/jets.hpp"
#include "physics/neural/layer_spec.hpp"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::neural::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// f and its first three derivatives at z; those nobody reads are left out by the compiler.
template <class V>
struct Derivatives {
  V f, f1, f2, f3;
};

template <LayerKind kind, class D, class V = hn::Vec<D>>
HWY_INLINE Derivatives<V> derivatives(D d, V z) {
  const V one = hn::Set(d, 1), two = hn::Set(d, 2), zero = hn::Zero(d);
  if constexpr (kind == LayerKind::relu) {
    const auto on = hn::Gt(z, zero);
    return {hn::IfThenElseZero(on, z), hn::IfThenElseZero(on, one), zero, zero};
  } else if constexpr (kind == LayerKind::tanh) {
    const V t = hn::Tanh(d, z), f1 = hn::NegMulAdd(t, t, one);
    const V f2 = hn::Mul(hn::Mul(hn::Set(d, -2), t), f1);
    return {t, f1, f2, hn::Mul(hn::Mul(hn::Set(d, -2), f1), hn::NegMulAdd(hn::Set(d, 3), hn::Mul(t, t), one))};
  } else {
    const V e = hn::Exp(d, hn::Neg(hn::Abs(z))), share = hn::Div(one, hn::Add(one, e));
    const V s = hn::IfThenElse(hn::Ge(z, zero), share, hn::Mul(e, share));
    const V s1 = hn::Mul(e, hn::Mul(share, share)), s2 = hn::Mul(s1, hn::NegMulAdd(two, s, one));
    if constexpr (kind == LayerKind::softplus) {
      return {hn::Add(hn::Max(z, zero), hn::Log1p(d, e)), s, s1, s2};
    } else {
      const V s3 = hn::Mul(s1, hn::NegMulAdd(hn::Set(d, 6), s1, one));
      return {hn::Mul(z, s), hn::MulAdd(z, s1, s), hn::MulAdd(z, s2, hn::Mul(two, s1)),
              hn::MulAdd(z, s3, hn::Mul(hn::Set(d, 3), s2))};
    }
  }
}

/// use(numbers before, how many) in registers, and the rest in one that is padded.
template <std::size_t in, std::size_t out, class Real, class Step>
HWY_INLINE void by_registers(std::size_t n, const std::array<const Real*, in>& x, const std::array<Real*, out>& y,
                             const Step& step) {
  const hn::ScalableTag<Real> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const auto once = [&](const std::array<const Real*, in>& from, const std::array<Real*, out>& to, std::size_t at) {
    V a[in], b[out];
    for (std::size_t k = 0; k < in; ++k) a[k] = hn::LoadU(d, from[k] + at);
    step(d, a, b);
    for (std::size_t k = 0; k < out; ++k) hn::StoreU(b[k], d, to[k] + at);
  };
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) once(x, y, i);
  if (i == n) return;
  constexpr std::size_t most = 64 / sizeof(Real);
  Real padded[in + out][most] = {};
  std::array<const Real*, in> from;
  std::array<Real*, out> to;
  for (std::size_t k = 0; k < in; ++k) {
    std::copy(x[k] + i, x[k] + n, padded[k]);
    from[k] = padded[k];
  }
  for (std::size_t k = 0; k < out; ++k) to[k] = padded[in + k];
  once(from, to, 0);
  for (std::size_t k = 0; k < out; ++k) std::copy(to[k], to[k] + (n - i), y[k] + i);
}

template <LayerKind kind, class Real>
void forward_of(Jets<const Real> x, Jets<Real> y) {
  const std::size_t n = x.states * x.width;
  if (x.coefficients == 1)
    by_registers<1, 1, Real>(n, {x.coefficient(0)}, {y.coefficient(0)},
                             [](auto d, const auto* a, auto* b) { b[0] = derivatives<kind>(d, a[0]).f; });
  else if (x.coefficients == 2)
    by_registers<2, 2, Real>(n, {x.coefficient(0), x.coefficient(1)}, {y.coefficient(0), y.coefficient(1)},
                             [](auto d, const auto* a, auto* b) {
                               const auto f = derivatives<kind>(d, a[0]);
                               b[0] = f.f;
                               b[1] = hn::Mul(f.f1, a[1]);
                             });
  else
    by_registers<3, 3, Real>(n, {x.coefficient(0), x.coefficient(1), x.coefficient(2)},
                             {y.coefficient(0), y.coefficient(1), y.coefficient(2)},
                             [](auto d, const auto* a, auto* b) {
                               const auto f = derivatives<kind>(d, a[0]);
                               b[0] = f.f;
                               b[1] = hn::Mul(f.f1, a[1]);
                               const auto half = hn::Mul(hn::Set(d, 0.5F), hn::Mul(a[1], a[1]));
                               b[2] = hn::MulAdd(f.f1, a[2], hn::Mul(f.f2, half));
                             });
}

template <LayerKind kind, class Real>
void reverse_of(Jets<const Real> x, Jets<const Real> ybar, Jets<Real> xbar) {
  const std::size_t n = x.states * x.width;
  if (x.coefficients == 1)
    by_registers<2, 1, Real>(
        n, {x.coefficient(0), ybar.coefficient(0)}, {xbar.coefficient(0)},
        [](auto d, const auto* a, auto* b) { b[0] = hn::Mul(derivatives<kind>(d, a[0]).f1, a[1]); });
  else if (x.coefficients == 2)
    by_registers<4, 2, Real>(n, {x.coefficient(0), x.coefficient(1), ybar.coefficient(0), ybar.coefficient(1)},
                             {xbar.coefficient(0), xbar.coefficient(1)}, [](auto d, const auto* a, auto* b) {
                               const auto f = derivatives<kind>(d, a[0]);
                               b[1] = hn::Mul(f.f1, a[3]);
                               b[0] = hn::MulAdd(f.f1, a[2], hn::Mul(f.f2, hn::Mul(a[1], a[3])));
                             });
  else
    by_registers<6, 3, Real>(
        n,
        {x.coefficient(0), x.coefficient(1), x.coefficient(2), ybar.coefficient(0), ybar.coefficient(1),
         ybar.coefficient(2)},
        {xbar.coefficient(0), xbar.coefficient(1), xbar.coefficient(2)}, [](auto d, const auto* a, auto* b) {
          const auto f = derivatives<kind>(d, a[0]);
          b[2] = hn::Mul(f.f1, a[5]);
          b[1] = hn::MulAdd(f.f1, a[4], hn::Mul(f.f2, hn::Mul(a[1], a[5])));
          const auto half = hn::Mul(hn::Set(d, 0.5F), hn::Mul(a[1], a[1]));
          const auto curved = hn::MulAdd(f.f2, a[2], hn::Mul(f.f3, half));
          b[0] = hn::MulAdd(f.f1, a[3], hn::MulAdd(f.f2, hn::Mul(a[1], a[4]), hn::Mul(curved, a[5])));
        });
}

template <class Real>
HWY_INLINE void forward_by_kind(LayerKind kind, Jets<const Real> x, Jets<Real> y) {
  if (kind == LayerKind::swish) return forward_of<LayerKind::swish>(x, y);
  if (kind == LayerKind::softplus) return forward_of<LayerKind::softplus>(x, y);
  if (kind == LayerKind::tanh) return forward_of<LayerKind::tanh>(x, y);
  forward_of<LayerKind::relu>(x, y);
}
template <class Real>
HWY_INLINE void reverse_by_kind(LayerKind kind, Jets<const Real> x, Jets<const Real> ybar, Jets<Real> xbar) {
  if (kind == LayerKind::swish) return reverse_of<LayerKind::swish>(x, ybar, xbar);
  if (kind == LayerKind::softplus) return reverse_of<LayerKind::softplus>(x, ybar, xbar);
  if (kind == LayerKind::tanh) return reverse_of<LayerKind::tanh>(x, ybar, xbar);
  reverse_of<LayerKind::relu>(x, ybar, xbar);
}

}  // namespace gibbsite::neural::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
